package job

import (
	"slices"
	"strconv"
	"strings"
)

// intervals are indexes, as a status writes them: "0-3,7,9,10". They lie apart and in order.
type intervals []interval

// interval is the indexes from First to Last.
type interval struct{ first, last int }

// parse reads the indexes below a number. What is no index is left out.
func parse(text string, completions int) (all intervals) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		first, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		last, err := strconv.Atoi(to)
		if err != nil {
			continue
		}
		if first < completions {
			all = append(all, interval{first, min(last, completions-1)})
		}
	}
	return all.with(nil)
}

// list returns some indexes as intervals.
func list(indexes []int) intervals {
	all := make(intervals, len(indexes))
	for i, n := range indexes {
		all[i] = interval{n, n}
	}
	return all.with(nil)
}

// with returns the indexes and some more.
func (all intervals) with(more intervals) (sum intervals) {
	sorted := slices.Concat(all, more)
	slices.SortFunc(sorted, func(a, b interval) int { return a.first - b.first })
	for _, next := range sorted {
		if n := len(sum); n > 0 && next.first <= sum[n-1].last+1 {
			sum[n-1].last = max(sum[n-1].last, next.last)
			continue
		}
		sum = append(sum, next)
	}
	return sum
}

// has reports whether an index is among them.
func (all intervals) has(index int) bool {
	return slices.ContainsFunc(all, func(i interval) bool { return i.first <= index && index <= i.last })
}

// total returns how many indexes they are.
func (all intervals) total() (n int) {
	for _, i := range all {
		n += i.last - i.first + 1
	}
	return n
}

// common returns how many indexes are in both.
func (all intervals) common(others intervals) (n int) {
	for _, a := range all {
		for _, b := range others {
			n += max(0, min(a.last, b.last)-max(a.first, b.first)+1)
		}
	}
	return n
}

// free returns the first n indexes below a number that are not among them.
func (all intervals) free(n, completions int) (indexes []int) {
	next := 0
	for _, i := range append(slices.Clip(all), interval{completions, completions}) {
		for ; next < i.first && next < completions && len(indexes) < n; next++ {
			indexes = append(indexes, next)
		}
		next = max(next, i.last+1)
	}
	return indexes
}

// String writes them as a status does: two neighbours are written one by one.
func (all intervals) String() string {
	var words []string
	for _, i := range all {
		word := itoa(i.first)
		switch {
		case i.last == i.first+1:
			word += "," + itoa(i.last)
		case i.last > i.first:
			word += "-" + itoa(i.last)
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}
