package kubeproxy

import (
	"cmp"
	"math/bits"
	stdslices "slices"
	"strconv"
	"strings"
)

// table is one table of the packet filter.
type table struct {
	name   string
	base   []string // built-in chains
	chains map[string][]string
}

func newTable(name string, base []string, chains ...string) *table {
	t := &table{name: name, base: base, chains: map[string][]string{}}
	for _, c := range chains {
		t.chain(c)
	}
	return t
}

// chain makes sure that a chain is there.
func (t *table) chain(name string) {
	if _, ok := t.chains[name]; !ok {
		t.chains[name] = nil
	}
}

// add appends a rule to a chain.
func (t *table) add(chain string, r rule) {
	t.chains[chain] = append(t.chains[chain], "-A "+chain+r.String())
}

// write prints the table as iptables-save does: built-in chains first, the others by name, then the rules by chain.
func (t *table) write(b *strings.Builder) {
	names := make([]string, 0, len(t.chains))
	for n := range t.chains { // any order
		if !stdslices.Contains(t.base, n) {
			names = append(names, n)
		}
	}
	stdslices.SortFunc(names, cmp.Compare)
	b.WriteString("*" + t.name + "\n")
	for _, n := range t.base {
		b.WriteString(":" + n + " ACCEPT [0:0]\n")
	}
	for _, n := range names {
		b.WriteString(":" + n + " - [0:0]\n")
	}
	for _, n := range append(stdslices.Clip(t.base), names...) {
		for _, line := range t.chains[n] {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("COMMIT\n")
}

// rule is a rule in the parts that iptables-save prints in a fixed order.
type rule struct {
	source   string // "10.244.0.0/16", "! 10.244.0.0/16"
	target   string // "10.96.0.1/32"
	protocol string
	before   string // matches that come before the comment
	comment  string
	matches  string // matches that come after it, with their options
	jump     string // target with its options
}

// String returns the rule from its source address on.
func (r rule) String() string {
	var b strings.Builder
	if not, ok := strings.CutPrefix(r.source, "! "); ok {
		b.WriteString(" ! -s " + not)
	} else if r.source != "" {
		b.WriteString(" -s " + r.source)
	}
	for _, part := range [...][2]string{{" -d ", r.target}, {" -p ", r.protocol}, {" ", r.before}} {
		if part[1] != "" {
			b.WriteString(part[0] + part[1])
		}
	}
	if r.comment != "" {
		b.WriteString(` -m comment --comment "` + r.comment + `"`)
	}
	if r.matches != "" {
		b.WriteString(" " + r.matches)
	}
	if r.jump != "" {
		b.WriteString(" -j " + r.jump)
	}
	return b.String()
}

// probability prints 1/n as the kernel keeps it: in units of 1/2^31, of what kube-proxy wrote with ten digits.
func probability(n int) string {
	const ten, eleven = 10_000_000_000, 100_000_000_000
	written := (2*ten + uint64(n)) / (2 * uint64(n))
	kept := (written<<31 + ten/2) / ten
	hi, lo := bits.Mul64(kept, eleven)
	lo, carry := bits.Add64(lo, 1<<30, 0)
	digits := strconv.FormatUint((hi+carry)<<33|lo>>31, 10)
	return "0." + strings.Repeat("0", 11-len(digits)) + digits
}
