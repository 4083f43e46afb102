package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// strategy is how one kind is created and changed. Objects are of the version in which they are stored; validation
// converts them to the internal one itself. A function that is nil does nothing. Models the strategy.go files of
// pkg/registry, without what they do for feature gates that are off by default.
type strategy struct {
	spec   *part // what writes of the status leave as it was
	status *part // what only writes of the status change; empty at first
	// keepStatus says that a new object keeps the status that it brings.
	keepStatus bool
	// generation says that metadata.generation counts the changes of the spec, from 1.
	generation bool
	// conditional says that an update must name the resourceVersion that it changes.
	conditional bool
	// createOnUpdate says that an update of an object that is not there creates it.
	createOnUpdate bool
	// orphans says that a deletion which does not say what becomes of the dependents leaves them.
	orphans        bool
	prepareCreate  func(in call, o api.Object)
	validateCreate func(c *converter, o api.Object) field.ErrorList
	change
	// subresources is what the writes of the status and of other subresources do.
	subresources map[string]change
}

// change is how an object is changed: as a whole, or by one of its subresources.
type change struct {
	prepare  func(in call, o, old api.Object)
	validate func(c *converter, o, old api.Object) field.ErrorList
}

// call is what a strategy may know of the request that it serves.
type call struct {
	now     metav1.Time
	request *client.Request
}

func callOf(t *engine.Turn, r *client.Request) call { return call{stamp(t), r} }

// statusOnly is the subresources of a kind that has none but its status.
func statusOnly(validate func(c *converter, o, old api.Object) field.ErrorList) map[string]change {
	return map[string]change{"status": {validate: validate}}
}

// unchecked validates nothing, as Kubernetes does not either for the status of some kinds.
func unchecked(*converter, api.Object, api.Object) field.ErrorList { return nil }

// begin prepares a new object.
func (st *strategy) begin(in call, o api.Object) {
	o.SetGeneration(0)
	if st.generation {
		o.SetGeneration(1)
	}
	if st.status != nil && !st.keepStatus {
		st.status.empty(o)
	}
	if st.prepareCreate != nil {
		st.prepareCreate(in, o)
	}
}

// changeBy prepares a change of the object, or of a subresource when one is named, and returns what validates it; nil
// when the kind has no such subresource.
func (st *strategy) changeBy(in call, subresource string, o, old api.Object) func(c *converter, o, old api.Object) field.ErrorList {
	ch := st.change
	switch subresource {
	case "":
		if st.status != nil {
			st.status.keep(o, old)
		}
	case "status":
		ch = st.subresources[subresource]
		if st.spec != nil {
			st.spec.keep(o, old)
		}
	default:
		ch = st.subresources[subresource]
	}
	if ch.prepare != nil {
		ch.prepare(in, o, old)
	}
	if subresource != "status" && st.generation && st.spec != nil && !st.spec.equal(o, old) {
		o.SetGeneration(old.GetGeneration() + 1)
	}
	return ch.validate
}

// part is a part of a kind's objects, like the spec or the status.
type part struct {
	empty func(o api.Object)                  // clears the part
	keep  func(o, old api.Object)             // takes the part from another object
	equal func(o, old api.Object) bool        // compares the parts of two objects
	graft func(o, from api.Object) api.Object // returns a shallow copy of an object with another's part
}

// partOf makes a part of a function that finds it.
func partOf[T, P any, O interface {
	*T
	api.Object
}](at func(O) *P) *part {
	return &part{
		empty: func(o api.Object) {
			var zero P
			*at(o.(O)) = zero
		},
		keep:  func(o, old api.Object) { *at(o.(O)) = *at(old.(O)) },
		equal: func(o, old api.Object) bool { return apiequality.Semantic.DeepEqual(at(o.(O)), at(old.(O))) },
		graft: func(o, from api.Object) api.Object {
			c := O(new(T))
			*c = *o.(O)
			*at(c) = *at(from.(O))
			return c
		},
	}
}

// creating makes what prepares an object out of what prepares one of a type.
func creating[T api.Object](prepare func(o T)) func(call, api.Object) {
	return func(_ call, o api.Object) { prepare(o.(T)) }
}

// changing is creating for a change from one object to another.
func changing[T api.Object](prepare func(o, old T)) func(call, api.Object, api.Object) {
	return func(_ call, o, old api.Object) { prepare(o.(T), old.(T)) }
}

// converter turns objects into their internal version for validation and remembers those that it turned last: what a write
// is validated against is mostly what the write before it stored. It is a pure function's memory, so that clones of a
// server may share it.
type converter struct {
	known map[api.Object]runtime.Object
	valid map[types.UID]*corev1.Pod // by owner: a pod whose spec was found valid
}

// knownMax bounds the memory of a converter.
const knownMax = 4096

// internal converts an object, or remembers what it was converted to.
func internal[T runtime.Object](c *converter, o api.Object) T {
	if i, ok := c.known[o]; ok {
		return i.(T)
	}
	i := converted[T](o)
	c.remember(o, i)
	return i
}

// converted converts an object. The conversion cannot fail for an object that was decoded.
func converted[T runtime.Object](o api.Object) T {
	i, err := api.Internal(o)
	if err != nil {
		panic("apiserver: converting " + o.GetName() + ": " + err.Error())
	}
	return i.(T)
}

func (c *converter) remember(o api.Object, i runtime.Object) {
	if c.known == nil || len(c.known) >= knownMax {
		c.known = map[api.Object]runtime.Object{}
	}
	c.known[o] = i
}

// forget drops what is not going to be asked for: the version of an object before its latest.
func (c *converter) forget(o api.Object) { delete(c.known, o) }

// onCreate makes a validation of internal objects one of stored objects. Most objects never change: they are not worth
// remembering.
func onCreate[T runtime.Object](validate func(T) field.ErrorList) func(*converter, api.Object) field.ErrorList {
	return func(_ *converter, o api.Object) field.ErrorList { return validate(converted[T](o)) }
}

// onUpdate is onCreate for a change from one object to another.
func onUpdate[T runtime.Object](validate func(o, old T) field.ErrorList) func(c *converter, o, old api.Object) field.ErrorList {
	return func(c *converter, o, old api.Object) field.ErrorList {
		was := internal[T](c, old)
		c.forget(old)
		return validate(internal[T](c, o), was)
	}
}
