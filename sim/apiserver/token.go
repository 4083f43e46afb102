package apiserver

import (
	"net/http"
	"strconv"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	authnapi "k8s.io/kubernetes/pkg/apis/authentication"
	"k8s.io/kubernetes/pkg/apis/authentication/validation"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// extendedSeconds is how long a pod's own token is really good for; a longer life than it says eases the way to
// programs that read their token again.
const extendedSeconds = 365 * 24 * 60 * 60

var tokenRequests = schema.GroupKind{Group: "authentication.k8s.io", Kind: "TokenRequest"}

// prepareToken issues a service account's token. Nothing is stored.
func (s *Server) prepareToken(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	if r.Verb != client.Create {
		return outcome{}, statusOf(apierrors.NewMethodNotSupported(groupResource(res), string(r.Verb)))
	}
	given, ok := r.Object.(*authenticationv1.TokenRequest)
	if !ok {
		return outcome{}, badRequest("a TokenRequest must be given")
	}
	v := s.store.Get(res.Key(r.Namespace, r.Name))
	if v == nil {
		return outcome{}, notFound(res, r.Name)
	}
	q := given.DeepCopy()
	api.Scheme.Default(q)
	if status := adopt(q, v.Object.(*corev1.ServiceAccount)); status != nil {
		return outcome{}, status
	}
	if len(q.Spec.Audiences) == 0 {
		q.Spec.Audiences = []string{authentication.Issuer}
	}
	if errs := validation.ValidateTokenRequest(internalToken(q)); len(errs) > 0 {
		return outcome{}, statusOf(apierrors.NewInvalid(tokenRequests, "", errs))
	}
	if status := s.admit(t, s.admission(t, res, r, q, nil)); status != nil {
		return outcome{}, status
	}
	bound, status := s.bind(q)
	if status != nil {
		return outcome{}, status
	}
	s.issue(t, q, bound)
	return outcome{object: q, code: http.StatusCreated}, nil
}

// adopt fills in whose token it is, and refuses a request for another account's.
func adopt(q *authenticationv1.TokenRequest, account *corev1.ServiceAccount) *metav1.Status {
	for _, f := range []struct{ name, given, want, what string }{
		{"name", q.Name, account.Name, "must match the service account name if specified"},
		{"namespace", q.Namespace, account.Namespace, "must match the service account namespace if specified"},
	} {
		if f.given != "" && f.given != f.want {
			return statusOf(apierrors.NewInvalid(tokenRequests, account.Name, field.ErrorList{
				field.Invalid(field.NewPath("metadata", f.name), f.given, f.what),
			}))
		}
	}
	if q.UID != "" && q.UID != account.UID {
		return statusOf(apierrors.NewConflict(schema.GroupResource{Group: tokenRequests.Group, Resource: tokenRequests.Kind}, account.Name,
			stringError("the UID in the token request ("+string(q.UID)+") does not match the UID of the service account ("+
				string(account.UID)+")")))
	}
	q.Name, q.Namespace, q.UID = account.Name, account.Namespace, account.UID
	return nil
}

// internalToken returns the part of a TokenRequest that is validated.
func internalToken(q *authenticationv1.TokenRequest) *authnapi.TokenRequest {
	return &authnapi.TokenRequest{Spec: authnapi.TokenRequestSpec{ExpirationSeconds: *q.Spec.ExpirationSeconds}}
}

// bind looks up what the token is to be bound to.
func (s *Server) bind(q *authenticationv1.TokenRequest) (authentication.Bound, *metav1.Status) {
	b := authentication.Bound{
		Namespace: q.Namespace, ServiceAccount: authentication.Ref{Name: q.Name, UID: string(q.UID)},
	}
	ref := q.Spec.BoundObjectRef
	if ref == nil {
		return b, nil
	}
	gvk := schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind)
	res, namespace := api.FindKind(gvk), q.Namespace
	if gvk.Group != "" || res == nil || gvk.Kind != "Pod" && gvk.Kind != "Node" && gvk.Kind != "Secret" {
		return b, badRequest("cannot bind token to object of type " + gvk.String())
	}
	v := s.store.Get(res.Key(namespace, ref.Name))
	if v == nil {
		return b, notFound(res, ref.Name)
	}
	to := &authentication.Ref{Name: ref.Name, UID: string(v.Object.GetUID())}
	switch o := v.Object.(type) {
	case *corev1.Pod:
		if o.Spec.ServiceAccountName != q.Name {
			return b, badRequest("cannot bind token for serviceaccount " + strconv.Quote(q.Name) +
				" to pod running with different serviceaccount name.")
		}
		b.Pod, b.Node = to, s.nodeRef(o.Spec.NodeName)
	case *corev1.Node:
		b.Node = to
	default:
		b.Secret = to
	}
	if ref.UID != "" && ref.UID != types.UID(to.UID) {
		return b, conflict(&api.Resource{Plural: gvk.Kind}, ref.Name, "the UID in the bound object reference ("+string(ref.UID)+
			") does not match the UID in record. The object might have been deleted and then recreated")
	}
	return b, nil
}

// nodeRef names the node that a pod is bound to; nil when it is bound to none.
func (s *Server) nodeRef(name string) *authentication.Ref {
	if name == "" {
		return nil
	}
	ref := &authentication.Ref{Name: name}
	if v := s.store.Get(api.Find("nodes").Key("", name)); v != nil {
		ref.UID = string(v.Object.GetUID())
	}
	return ref
}

// issue signs the token and fills in the answer.
func (s *Server) issue(t *engine.Turn, q *authenticationv1.TokenRequest, b authentication.Bound) {
	now, seconds := t.Wall(), *q.Spec.ExpirationSeconds
	c := authentication.Claims{
		Audience: q.Spec.Audiences, Issuer: authentication.Issuer, ID: t.Stream("tokens").UID(), Kubernetes: b,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expiry: now.Unix() + seconds,
		Subject: authentication.Named("system:serviceaccount:" + q.Namespace + ":" + q.Name).Name,
	}
	if b.Pod != nil && seconds == tokenSeconds && len(q.Spec.Audiences) == 1 && q.Spec.Audiences[0] == authentication.Issuer {
		c.Kubernetes.WarnAfter, c.Expiry = c.Expiry, now.Unix()+extendedSeconds
	}
	q.CreationTimestamp = stamp(t)
	q.Status = authenticationv1.TokenRequestStatus{
		Token:               authentication.Sign(&c),
		ExpirationTimestamp: metav1.NewTime(now.Truncate(time.Second).Add(time.Duration(seconds) * time.Second)),
	}
}
