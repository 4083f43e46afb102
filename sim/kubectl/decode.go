package kubectl

import (
	"encoding/json"
	"maps"

	"orrery/sim/manifest"
)

// sent is a document as it is sent to be created: as JSON, with the namespace that the command chose.
func sent(d *manifest.Document, in object) ([]byte, error) {
	value := maps.Clone(d.Value)
	if in.namespace != "" {
		meta, _ := value["metadata"].(map[string]any)
		if meta = maps.Clone(meta); meta == nil {
			meta = map[string]any{}
		}
		meta["namespace"] = in.namespace
		value["metadata"] = meta
	}
	return json.Marshal(value)
}
