package reference

// Numbered are names that the recordings write with a number in place of their end: those of objects that have a
// generateName, were they made by it or not, as a StatefulSet's pods are not. The zero value knows none.
type Numbered map[string]string

// Name returns a name as the recordings write it. They know one from when the object was made with that generateName, and
// find it at the end of other names too: in those of a StatefulSet's claims.
func (n *Numbered) Name(name, generateName string) string {
	for i := range name {
		if as, known := (*n)[name[i:]]; known && (i == 0 || name[i-1] == '-') {
			return name[:i] + as
		}
	}
	if generateName == "" {
		return name
	}
	if *n == nil {
		*n = Numbered{}
	}
	(*n)[name] = generateName + "<1>"
	return (*n)[name]
}
