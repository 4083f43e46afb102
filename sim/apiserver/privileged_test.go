package apiserver_test

import (
	"testing"

	"orrery/sim/client"
)

// TestPrivilegedPods holds that a cluster takes pods with privileged containers unless its namespace forbids them.
func TestPrivilegedPods(t *testing.T) {
	h := newHarness()
	const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
		"spec":{"containers":[{"name":"c","image":"nginx","securityContext":{"privileged":true}}]}}`
	if r := h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Body: []byte(pod)}); r.Error != nil {
		t.Error(r.Error.Message)
	}
}
