package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
)

// buffer is written by the world and read by the test.
type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// TestAudit holds the log of a few requests of the user's and of what the cluster's components write in between.
func TestAudit(t *testing.T) {
	var log buffer
	auditor := NewAuditor(&log)
	s, c := start(t, Options{Fast: true, Audit: auditor})
	c.do(http.MethodPost, "", configMap("a"))
	c.do(http.MethodPost, "", configMap("a"))
	c.do(http.MethodGet, "/a", nil)
	c.do(http.MethodDelete, "/a", nil)
	if err := s.Pass(12e9); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := auditor.Err(); err != nil {
		t.Fatal(err)
	}
	var got []auditv1.Event
	users := map[string]bool{}
	for dec := json.NewDecoder(&log.Buffer); dec.More(); {
		var e auditv1.Event
		if err := dec.Decode(&e); err != nil {
			t.Fatal(err)
		}
		users[e.User.Username] = true
		if e.User.Username == "kubernetes-admin" {
			got = append(got, e)
		}
	}
	for _, name := range []string{"system:node:node-1", "system:node:node-3"} {
		if !users[name] {
			t.Errorf("nothing was written by %s: the users are %v", name, users)
		}
	}
	want := []struct {
		verb, uri string
		code      int32
		bodies    bool
	}{
		{"create", "/api/v1/namespaces/default/configmaps", 201, true},
		{"create", "/api/v1/namespaces/default/configmaps", 409, true},
		{"get", "/api/v1/namespaces/default/configmaps/a", 200, false},
		{"delete", "/api/v1/namespaces/default/configmaps/a", 200, true},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events of the user's, want %d", len(got), len(want))
	}
	for i, w := range want {
		e := got[i]
		path, _, _ := strings.Cut(e.RequestURI, "?")
		if e.Verb != w.verb || path != w.uri || e.ResponseStatus.Code != w.code || (e.ResponseObject != nil) != w.bodies {
			t.Errorf("event %d: %s %s %d, a body: %v; want %+v", i, e.Verb, e.RequestURI, e.ResponseStatus.Code, e.ResponseObject != nil, w)
		}
		if e.StageTimestamp.Time.Before(e.RequestReceivedTimestamp.Time) {
			t.Errorf("event %d was answered before it was received", i)
		}
	}
}
