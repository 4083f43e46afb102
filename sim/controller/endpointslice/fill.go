package endpointslice

import (
	"slices"

	discoveryv1 "k8s.io/api/discovery/v1"
)

// endpointsMax is how many endpoints a slice has, --max-endpoints-per-slice.
const endpointsMax = 100

// fill distributes a group's endpoints over its slices with as few writes as may be: endpoints stay where they are, new
// ones go to slices that are written anyway, then to one that has room for all that are left, then to new slices.
func (s *sync) fill(c *changes, g *group, existing []*discoveryv1.EndpointSlice) {
	var update, unchanged []*discoveryv1.EndpointSlice
	for _, slice := range existing {
		kept, same := g.take(slice.Endpoints)
		labels := s.labels()
		switch {
		case same && equalLabels(slice.Labels, labels):
			unchanged = append(unchanged, slice)
		case len(kept) == 0 && len(slice.Endpoints) > 0:
			c.remove = append(c.remove, slice)
		default:
			o := *slice
			o.Endpoints, o.Labels = kept, labels
			update = append(update, &o)
		}
	}
	left := g.left()
	fullest := slices.Clone(update)
	slices.SortStableFunc(fullest, func(a, b *discoveryv1.EndpointSlice) int { return len(b.Endpoints) - len(a.Endpoints) })
	for _, slice := range fullest {
		left = pour(slice, left)
	}
	for len(left) > 0 {
		if i := roomiest(unchanged, len(left)); i >= 0 {
			o := *unchanged[i]
			o.Endpoints = slices.Clone(o.Endpoints)
			unchanged = slices.Delete(unchanged, i, i+1)
			left = pour(&o, left)
			update = append(update, &o)
			continue
		}
		slice := s.newSlice(g)
		left = pour(slice, left)
		c.create = append(c.create, slice)
	}
	c.update = append(c.update, update...)
}

// pour moves endpoints into a slice until it is full and returns those left.
func pour(slice *discoveryv1.EndpointSlice, left []*discoveryv1.Endpoint) []*discoveryv1.Endpoint {
	for len(left) > 0 && len(slice.Endpoints) < endpointsMax {
		slice.Endpoints = append(slice.Endpoints, *left[0])
		left = left[1:]
	}
	return left
}

// roomiest returns the index of the slice that n more endpoints fill best; -1 when none has room for all of them.
func roomiest(all []*discoveryv1.EndpointSlice, n int) int {
	best, least := -1, endpointsMax
	if n >= endpointsMax {
		return best
	}
	for i, slice := range all {
		if room := endpointsMax - n - len(slice.Endpoints); room >= 0 && room < least {
			best, least = i, room
		}
	}
	return best
}
