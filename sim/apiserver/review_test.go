package apiserver_test

import (
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
)

// ask creates a review as a user and returns what it says.
func ask[T api.Object](t *testing.T, h *harness, user string, review T) T {
	t.Helper()
	res := api.FindObject(review)
	r := h.do(client.Request{User: user, Verb: client.Create, Resource: res.Name, Object: review, Namespace: review.GetNamespace()})
	if r.Error != nil || r.Code != 201 {
		t.Fatalf("%s asks %s: %d %v", user, res.Name, r.Code, r.Error)
	}
	return r.Object.(T)
}

func TestCanI(t *testing.T) {
	h := newRBAC(t)
	pods := func(verb string) *authorizationv1.ResourceAttributes {
		return &authorizationv1.ResourceAttributes{Namespace: "demo", Verb: verb, Resource: "pods"}
	}
	own := func(user, verb string) authorizationv1.SubjectAccessReviewStatus {
		return ask(t, h, user, &authorizationv1.SelfSubjectAccessReview{
			Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: pods(verb)},
		}).Status
	}
	if s := own("alice", "list"); !s.Allowed || s.Reason != `RBAC: allowed by RoleBinding "alice/demo" of Role "alice" to User "alice"` {
		t.Errorf("alice may list: %+v", s)
	}
	if s := own("alice", "delete"); s.Allowed || s.Reason != "" {
		t.Errorf("alice may delete: %+v", s)
	}
	if s := own("kubectl", "delete"); !s.Allowed {
		t.Errorf("kubectl may not delete: %+v", s)
	}
	path := ask(t, h, "alice", &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		NonResourceAttributes: &authorizationv1.NonResourceAttributes{Path: "/healthz", Verb: "get"},
	}})
	if !path.Status.Allowed {
		t.Errorf("alice may not ask for /healthz: %+v", path.Status)
	}
	other := ask(t, h, "kubectl", &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{User: "alice", ResourceAttributes: pods("get")},
	})
	if !other.Status.Allowed {
		t.Errorf("alice may not get, says kubectl's question: %+v", other.Status)
	}
	r := h.do(client.Request{Verb: client.Create, Resource: "selfsubjectaccessreviews.authorization.k8s.io", Object: &authorizationv1.SelfSubjectAccessReview{}})
	const want = `SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: ` +
		`exactly one of nonResourceAttributes or resourceAttributes must be specified`
	if message(r) != want {
		t.Errorf("got  %s\nwant %s", message(r), want)
	}
}

// TestCanIList holds that alice may do what kubectl auth can-i --list says in a recording of a real cluster.
func TestCanIList(t *testing.T) {
	rules := ask(t, newRBAC(t), "alice", &authorizationv1.SelfSubjectRulesReview{
		Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: "demo"},
	}).Status
	var got []string
	for _, r := range rules.ResourceRules {
		got = append(got, strings.Join(r.Resources, ",")+" "+strings.Join(r.Verbs, ","))
	}
	want := "selfsubjectaccessreviews,selfsubjectrulesreviews create\nselfsubjectreviews create\npods get,list,watch"
	if strings.Join(got, "\n") != want || rules.Incomplete {
		t.Errorf("alice may\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	paths := 0
	for _, r := range rules.NonResourceRules {
		paths += len(r.NonResourceURLs)
	}
	if paths != 16 {
		t.Errorf("%d paths, want 16: %v", paths, rules.NonResourceRules)
	}
}

func TestWhoAmI(t *testing.T) {
	h := newRBAC(t)
	who := ask(t, h, "deployment-controller", &authenticationv1.SelfSubjectReview{}).Status.UserInfo
	if who.Username != "system:serviceaccount:kube-system:deployment-controller" || who.UID == "" || len(who.Groups) != 3 {
		t.Errorf("the deployment controller is %+v", who)
	}
	review := ask(t, h, "kubectl", &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: authentication.AdminToken}})
	if !review.Status.Authenticated || review.Status.User.Username != "kubernetes-admin" {
		t.Errorf("the kubeconfig's token: %+v", review.Status)
	}
	review = ask(t, h, "kubectl", &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: "x"}})
	if review.Status.Authenticated || review.Status.Error != "invalid bearer token" {
		t.Errorf("a forged token: %+v", review.Status)
	}
}
