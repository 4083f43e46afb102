package session_test

import (
	"fmt"
	"strings"
	"testing"

	"orrery/sim/wire"
)

// way writes a request's phases on a line: those of the event in brackets, those ahead after a dash.
func way(v *wire.View) string {
	var words []string
	for _, p := range v.Say.Request {
		word := strings.TrimSpace(string(p.Name) + " " + p.Detail)
		switch p.State {
		case wire.Current:
			word = "[" + word + "]"
		case wire.Ahead:
			word = "-" + word
		case wire.Refused:
			word = "!" + word
		}
		words = append(words, word)
	}
	return strings.Join(words, " > ")
}

// TestTheWayOfARequest follows the replicaset controller's first pod through the API server.
func TestTheWayOfARequest(t *testing.T) {
	s := founding(t)
	const before = `received create pods > authenticated system:serviceaccount:kube-system:replicaset-controller > ` +
		`authorised RBAC: allowed by ClusterRoleBinding "system:controller:replicaset-controller" of ClusterRole ` +
		`"system:controller:replicaset-controller" to ServiceAccount "replicaset-controller/kube-system" > ` +
		`admitted ServiceAccount, Priority, DefaultTolerationSeconds > validated`
	want := map[string]string{
		"receive": strings.ReplaceAll("["+before+"]", " > ", "] > [") + " > -committed > -answered",
		"commit":  before + " > [committed R] > -answered",
		"answer":  before + " > committed R > [answered 201]",
	}
	got := map[string]string{}
	for range 400 {
		v := step(t, s, wire.UntilEvent)
		if len(v.Say.Request) == 0 || v.Say.Request[0].Detail != "create pods" {
			continue
		}
		kind := map[int]string{0: "answer", 1: "commit", 2: "receive"}[strings.Count(way(v), "-committed")+strings.Count(way(v), "-answered")]
		if got[kind] != "" {
			continue
		}
		text := way(v)
		for _, p := range v.Say.Request {
			if p.Name == wire.Committed && p.Detail != "" {
				text = strings.ReplaceAll(text, "committed "+p.Detail, "committed R")
			}
		}
		if got[kind] = text; len(got) == len(want) {
			break
		}
	}
	for kind, w := range want {
		if got[kind] != w {
			t.Errorf("%s:\n got %s\nwant %s", kind, got[kind], w)
		}
	}
}

// TestTheWayOfARefusal sees where a request ended.
func TestTheWayOfARefusal(t *testing.T) {
	s := founding(t)
	for range 60 {
		v := step(t, s, wire.UntilEvent)
		for i, p := range v.Say.Request {
			if p.State == wire.Refused {
				rest := fmt.Sprint(v.Say.Request[i+1:])
				if p.Name != wire.Received || !strings.Contains(p.Detail, "not found") || len(v.Say.Request) != i+2 {
					t.Errorf("refused at %s for %q, then %s", p.Name, p.Detail, rest)
				}
				return
			}
		}
	}
	t.Error("kubectl's first get was not refused")
}
