package door_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"orrery/sim"
	"orrery/sim/apiserver"
	"orrery/sim/apiserver/door"
	"orrery/sim/apiserver/door/protobuf"
	"orrery/sim/apiserver/door/table"
	"orrery/sim/client"
)

// FuzzRequest holds that no request makes the door panic or answer with an error of its own, and that one which is refused
// changes nothing in the store.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/api/v1/pods?limit=1&continue=x", "", "", "")
	f.Add("GET", "/api/v1/configmaps?watch=1&resourceVersion=0&labelSelector=a+in+(b)", "application/json;as=Table;v=v1;g=meta.k8s.io", "", "")
	f.Add("GET", "/apis?x", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "", "")
	f.Add("POST", "/api/v1/namespaces/default/configmaps?dryRun=All", "application/yaml", "application/yaml", "metadata: {name: a}")
	f.Add("POST", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict", "", "application/vnd.kubernetes.protobuf", "k8s\x00\n\x0f\n\x02v1\x12\tConfigMap")
	f.Add("PATCH", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt", "", "application/json-patch+json", `[{"op":"add","path":"/data/k","value":"v"}]`)
	f.Add("PATCH", "/api/v1/nodes/node-1/status", "", "application/strategic-merge-patch+json", `{"status":{"conditions":[{"type":"Ready"}]}}`)
	f.Add("PUT", "/api/v1/namespaces/default", "", "", `{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"default"}}`)
	f.Add("DELETE", "/api/v1/namespaces/default/configmaps/a", "", "application/json", `{"propagationPolicy":"Orphan","preconditions":{"uid":"x"}}`)
	f.Fuzz(func(t *testing.T, method, path, accept, contentType, body string) {
		if strings.Contains(path, "..") {
			return
		}
		r, err := http.NewRequestWithContext(context.Background(), method, "http://x"+path, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		gone, cancel := context.WithCancel(context.Background())
		cancel() // a watch ends when it has told what there is
		r = r.WithContext(gone)
		r.Header.Set("Accept", accept)
		r.Header.Set("Content-Type", contentType)
		world, err := sim.New(sim.Config{Seed: 1, Nodes: 1})
		if err != nil {
			t.Fatal(err)
		}
		d := &driver{world: world, changed: make(chan struct{})}
		before := d.revision()
		w := httptest.NewRecorder()
		door.Handler{World: d, Tables: table.New(), Protobuf: protobuf.New()}.ServeHTTP(w, r)
		answer := w.Body.String()
		if w.Code >= 500 && !strings.Contains(answer, "resource version: ") && !strings.Contains(answer, "resourceVersion: Invalid value") {
			t.Errorf("%s %s: %d %s", method, path, w.Code, answer)
		}
		if w.Code >= 400 && d.revision() != before {
			t.Errorf("%s %s: %d, but the store changed from %d to %d", method, path, w.Code, before, d.revision())
		}
	})
}

// revision returns the store's revision.
func (d *driver) revision() int64 {
	return d.world.Engine().Component(client.Server).(*apiserver.Server).Store().Revision()
}
