package door

import (
	"io"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// log writes a container's log: what there is, and of one that is followed what comes, as long as the container runs and
// the client listens. Each part is a call of its own, which waits for something to be printed.
func (h Handler) log(w http.ResponseWriter, r *http.Request, call *Call, told *client.Told) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusOK)
	flusher, ok := w.(http.Flusher)
	if !ok {
		flusher = still{}
	}
	for {
		if _, err := io.WriteString(w, told.Text); err != nil {
			return
		}
		flusher.Flush()
		if !call.Log.Follow || !told.Open || r.Context().Err() != nil {
			return
		}
		next, options := *call, *call.Log
		next.ID = h.World.NextID()
		options.SinceTime, options.SinceSeconds, options.TailLines = &metav1.Time{Time: told.Next}, nil, nil
		next.Log = &options
		answer, err := h.World.Call(r.Context(), next)
		if err != nil || answer.Told == nil {
			return
		}
		told = answer.Told
	}
}
