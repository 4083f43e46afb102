// Package cni gives pods their IP addresses out of their node's pod CIDR: the next free one after the latest given out,
// from the start again at the end, as the CNI plugin host-local does. The network's own address, the gateway (.1) and
// the broadcast address are never given out.
//
// It leaves out interfaces, routes and second address families. Models containernetworking/plugins: ipam/host-local.
package cni

import (
	"math/bits"
	"net/netip"
)

// Pool is the addresses of a node.
type Pool struct {
	base uint32 // the network's own address
	size uint32 // addresses in the network
	last uint32 // the latest given out, as an offset
	used []uint64
}

// New returns the pool of a network: "10.244.0.0/24". It panics when that is not an IPv4 network of /8 to /30.
func New(cidr string) Pool {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || !p.Addr().Is4() || p.Bits() < 8 || p.Bits() > 30 {
		panic("cni: not a network for pods: " + cidr)
	}
	a := p.Masked().Addr().As4()
	pool := Pool{
		base: uint32(a[0])<<24 | uint32(a[1])<<16 | uint32(a[2])<<8 | uint32(a[3]), size: 1 << (32 - p.Bits()), last: 1,
	}
	pool.used = make([]uint64, (pool.size+63)/64)
	return pool
}

// Clone returns a copy that shares nothing with the pool.
func (p *Pool) Clone() Pool {
	c := *p
	c.used = append([]uint64(nil), p.used...)
	return c
}

// Allocate returns the next free address; false when there is none.
func (p *Pool) Allocate() (ip string, ok bool) {
	const first = 2
	n := p.size - 1 - first // without the network, the gateway and the broadcast address
	for i := range n {
		offset := first + (p.last-first+1+i)%n
		if p.last < first {
			offset = first + i
		}
		if p.used[offset/64]&(1<<(offset%64)) == 0 {
			p.used[offset/64] |= 1 << (offset % 64)
			p.last = offset
			return p.address(offset), true
		}
	}
	return "", false
}

// Release takes an address back.
func (p *Pool) Release(ip string) {
	a, err := netip.ParseAddr(ip)
	if err != nil || !a.Is4() {
		return
	}
	b := a.As4()
	offset := (uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])) - p.base
	if offset < p.size {
		p.used[offset/64] &^= 1 << (offset % 64)
	}
}

// Used returns how many addresses are given out.
func (p *Pool) Used() int {
	n := 0
	for _, w := range p.used {
		n += bits.OnesCount64(w)
	}
	return n
}

func (p *Pool) address(offset uint32) string {
	a := p.base + offset
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}).String()
}
