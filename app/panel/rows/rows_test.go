package rows

import "testing"

func TestRange(t *testing.T) {
	for _, test := range []struct {
		name     string
		window   Window
		total    int
		from, to int
	}{
		{"not measured yet", Window{Height: 20}, 1000, 0, 44},
		{"short list", Window{Height: 20}, 5, 0, 5},
		{"in the middle", Window{Height: 20, first: 500, seen: 10}, 1000, 496, 514},
		{"at the end", Window{Height: 20, seen: 10, tail: true}, 1000, 986, 1000},
		{"the list became shorter", Window{Height: 20, first: 500, seen: 10}, 100, 86, 100},
		{"empty", Window{Height: 20, first: 500, seen: 10}, 0, 0, 0},
	} {
		if from, to := test.window.Range(test.total); from != test.from || to != test.to {
			t.Errorf("%s: %d to %d, want %d to %d", test.name, from, to, test.from, test.to)
		}
	}
}
