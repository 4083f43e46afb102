package events

import (
	"slices"
	"testing"
)

func TestErrorsAreRedToTheEnd(t *testing.T) {
	got := tones([]string{
		"Warning: unknown field \"spec.x\"",
		"service/web created",
		"The Deployment \"web\" is invalid: ",
		"* spec.replicas: Invalid value: -1",
	})
	if want := []string{"warned", "printed-line", "problem", "problem"}; !slices.Equal(got, want) {
		t.Errorf("tones = %q, want %q", got, want)
	}
}
