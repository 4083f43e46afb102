package inspector

import (
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"a b c", "a b c", ""},
		{"", "a", "+a"},
		{"a", "", "-a"},
		{"a b c d", "a x c y d", " a -b +x  c +y  d"},
		{"1 2 3 4 5 6 7 8 9 X 1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9 Y 1 2 3 4 5 6 7 8 9", " 7  8  9 -X +Y  1  2  3"},
		{"X 1 2 3 4 5 6 7 8 9 X", "Y 1 2 3 4 5 6 7 8 9 Y", "-X +Y  1  2  3  …  7  8  9 -X +Y"},
	} {
		var got []string
		for _, l := range hunks(diff(strings.Fields(c.a), strings.Fields(c.b))) {
			got = append(got, l.Op+l.Text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q against %q:\n%q, want\n%q", c.a, c.b, s, c.want)
		}
	}
}
