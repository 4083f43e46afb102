package apiserver

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/apiserver/authorization"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// age is how long ago the objects of a new world were made.
const age = 2 * time.Minute

// Bootstrap stores what kube-apiserver makes by itself when it first starts: the roles and bindings of RBAC, the
// APIServices of what it serves, and the service accounts under which the controllers act, which kube-controller-manager makes.
func (s *Server) Bootstrap(uids *engine.Stream) {
	for _, o := range authorization.Bootstrap() {
		s.Seed(o, uids)
	}
	for _, o := range localServices() {
		s.Seed(o, uids)
	}
	for _, name := range authentication.Controllers {
		s.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
			Namespace: authentication.ControllerNamespace, Name: name,
		}}, uids)
	}
}

// Begin says how long after engine.Epoch the world begins.
func (s *Server) Begin(at time.Duration) { s.began = at }

// Born returns when the objects were made that are there when the world begins.
func (s *Server) Born() metav1.Time { return metav1.NewTime(engine.Epoch.Add(s.began - age)) }

// Seed stores an object that is there when a world begins. It goes through defaulting and the kind's strategy, and is
// validated; unlike a new object it keeps the status that it brings. A seed that the API would refuse is a broken invariant.
func (s *Server) Seed(o api.Object, uids *engine.Stream) {
	res := api.FindObject(o)
	o = o.DeepCopyObject().(api.Object)
	api.Scheme.Default(o)
	o.GetObjectKind().SetGroupVersionKind(emptyKind)
	o.SetUID(types.UID(uids.UID()))
	o.SetCreationTimestamp(s.Born())
	st := strategyOf(res)
	given := o.DeepCopyObject().(api.Object)
	st.begin(call{now: o.GetCreationTimestamp(), request: &client.Request{User: "apiserver"}}, o)
	if st.status != nil && !st.status.equal(given, res.New()) {
		st.status.keep(o, given)
	}
	if errs := st.validateCreate(s.converter, o); len(errs) > 0 {
		panic("apiserver: seeding " + res.Name + " " + o.GetName() + ": " + errs.ToAggregate().Error())
	}
	if _, err := s.store.Commit(etcd.Write{Key: res.Key(o.GetNamespace(), o.GetName()), Object: o}); err != nil {
		panic("apiserver: seeding " + res.Name + " " + o.GetName() + ": " + err.Error())
	}
}
