package door

import (
	"bytes"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"orrery/sim/client"
)

// stream writes a watch's changes until the client goes away.
func (h Handler) stream(w http.ResponseWriter, r *http.Request, as *transform, id uint64) {
	contentType := as.format.MediaType
	if as.format.Binary {
		contentType += ";stream=watch"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	flusher, _ := w.(http.Flusher)
	frames := as.format.Framer.NewFrameWriter(w)
	for n := 0; ; {
		if flusher != nil {
			flusher.Flush()
		}
		changes, err := h.World.Watch(r.Context(), id, n)
		if err != nil || len(changes) == 0 {
			return
		}
		n += len(changes)
		for _, ch := range changes {
			event, err := as.event(ch)
			if err != nil {
				return
			}
			if _, err := frames.Write(event); err != nil {
				return
			}
		}
	}
}

// event encodes a change as an event of a watch.
func (t *transform) event(ch *client.Change) ([]byte, error) {
	var object, event bytes.Buffer
	o, status := t.object(ch.Object, ch.At)
	if status != nil {
		o = ch.Object
	}
	t.headed = true
	if err := t.format.Encoder.Encode(o, &object); err != nil {
		return nil, err
	}
	err := t.format.Event.Encode(&metav1.WatchEvent{
		Type: string(ch.Type), Object: runtime.RawExtension{Raw: object.Bytes()},
	}, &event)
	return event.Bytes(), err
}
