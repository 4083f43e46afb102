package scenario

import (
	"strings"
	"testing"
)

func TestParseErrors(t *testing.T) {
	const title = "# A title\n\nSome words.\n"
	for text, want := range map[string]string{
		"no title": "line 1: a scenario begins with its title: # Title",
		title:      "the scenario does nothing: add a file named commands",
		title + "-- commands --\n# nothing\n\njump\n":                            `line 7: unknown step "jump": a step is kubectl, wait quiet, advance, seek or want`,
		title + "-- a.yaml --\na: 1\n-- what --\n":                               `line 6: a scenario has no file "what": it has manifests (*.yaml), commands, want, nodes and trace`,
		title + "-- commands --\nkubectl apply -f b.yaml\n":                      `line 5: error: the path "b.yaml" does not exist`,
		title + "-- commands --\nadvance soon\n":                                 "line 5: advance soon: give a duration such as 10s",
		title + "-- commands --\nwait quiet\n-- want --\npods: status = 1\n":     `line 7: want "status = 1": several objects can only be counted: count = 3`,
		title + "-- commands --\nwait quiet\nwant foos/x: gone\n":                `line 6: the server doesn't have a resource type "foos"`,
		title + "-- commands --\nwait quiet\nwant events: Normal Scheduled\n":    `line 6: events: write a type, a reason, kind/name and a message, not "Normal Scheduled"`,
		title + "-- commands --\nseek -1\n":                                      "line 5: seek -1: give the number of an event",
		title + "-- commands --\nwait quiet\nwant pod/x\n":                       `line 6: want "pod/x": write what it is about, a colon and what must be so`,
		title + "-- commands --\nwait quiet\nwant pod/x: status.phase Running\n": `line 6: want "status.phase Running": write FIELD = VALUE or gone`,
	} {
		if _, err := Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"web", "web", true},
		{"web", "web-1", false},
		{"web-*", "web-1", true},
		{"*", "", true},
		{"a*b*c", "a1b2c", true},
		{"a*b*c", "a1c2b", false},
		{"a*a", "a", false},
		{"*x*", "axb", true},
		{"a**b", "ab", true},
	} {
		if got := matches(c.pattern, c.s); got != c.want {
			t.Errorf("%q is like %q: %v", c.s, c.pattern, got)
		}
	}
}

func TestLessons(t *testing.T) {
	lessons, err := Lessons()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range lessons {
		if seen[l.ID] || l.ID == "" || l.Title == "" || len(l.Text) < 100 || len(l.Commands) == 0 {
			t.Errorf("lesson %q (%q) is not complete, or there twice", l.ID, l.Title)
		}
		seen[l.ID] = true
		for _, c := range l.Commands {
			if !strings.HasPrefix(c, "kubectl ") {
				t.Errorf("lesson %s: %s", l.ID, c)
			}
		}
	}
	if len(lessons) == 0 || lessons[0].ID != "ten-steps" {
		t.Errorf("the first of %d lessons is not about the ten steps", len(lessons))
	}
}

// TestUpdate rewrites a golden and leaves the rest as it is.
func TestUpdate(t *testing.T) {
	const before = "# T\n-- commands --\nwait quiet\n"
	after := string(Update([]byte(before), "one\n"))
	if after != before+"-- trace --\none\n" {
		t.Errorf("updated to %q", after)
	}
	if again := string(Update([]byte(after), "two\n")); again != before+"-- trace --\ntwo\n" {
		t.Errorf("updated again to %q", again)
	}
}
