package imagelocality

import (
	"fmt"
	"testing"

	"orrery/sim/scheduler/cache/cachetest"
)

func TestScore(t *testing.T) {
	c := cachetest.New(t, nil, `
nodes {metadata: {name: a}, status: {images: [{names: ["nginx:latest", "nginx@sha256:1"], sizeBytes: 524288000}]}}
nodes {metadata: {name: b}, status: {images: [{names: ["nginx:latest"], sizeBytes: 524288000}, {names: ["big:1"], sizeBytes: 8589934592}]}}
`)
	for _, test := range []struct{ spec, want string }{
		{`{containers: [{name: c, image: nginx}]}`, "[48 48]"},
		{`{containers: [{name: c, image: "nginx:1.27"}]}`, "[]"},
		{`{containers: [{name: c, image: "big:1"}]}`, "[0 100]"},
		{`{initContainers: [{name: i, image: nginx}], containers: [{name: c, image: "example.com:5000/a"}]}`, "[24 24]"},
		{`{containers: [{name: c, image: none}], volumes: [{name: v, image: {reference: "big:1"}}]}`, "[0 100]"},
	} {
		_, normal := cachetest.Scores(c, Plugin{}.PreScore(cachetest.Pod(t, `{metadata: {name: p}, spec: `+test.spec+`}`), c, nil))
		if got := fmt.Sprint(normal); got != test.want {
			t.Errorf("%s: got %s, want %s", test.spec, got, test.want)
		}
	}
}
