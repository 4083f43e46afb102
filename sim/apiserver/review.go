package apiserver

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/authentication/user"
	authzapi "k8s.io/kubernetes/pkg/apis/authorization"
	"k8s.io/kubernetes/pkg/apis/authorization/validation"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/apiserver/authorization"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// reviews answers a question about who may do what, or who somebody is: a create of which nothing is stored.
func (s *Server) review(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	if r.Object == nil {
		return outcome{}, badRequest("an object must be given")
	}
	given := r.Object.DeepCopyObject().(api.Object)
	if errs := s.validReview(given); len(errs) > 0 {
		return outcome{}, invalid(res, "", errs)
	}
	var err error
	switch o := given.(type) {
	case *authorizationv1.SelfSubjectAccessReview:
		o.Status = s.access(authentication.Of(r), o.Spec.ResourceAttributes, o.Spec.NonResourceAttributes)
	case *authorizationv1.SubjectAccessReview:
		o.Status = s.access(subjectOf(&o.Spec), o.Spec.ResourceAttributes, o.Spec.NonResourceAttributes)
	case *authorizationv1.LocalSubjectAccessReview:
		o.Status = s.access(subjectOf(&o.Spec), o.Spec.ResourceAttributes, o.Spec.NonResourceAttributes)
	case *authorizationv1.SelfSubjectRulesReview:
		err = s.rules(authentication.Of(r), o)
	case *authenticationv1.SelfSubjectReview:
		o.CreationTimestamp = stamp(t)
		o.Status.UserInfo = userInfo(s.UserOf(r))
	case *authenticationv1.TokenReview:
		err = s.token(t, o)
	default:
		err = apierrors.NewBadRequest("not a review")
	}
	if err != nil {
		return outcome{}, statusOf(err)
	}
	return outcome{object: given, code: http.StatusCreated}, nil
}

// validReview validates a review of access; the others have nothing to validate.
func (s *Server) validReview(o api.Object) field.ErrorList {
	in, err := api.Internal(o)
	if err != nil {
		return nil
	}
	switch in := in.(type) {
	case *authzapi.SelfSubjectAccessReview:
		return validation.ValidateSelfSubjectAccessReview(in)
	case *authzapi.SubjectAccessReview:
		return validation.ValidateSubjectAccessReview(in)
	case *authzapi.LocalSubjectAccessReview:
		return validation.ValidateLocalSubjectAccessReview(in)
	}
	return nil
}

func (s *Server) access(
	u *user.DefaultInfo, of *authorizationv1.ResourceAttributes, path *authorizationv1.NonResourceAttributes,
) authorizationv1.SubjectAccessReviewStatus {
	a := &authorization.Attributes{User: u}
	if of != nil {
		a.Verb, a.Group, a.Resource, a.Subresource = of.Verb, of.Group, of.Resource, of.Subresource
		a.Namespace, a.Name = of.Namespace, of.Name
		if of.FieldSelector != nil {
			a.Fields = of.FieldSelector.RawSelector
		}
	} else {
		a.Verb, a.Path = path.Verb, path.Path
	}
	allowed, reason := s.currentPolicy().Authorize(s.store, a)
	return authorizationv1.SubjectAccessReviewStatus{Allowed: allowed, Reason: reason}
}

func subjectOf(spec *authorizationv1.SubjectAccessReviewSpec) *user.DefaultInfo {
	u := &user.DefaultInfo{Name: spec.User, UID: spec.UID, Groups: spec.Groups}
	for key, values := range spec.Extra { // any order
		if u.Extra == nil {
			u.Extra = map[string][]string{}
		}
		u.Extra[key] = values
	}
	return u
}

// rules lists all that a user may do in a namespace.
func (s *Server) rules(u *user.DefaultInfo, o *authorizationv1.SelfSubjectRulesReview) error {
	if o.Spec.Namespace == "" {
		return apierrors.NewBadRequest("no namespace on request")
	}
	all, errs := s.currentPolicy().RulesFor(u, o.Spec.Namespace)
	status := authorizationv1.SubjectRulesReviewStatus{
		ResourceRules: []authorizationv1.ResourceRule{}, NonResourceRules: []authorizationv1.NonResourceRule{},
	}
	if _, node := authentication.Node(u); node {
		status.Incomplete = true
		errs = append([]error{errors.New("node authorizer does not support user rule resolution")}, errs...)
	}
	for _, r := range all {
		if len(r.Resources) > 0 {
			status.ResourceRules = append(status.ResourceRules, authorizationv1.ResourceRule{
				Verbs: r.Verbs, APIGroups: r.APIGroups, Resources: r.Resources, ResourceNames: r.ResourceNames,
			})
		}
		if len(r.NonResourceURLs) > 0 {
			status.NonResourceRules = append(status.NonResourceRules, authorizationv1.NonResourceRule{
				Verbs: r.Verbs, NonResourceURLs: r.NonResourceURLs,
			})
		}
	}
	if len(errs) > 0 {
		status.EvaluationError = utilerrors.NewAggregate(errs).Error()
	}
	o.ObjectMeta, o.Spec, o.Status = metav1.ObjectMeta{}, authorizationv1.SelfSubjectRulesReviewSpec{}, status
	return nil
}

// token says whose a token is.
func (s *Server) token(t *engine.Turn, o *authenticationv1.TokenReview) error {
	if o.Spec.Token == "" {
		return apierrors.NewBadRequest("token is required for TokenReview in authentication")
	}
	wanted := o.Spec.Audiences
	if len(wanted) == 0 {
		wanted = []string{authentication.Issuer}
	}
	o.Status = authenticationv1.TokenReviewStatus{Error: "invalid bearer token"}
	u, audiences, ok := authentication.Token(s.store, t.Wall(), o.Spec.Token)
	if !ok {
		return nil
	}
	common := slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return !slices.Contains(audiences, w) })
	if len(common) == 0 {
		o.Status.Error = fmt.Sprintf("[invalid bearer token, token audiences %q is invalid for the target audiences %q]", audiences, wanted)
		return nil
	}
	o.Status = authenticationv1.TokenReviewStatus{Authenticated: true, User: userInfo(u), Audiences: common}
	return nil
}

func userInfo(u *user.DefaultInfo) authenticationv1.UserInfo {
	info := authenticationv1.UserInfo{Username: u.Name, UID: u.UID, Groups: u.Groups}
	for key, values := range u.Extra { // any order
		if info.Extra == nil {
			info.Extra = map[string]authenticationv1.ExtraValue{}
		}
		info.Extra[key] = values
	}
	return info
}

// UserOf returns the user of a request as the audit log names it: a controller with the UID of its service account.
func (s *Server) UserOf(r *client.Request) *user.DefaultInfo {
	u := authentication.Of(r)
	name, ok := strings.CutPrefix(u.Name, "system:serviceaccount:"+authentication.ControllerNamespace+":")
	if !ok || u.UID != "" {
		return u
	}
	v := s.store.Get(api.Find("serviceaccounts").Key(authentication.ControllerNamespace, name))
	if v == nil {
		return u
	}
	c := *u
	c.UID = string(v.Object.GetUID())
	return &c
}
