package door

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"orrery/sim/api"
	"orrery/sim/client"
)

// stream is a watch on its way to its client.
type stream struct {
	as      *transform
	frames  io.Writer
	flusher http.Flusher
}

// stream writes what there is, when the watch wants that, and then the watch's changes until the client goes away or the
// server ends the watch.
func (h Handler) stream(w http.ResponseWriter, r *http.Request, as *transform, call *Call, answer *client.Response) {
	s := begin(w, as)
	if answer.Error != nil {
		s.send("ERROR", statusObject(answer.Error), answer.At)
		s.flusher.Flush()
		return
	}
	if !s.initial(call, answer) {
		return
	}
	for n := 0; ; {
		s.flusher.Flush()
		changes, err := h.World.Watch(r.Context(), call.ID, n)
		if err != nil || len(changes) == 0 {
			return
		}
		n += len(changes)
		for _, ch := range changes {
			if ch.Type == client.Closed || !s.send(string(ch.Type), ch.Object, ch.At) {
				return
			}
		}
	}
}

func begin(w http.ResponseWriter, as *transform) stream {
	contentType := as.format.MediaType
	if as.format.Binary {
		contentType += ";stream=watch"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	s := stream{as: as, frames: as.format.Framer.NewFrameWriter(w)}
	var ok bool
	if s.flusher, ok = w.(http.Flusher); !ok {
		s.flusher = still{}
	}
	return s
}

// still is a writer that has nothing to flush.
type still struct{}

func (still) Flush() {}

// initial sends the objects that there are as if they were new, and then, to a client that understands it, a bookmark
// that says so.
func (s stream) initial(call *Call, answer *client.Response) bool {
	if call.Initial == nil || !*call.Initial {
		return true
	}
	for _, o := range answer.Items {
		if !s.send(string(client.Added), o, answer.At) {
			return false
		}
	}
	if !call.Bookmarks {
		return true
	}
	o := api.Find(call.Resource).New()
	o.SetResourceVersion(strconv.FormatInt(answer.List, 10))
	o.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	return s.send(string(client.Bookmark), o, answer.At)
}

// send writes an event. It reports false when the client is gone.
func (s stream) send(kind string, o runtime.Object, at time.Time) bool {
	var object, event bytes.Buffer
	turned, status := s.as.object(o, at)
	if status != nil {
		turned = withKind(o)
	}
	s.as.headed = true
	if s.as.format.Encoder.Encode(turned, &object) != nil {
		return false
	}
	if s.as.format.Event.Encode(&metav1.WatchEvent{Type: kind, Object: runtime.RawExtension{Raw: object.Bytes()}}, &event) != nil {
		return false
	}
	_, err := s.frames.Write(event.Bytes())
	return err == nil
}

// inStream reports whether a watch is refused by an event of it: what was asked for is understood, but not to be had.
func inStream(status *metav1.Status) bool {
	return status.Reason == metav1.StatusReasonExpired || status.Reason == metav1.StatusReasonTimeout
}
