package image

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Prefix is that of the annotations by which a pod says how its containers behave: "orrery.sim/exit-after: 20s". With
// ".name" at its end one is for the container of that name only.
const Prefix = "orrery.sim/"

// Behaviour is what a pod's annotations say of a container. The zero value says nothing.
type Behaviour struct {
	Start    time.Duration // start-after: when it begins to listen
	Ready    time.Duration // ready-after: until then it answers 503
	ExitAt   time.Duration // exit-after: when it ends by itself
	ExitCode int32         // exit-code: how it ends then; alone, it ends at once
	exits    bool
	Leak     int64         // leak: bytes that it needs more each second
	FailRate float64       // fail-rate: the part of its answers that are 500, between 0 and 1
	Latency  time.Duration // latency: of its answers
}

// Behaviours reads a pod's annotations for one of its containers. What it cannot read it leaves out.
func Behaviours(annotations map[string]string, container string) Behaviour {
	var b Behaviour
	for _, key := range sortedKeys(annotations) {
		name, ok := strings.CutPrefix(key, Prefix)
		if !ok {
			continue
		}
		if what, whose, some := strings.Cut(name, "."); some {
			if whose != container {
				continue
			}
			name = what
		}
		b.set(name, strings.TrimSpace(annotations[key]))
	}
	return b
}

func (b *Behaviour) set(name, value string) {
	d, _ := time.ParseDuration(value)
	d = max(d, 0)
	switch name {
	case "start-after":
		b.Start = d
	case "ready-after":
		b.Ready = d
	case "exit-after":
		b.ExitAt, b.exits = d, true
	case "exit-code":
		n, _ := strconv.ParseInt(value, 10, 32)
		b.ExitCode, b.exits = int32(n)&0xff, true
	case "leak":
		if q, err := resource.ParseQuantity(strings.TrimSuffix(value, "/s")); err == nil {
			b.Leak = max(q.Value(), 0)
		}
	case "fail-rate":
		b.FailRate = rate(value)
	case "latency":
		b.Latency = d
	}
}

// rate reads "0.3" or "30%".
func rate(value string) float64 {
	number, percent := strings.CutSuffix(value, "%")
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f < 0 {
		return 0
	}
	if percent {
		f /= 100
	}
	return min(f, 1)
}

// fails reports whether the answer at some time is one of those that fail: of every thousand milliseconds, mixed by
// multiplication, as many as the rate says.
func (b *Behaviour) fails(ran time.Duration) bool {
	if b.FailRate == 0 {
		return false
	}
	n := uint64(ran/time.Millisecond) * 0x9e3779b97f4a7c15
	return n>>32%1000 < uint64(b.FailRate*1000)
}

// behave makes a program behave as it is told to. It needs so much memory, of which there is so much.
func (p *Program) behave(b Behaviour, needs, limit int64) {
	p.behaviour = b
	p.Warm = max(p.Warm, b.Start)
	p.Varies = p.Varies || b.Ready > 0 || b.FailRate > 0 || b.exits
	if b.exits && (!p.Ends || b.ExitAt < p.Runs) {
		p.Ends, p.Runs, p.Code = true, b.ExitAt, b.ExitCode
	}
	if limit == 0 || b.Leak == 0 && needs <= limit {
		return
	}
	at := 50 * time.Millisecond
	if b.Leak > 0 && needs < limit {
		at = time.Duration((limit-needs)*1000/b.Leak) * time.Millisecond
	}
	if !p.Ends || at < p.Runs {
		p.Ends, p.Runs, p.Code, p.Reason = true, at, Killed, "OOMKilled"
	}
}

// needs returns how many bytes a command line says that it will use, as that of stress does.
func needs(line []string) int64 {
	for i, a := range line {
		if a == "--vm-bytes" && i+1 < len(line) {
			q, err := resource.ParseQuantity(strings.Replace(line[i+1], "M", "Mi", 1))
			if err == nil {
				return q.Value()
			}
		}
	}
	return 0
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m { // any order
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
