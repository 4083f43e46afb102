package engine

import (
	"hash/fnv"
	"time"
)

// Stream is a seeded source of chance (SplitMix64). It uses integers only, so that it yields the same on every machine.
type Stream struct{ state uint64 }

func newStream(seed uint64, o owner) *Stream {
	h := fnv.New64a()
	h.Write([]byte(o.component))
	if o.part != "" {
		h.Write([]byte("/" + o.part))
	}
	s := &Stream{state: seed ^ h.Sum64()}
	s.Uint64()
	return s
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// IntN returns a number from 0 up to, not including, n. It panics when n is not positive.
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic("engine: IntN of a number that is not positive")
	}
	return int(s.Uint64() % uint64(n))
}

// Draw returns a duration of a Latency's distribution.
func (s *Stream) Draw(l Latency) time.Duration {
	if l.Max <= l.Min {
		return l.Min
	}
	// The mean of two uniform draws: a triangle around the middle, without floating point.
	span := uint64(l.Max - l.Min)
	return l.Min + time.Duration((s.Uint64()%span+s.Uint64()%span)/2)
}

// Latency is the distribution of a delay: triangular between Min and Max.
type Latency struct {
	Min time.Duration `json:"min"`
	Max time.Duration `json:"max"`
}

// suffixLetters are those that Kubernetes generates names from: no vowels, and nothing that reads like another.
const suffixLetters = "bcdfghjklmnpqrstvwxz2456789"

// Suffix returns n letters as generateName appends them.
func (s *Stream) Suffix(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = suffixLetters[s.IntN(len(suffixLetters))]
	}
	return string(b)
}

// Hex returns n random hexadecimal digits.
func (s *Stream) Hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[s.Uint64()&15]
	}
	return string(b)
}

// UID returns a random (version 4) UUID.
func (s *Stream) UID() string {
	b := []byte(s.Hex(8) + "-" + s.Hex(4) + "-4" + s.Hex(3) + "-8" + s.Hex(3) + "-" + s.Hex(12))
	b[19] = "89ab"[s.Uint64()&3]
	return string(b)
}
