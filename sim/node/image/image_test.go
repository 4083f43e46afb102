package image

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]string{
		"nginx": "docker.io/library/nginx:latest", "nginx:1.27": "docker.io/library/nginx:1.27",
		"bitnami/redis:7": "docker.io/bitnami/redis:7", "registry.k8s.io/pause:3.10": "registry.k8s.io/pause:3.10",
		"localhost:5000/a/b": "localhost:5000/a/b:latest", "nginx@sha256:00": "docker.io/library/nginx@sha256:00",
	} {
		if r, message := Parse(name); message != "" || r.String() != want {
			t.Errorf("%s is %s %s, want %s", name, r, message, want)
		}
	}
	const bad = `couldn't parse image name "NGINX:::bad": invalid reference format: repository name (library/NGINX) must be lowercase`
	if _, message := Parse("NGINX:::bad"); message != bad {
		t.Errorf("%s, want %s", message, bad)
	}
	for _, name := range []string{"", "nginx:", "a//b", "nginx:a b"} {
		if r, message := Parse(name); message == "" {
			t.Errorf("%q is %s, want an error", name, r)
		}
	}
}

func TestFind(t *testing.T) {
	find := func(name string) (*Image, string) {
		r, _ := Parse(name)
		return Find(r)
	}
	i, _ := find("nginx:1.27")
	if i.Bytes != 23856050 || !strings.HasPrefix(i.ID(), "docker.io/library/nginx@sha256:5301c8206bdb") {
		t.Errorf("nginx:1.27 is %s of %d bytes", i.ID(), i.Bytes)
	}
	a, _ := find("example/app:1")
	b, _ := find("example/app:1")
	c, _ := find("example/app:2")
	if a.Digest != b.Digest || a.Digest == c.Digest || a.Bytes < 1_000_000 || len(a.Digest) != len("sha256:")+64 {
		t.Errorf("made-up images: %v, %v, %v", a, b, c)
	}
	for _, name := range []string{"nginx:nonexistent", "nosuch/app", "registry.invalid/app:1", "nginx:missing"} {
		if i, message := find(name); message == "" {
			t.Errorf("%s is found: %v", name, i)
		}
	}
}

func TestRun(t *testing.T) {
	type program struct {
		ends bool
		runs time.Duration
		code int32
		deaf bool
	}
	for line, want := range map[string]program{
		"nginx|":                 {},
		"busybox|":               {ends: true, runs: 10 * time.Millisecond},
		"busybox|sleep|3600":     {ends: true, runs: time.Hour, deaf: true},
		"busybox|sleep|0.5":      {ends: true, runs: 500 * time.Millisecond, deaf: true},
		"busybox|sleep|infinity": {deaf: true},
		"busybox|sh|-c|echo starting; sleep 1; exit 3": {ends: true, runs: time.Second + 6*time.Millisecond, code: 3, deaf: true},
		"busybox|sh|-c|while true; do sleep 1; done":   {deaf: true},
		"busybox|/bin/sh|-ec|sleep 2 && false":         {ends: true, runs: 2*time.Second + 6*time.Millisecond, code: 1, deaf: true},
		"busybox|sh|-c|trap 'exit 0' TERM; sleep 1d":   {ends: true, runs: 24*time.Hour + 6*time.Millisecond, deaf: true},
		"busybox|false": {ends: true, runs: time.Millisecond, code: 1, deaf: true},
		"nginx|sh|-c|sleep 1; exec nginx -g daemon off;": {},
	} {
		parts := strings.Split(line, "|")
		r, _ := Parse(parts[0])
		i, _ := Find(r)
		var command []string
		if parts[1] != "" {
			command = parts[1:]
		}
		p := i.Run(Start{Command: command})
		if got := (program{p.Ends, p.Runs, p.Code, p.Deaf}); got != want {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
	r, _ := Parse("busybox")
	i, _ := Find(r)
	if p := i.Run(Start{Command: []string{"/nonexistent"}}); p.Missing != "/nonexistent" {
		t.Errorf("a command that does not exist runs: %+v", p)
	}
}

func TestServe(t *testing.T) {
	r, _ := Parse("nginx:1.27")
	i, _ := Find(r)
	p := i.Run(Start{})
	if !p.Listens(80, 0) || p.Listens(8080, time.Hour) {
		t.Error("nginx does not listen on port 80 alone")
	}
	for path, want := range map[string]int{"/": 200, "/?a=b": 200, "/fail": 500, "/healthz": 404} {
		if got, _ := p.Get(path, 0); got != want {
			t.Errorf("nginx answers %d to %s, want %d", got, path, want)
		}
	}
}
