package door_test

import (
	"strings"
	"testing"
	"time"
)

const logPods = "/api/v1/namespaces/default/pods"

// TestLogs reads what containers have printed, and holds the words for logs that cannot be had.
func TestLogs(t *testing.T) {
	d, s := serve(t)
	pod := func(name, containers string) {
		t.Helper()
		if a := send(t, s, "POST", logPods, `{"metadata":{"name":"`+name+`"},"spec":{"containers":[`+containers+`]}}`); a.code != 201 {
			t.Fatal(a.code, a.body)
		}
	}
	pod("one", `{"name":"a","image":"nginx:1.27"}`)
	pod("two", `{"name":"a","image":"nginx:1.27"},{"name":"b","image":"busybox","command":["sh","-c","for i in 1 2 3; do echo line $i; sleep 1; done; sleep 1d"]}`)
	pod("bad", `{"name":"a","image":"nginx:nonexistent"}`)
	pod("far", `{"name":"a","image":"nginx","resources":{"requests":{"cpu":"100"}}}`)
	pod("crash", `{"name":"a","image":"busybox","command":["sh","-c","echo start; exit 3"]}`)
	d.advance(t, 4*time.Second)
	d.advance(t, 8*time.Second)
	for path, want := range map[string]answer{
		"/one/log":                          {code: 200, body: "/docker-entrypoint.sh: Configuration complete; ready for start up\n"},
		"/two/log?container=b":              {code: 200, body: "line 1\nline 2\nline 3\n"},
		"/two/log?container=b&tailLines=1":  {code: 200, body: "line 3\n"},
		"/two/log?container=b&limitBytes=8": {code: 200, body: "line 1\nl"},
		"/crash/log?previous=true":          {code: 200, body: "start\n"},
		"/crash/log":                        {code: 200, body: "start\n"},
		"/far/log":                          {code: 200},
		"/two/log":                          {code: 400, body: `"message":"a container name must be specified for pod two, choose one of: [a b]","reason":"BadRequest"`},
		"/two/log?container=c":              {code: 400, body: `"message":"container c is not valid for pod two","reason":"BadRequest"`},
		"/one/log?previous=true":            {code: 400, body: `"message":"previous terminated container \"a\" in pod \"one\" not found"`},
		"/one/log?tailLines=-1":             {code: 422, body: `PodLogOptions \"one\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0`},
		"/one/log?sinceSeconds=0":           {code: 422, body: `sinceSeconds: Invalid value: 0: must be greater than 0`},
		"/bad/log":                          {code: 400, body: `"message":"container \"a\" in pod \"bad\" is waiting to start: `},
		"/no/log":                           {code: 404, body: `"message":"pods \"no\" not found"`},
	} {
		a := send(t, s, "GET", logPods+path, "")
		if a.code != want.code || want.code == 200 && a.body != want.body || !strings.Contains(a.body, want.body) {
			t.Errorf("%s: %d %s, want %d %s", path, a.code, a.body, want.code, want.body)
		}
	}
	if a := send(t, s, "GET", logPods+"/two/log?container=b&timestamps=true&tailLines=1", ""); !strings.HasPrefix(a.body, "2026-01-01T00:00:0") || !strings.HasSuffix(a.body, "Z line 3\n") {
		t.Errorf("with its time: %q", a.body)
	}
}

// TestLogFollowed follows a log until its container ends.
func TestLogFollowed(t *testing.T) {
	d, s := serve(t)
	if a := send(t, s, "POST", logPods, `{"metadata":{"name":"job"},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"busybox",
		"command":["sh","-c","for i in 1 2 3 4 5; do echo line $i; sleep 3; done"]}]}}`); a.code != 201 {
		t.Fatal(a.code, a.body)
	}
	d.advance(t, 4*time.Second)
	if a := send(t, s, "GET", logPods+"/job/log?follow=true", ""); a.body != "line 1\nline 2\nline 3\nline 4\nline 5\n" {
		t.Errorf("followed: %d %q", a.code, a.body)
	}
}

// TestEphemeralContainer adds a container to a running pod as kubectl debug does, without what has a default, and reads its log.
func TestEphemeralContainer(t *testing.T) {
	d, s := serve(t)
	if a := send(t, s, "POST", logPods, `{"metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"nginx:1.27"}]}}`); a.code != 201 {
		t.Fatal(a.code, a.body)
	}
	d.advance(t, 4*time.Second)
	patch := `{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox","command":["sh","-c","echo looking; sleep 100"]}]}}`
	if a := send(t, s, "PATCH", logPods+"/web/ephemeralcontainers", patch, "Content-Type: application/strategic-merge-patch+json"); a.code != 200 {
		t.Fatal(a.code, a.body)
	}
	d.advance(t, 4*time.Second)
	if a := send(t, s, "GET", logPods+"/web/log?container=debugger", ""); a.body != "looking\n" {
		t.Errorf("%d %q", a.code, a.body)
	}
}
