package events

import "testing"

func TestErrorsAreRedToTheEnd(t *testing.T) {
	output := []string{
		"Warning: unknown field \"spec.x\"",
		"service/web created",
		"The Deployment \"web\" is invalid: ",
		"* spec.replicas: Invalid value: -1",
	}
	for i, want := range []string{"warning", "done", "problem", "problem"} {
		if got := tone(output, i); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
}
