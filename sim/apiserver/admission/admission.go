// Package admission is what stands between a request that is allowed and the store: plugins that fill in what a cluster
// decides for its users, and plugins that refuse what its administrators do not want.
//
// They are those that kube-apiserver 1.36 runs by default, in its order. First every plugin may change the object; then the
// kind's strategy validates it; then every plugin may refuse it. ResourceQuota comes last, because what it charges must be
// stored. Models k8s.io/kubernetes/plugin/pkg/admission.
//
// Simplified: CertificateApproval, CertificateSigning, CertificateSubjectRestriction and ClusterTrustBundleAttest are not
// there, nor are webhooks and policies in CEL; Kubernetes runs them all.
package admission

import (
	"encoding/json"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// Attributes are a request as plugins see it.
type Attributes struct {
	Request     *client.Request // whose it is
	Verb        client.Verb     // Create, Update (of patches too) or Delete
	Resource    *api.Resource
	Subresource string
	Namespace   string
	Name        string     // as the request has it: empty while a name is generated
	Object      api.Object // plugins that admit may change it; nil for a delete
	Old         api.Object // nil for a create
	DryRun      bool
	Store       *etcd.Store // read-only
	Names       *engine.Stream
	Now         time.Time
	Warnings    []string // for the user

	validating bool
}

// Plugin is one admission plugin. Models k8s.io/apiserver/pkg/admission.
type Plugin struct {
	Name      string
	Resources []string // plural with group; nil for all
	// Admit may change the object, and reports whether it did.
	Admit func(*Attributes) (changed bool, err error)
	// Validate may only refuse it.
	Validate func(*Attributes) error
}

// Plugins are the plugins in kube-apiserver's order, but for ResourceQuota, which ends it.
var Plugins = []*Plugin{
	&namespaceLifecycle,
	&limitRanger,
	&serviceAccount,
	&nodeRestriction,
	&taintNodesByCondition,
	&podSecurity,
	&priority,
	&defaultTolerationSeconds,
	&defaultStorageClass,
	&storageObjectInUseProtection,
	&persistentVolumeClaimResize,
	&runtimeClass,
	&defaultIngressClass,
}

// Admit lets the plugins change the object. It returns a bit for each that did, by its place in Plugins.
func Admit(a *Attributes) (changed uint32, err error) {
	a.validating = false
	for i, p := range Plugins {
		if p.Admit == nil || !p.handles(a) {
			continue
		}
		did, err := p.Admit(a)
		if err != nil {
			return changed, err
		}
		if did {
			changed |= 1 << i
		}
	}
	return changed, nil
}

// Validate lets the plugins refuse the object.
func Validate(a *Attributes) error {
	a.validating = true
	for _, p := range Plugins {
		if p.Validate == nil || !p.handles(a) {
			continue
		}
		if err := p.Validate(a); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plugin) handles(a *Attributes) bool {
	if p.Resources == nil {
		return true
	}
	for _, r := range p.Resources {
		if r == a.Resource.Name {
			return true
		}
	}
	return false
}

// Forbidden refuses the request for a reason, in Kubernetes' words.
func Forbidden(a *Attributes, why string) error {
	name := a.Name
	if name == "" && a.Object != nil {
		name = a.Object.GetGenerateName()
		if a.validating || name == "" {
			name = a.Object.GetName()
		}
	}
	return apierrors.NewForbidden(schema.GroupResource{Group: a.Resource.Kind.Group, Resource: a.Resource.Plural}, name, reason(why))
}

type reason string

func (r reason) Error() string { return string(r) }

// get returns a stored object, or nil.
func get[T api.Object](store *etcd.Store, resource, namespace, name string) (found T) {
	if res := api.Find(resource); res != nil {
		if v := store.Get(res.Key(namespace, name)); v != nil {
			found, _ = v.Object.(T)
		}
	}
	return found
}

// list returns the stored objects of a resource in a namespace, in the order of their names.
func list[T api.Object](store *etcd.Store, resource, namespace string) (all []T) {
	res := api.Find(resource)
	if res == nil {
		return nil
	}
	store.Range(res.Prefix(namespace), func(v *etcd.Value) bool {
		all = append(all, v.Object.(T))
		return true
	})
	return all
}

// Changed is which plugins changed an object: a bit for each by its place in Plugins. As JSON it is their names.
type Changed uint32

// Names returns the names of the plugins, in order.
func (c Changed) Names() (names []string) {
	for i, p := range Plugins {
		if c&(1<<i) != 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

// MarshalJSON implements json.Marshaler.
func (c Changed) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Admitted []string `json:"admitted"`
	}{c.Names()})
}
