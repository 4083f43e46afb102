package scene

import (
	"strings"
	"testing"
	"time"

	"orrery/sim/wire"
)

func marks(count int) []wire.Mark {
	kinds := []string{"request", "write", "watch", "work", "bind", "cri", "refuse"}
	out := make([]wire.Mark, count)
	for i := range out {
		lane := LaneNames[i%len(LaneNames)]
		out[i] = wire.Mark{Event: i + 1, At: int64(i) * int64(time.Millisecond), Lane: lane, Kind: kinds[i%len(kinds)]}
	}
	return out
}

func TestLanesStayBounded(t *testing.T) {
	size := func(count int) int {
		total := 0
		for _, path := range LayLanes(marks(count), wire.Position{Event: count, Last: count}, 104, 1408).Paths {
			total += strings.Count(path.D, "M")
		}
		return total
	}
	if got := size(41); got != 41 {
		t.Errorf("41 events give %d marks", got)
	}
	if got, most := size(200_000), 7*5*652; got > most {
		t.Errorf("200,000 events give %d marks, more than %d", got, most)
	}
}

func TestLanesFillTheWidthAtMost(t *testing.T) {
	for _, last := range []int{0, 1, 41, 500, 100_000} {
		l := LayLanes(nil, wire.Position{Event: last / 2, Last: last}, 104, 1408)
		if l.Known > 1408 || l.Head > l.Known+0.01 || l.Head < l.Origin {
			t.Errorf("last %d: origin %v, head %v, known %v", last, l.Origin, l.Head, l.Known)
		}
	}
	if l := LayLanes(nil, wire.Position{Event: 41, Last: 41}, 104, 1408); l.Head > 450 {
		t.Errorf("41 events take %v of 1408", l.Head)
	}
}

func TestUnknownLaneIsLeftOut(t *testing.T) {
	l := LayLanes([]wire.Mark{{Event: 1, Lane: "cloud", Kind: "work"}}, wire.Position{Event: 1, Last: 1}, 0, 300)
	if len(l.Paths) != 0 {
		t.Errorf("paths = %v", l.Paths)
	}
}

func TestLongWaitsAreMarked(t *testing.T) {
	second := int64(time.Second)
	list := []wire.Mark{{Event: 1, At: 0}, {Event: 2, At: second / 10}, {Event: 30, At: 2 * second}, {Event: 31, At: 30 * second}}
	gaps := LayLanes(list, wire.Position{Event: 31, Last: 31}, 104, 1408).Gaps
	if len(gaps) != 1 || gaps[0].Label != "1.9 s" {
		t.Errorf("gaps = %v, want one of 1.9 s and none beside it", gaps)
	}
}
