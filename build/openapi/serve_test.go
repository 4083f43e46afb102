package openapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"orrery/build/tree"
	"orrery/sim/apiserver/door/publish"
)

// ask makes a request of the published documents.
func ask(h http.Handler, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPublish(t *testing.T) {
	h := &publish.OpenAPI{Load: func() ([]byte, error) {
		root, err := tree.Root()
		if err != nil {
			return nil, err
		}
		return Make(context.Background(), root)
	}}
	var index struct {
		Paths map[string]struct {
			URL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(ask(h, "/openapi/v3").Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	apps := index.Paths["apis/apps/v1"].URL
	doc := ask(h, apps)
	etag := doc.Header().Get("Etag")
	if doc.Code != http.StatusOK || doc.Header().Get("Cache-Control") != "public, immutable" || !json.Valid(doc.Body.Bytes()) {
		t.Errorf("%s answers %d with %v", apps, doc.Code, doc.Header())
	}
	const (
		protoV2 = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
		protoV3 = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
	)
	for _, test := range []struct {
		name, url, header, value string
		code                     int
		contentType              string
	}{
		{"unchanged", apps, "If-None-Match", etag, http.StatusNotModified, ""},
		{"an old hash", "/openapi/v3/apis/apps/v1?hash=0", "", "", http.StatusMovedPermanently, ""},
		{"v3 in protobuf", apps, "Accept", protoV3, http.StatusOK, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"},
		{"v2 in protobuf", "/openapi/v2", "Accept", protoV2, http.StatusOK, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"},
		{"v2", "/openapi/v2", "Accept", "application/json", http.StatusOK, "application/json"},
		{"no such form", "/openapi/v2", "Accept", "text/html", http.StatusNotAcceptable, ""},
		{"no such group", "/openapi/v3/apis/example.com/v1", "", "", http.StatusNotFound, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := ask(h, test.url, test.header, test.value)
			if w.Code != test.code || test.contentType != "" && w.Header().Get("Content-Type") != test.contentType {
				t.Errorf("%s answers %d with %v", test.url, w.Code, w.Header())
			}
			if moved := w.Header().Get("Location"); test.code == http.StatusMovedPermanently && moved != apps {
				t.Errorf("moved to %s, not to %s", moved, apps)
			}
		})
	}
}
