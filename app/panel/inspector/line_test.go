package inspector

import (
	"slices"
	"strings"
	"testing"

	"orrery/sim/wire"
)

func TestLabelsGiveWayToLongLines(t *testing.T) {
	long := strings.Repeat("x", room)
	got := Labels([]wire.Line{
		{Key: "metadata"},
		{Indent: 2, Key: "name", Value: long, By: "kubectl"},
		{Indent: 2, Key: "uid", Value: "1", By: "kubectl"},
		{Indent: 2, Key: "more", Value: "2", By: "kubectl"},
		{Indent: 2, Key: "nodeName", Value: "node-2", By: "scheduler", Changed: true},
		{Key: "image", Value: long, By: "replicaset"},
	}, " · now")
	want := []string{"", "", "kubectl", "", "scheduler · now", ""}
	if !slices.Equal(got, want) {
		t.Errorf("labels = %q, want %q", got, want)
	}
}
