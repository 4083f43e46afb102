package text

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
)

var place = regexp.MustCompile(`\{\d\}`)

// Both languages have every word, and a word has the same places to fill in both.
func TestLanguagesAreComplete(t *testing.T) {
	en, zh := reflect.ValueOf(english), reflect.ValueOf(chinese)
	for i := range en.NumField() {
		name := en.Type().Field(i).Name
		a, b := en.Field(i).String(), zh.Field(i).String()
		if a == "" || b == "" {
			t.Errorf("%s: English %q, Chinese %q", name, a, b)
		}
		if !slices.Equal(places(a), places(b)) {
			t.Errorf("%s: places differ: English %q, Chinese %q", name, a, b)
		}
	}
}

func places(word string) []string {
	found := place.FindAllString(word, -1)
	slices.Sort(found)
	return found
}

func TestFill(t *testing.T) {
	if got := Fill("{0} of {1}", "3", "7"); got != "3 of 7" {
		t.Errorf("Fill = %q", got)
	}
}

// The names that tests and screen readers rely on.
func TestEnglishNames(t *testing.T) {
	words := For("en")
	names := []string{
		words.Apply, words.Step, words.StepBack, words.Play, words.Pause, words.NextWrite, words.NextOfTen,
		words.UntilQuiet, words.Reset, words.Editor, words.Events, words.Inspector, words.Time, words.KubernetesEvents,
	}
	want := []string{
		"Apply", "Step", "Step back", "Play", "Pause", "Next write", "Next of ten",
		"Run until quiet", "Reset", "Manifest editor", "Events", "Inspector", "Time", "Events",
	}
	if !slices.Equal(names, want) {
		t.Errorf("names = %q, want %q", names, want)
	}
}
