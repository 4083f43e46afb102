package door

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// gzipFrom is how long an answer must be, in bytes, to be compressed for a client that can read it.
const gzipFrom = 128 << 10

// write answers with an object. A client that has gone away is no error of ours.
func (h Handler) write(w http.ResponseWriter, r *http.Request, a negotiated, code int, o runtime.Object) {
	h.writeAs(w, r, a, a.format.MediaType, code, o)
}

// writeAs is write with a Content-Type of its own.
func (h Handler) writeAs(w http.ResponseWriter, r *http.Request, a negotiated, contentType string, code int, o runtime.Object) {
	var body bytes.Buffer
	if err := a.object().Encode(o, &body); err != nil {
		h.fail(w, r, internalError(err))
		return
	}
	w.Header().Set("Content-Type", contentType)
	if body.Len() <= gzipFrom || !readsGzip(r) {
		w.WriteHeader(code)
		w.Write(body.Bytes())
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Add("Vary", "Accept-Encoding")
	w.WriteHeader(code)
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is one that exists
	z.Write(body.Bytes())
	z.Close()
}

func readsGzip(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(s string) bool {
		return strings.TrimSpace(s) == "gzip"
	})
}

// fail answers with the reason of a refusal, in the format that the client accepts; in JSON when it accepts none.
func (h Handler) fail(w http.ResponseWriter, r *http.Request, status *metav1.Status) {
	s := statusObject(status)
	if s.Details != nil && s.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(s.Details.RetryAfterSeconds)))
	}
	a, refused := h.negotiate(r, false, plain)
	if refused == nil {
		h.write(w, r, a, int(s.Code), s)
		return
	}
	writeJSON(w, int(s.Code), s)
}

// statusObject returns a Status with its kind.
func statusObject(status *metav1.Status) *metav1.Status {
	s := *status
	s.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	return &s
}

// writeJSON answers with indented JSON, as Kubernetes does where it does not negotiate.
func writeJSON(w http.ResponseWriter, code int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	w.Write(body)
}
