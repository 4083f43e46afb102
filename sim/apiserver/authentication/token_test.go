package authentication_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

func TestNames(t *testing.T) {
	for short, want := range map[string]string{
		"kubectl":               "kubernetes-admin [system:masters system:authenticated]",
		"scheduler":             "system:kube-scheduler [system:authenticated]",
		"kubelet/node-1":        "system:node:node-1 [system:nodes system:authenticated]",
		"apiserver":             "system:apiserver [system:authenticated system:masters]",
		"alice":                 "alice [system:authenticated]",
		"system:anonymous":      "system:anonymous [system:unauthenticated]",
		"deployment-controller": "system:serviceaccount:kube-system:deployment-controller [system:serviceaccounts system:serviceaccounts:kube-system system:authenticated]",
		"system:serviceaccount:demo:robot": "system:serviceaccount:demo:robot " +
			"[system:serviceaccounts system:serviceaccounts:demo system:authenticated]",
	} {
		u := authentication.Named(short)
		if got := u.Name + " [" + strings.Join(u.Groups, " ") + "]"; got != want {
			t.Errorf("%s is %s, want %s", short, got, want)
		}
		if back := authentication.Short(u); back != short {
			t.Errorf("%s is called %s, want %s", u.Name, back, short)
		}
	}
	if !slices.IsSorted(authentication.Controllers) {
		t.Error("the controllers are not in order")
	}
}

func TestTokenStandsWithItsObjects(t *testing.T) {
	store := etcd.New()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "robot", UID: "u1"}}
	key := api.Find("serviceaccounts").Key("demo", "robot")
	if _, err := store.Commit(etcd.Write{Key: key, Object: account}); err != nil {
		t.Fatal(err)
	}
	now := engine.Epoch
	token := authentication.Sign(&authentication.Claims{
		Audience: []string{authentication.Issuer}, Expiry: now.Unix() + 600, NotBefore: now.Unix(), ID: "j1",
		Subject:    "system:serviceaccount:demo:robot",
		Kubernetes: authentication.Bound{Namespace: "demo", ServiceAccount: authentication.Ref{Name: "robot", UID: "u1"}},
	})
	u, _, ok := authentication.Token(store, now, token)
	if !ok || u.Name != "system:serviceaccount:demo:robot" || u.UID != "u1" || len(u.Groups) != 3 ||
		u.Extra["authentication.kubernetes.io/credential-id"][0] != "JTI=j1" {
		t.Errorf("the token is of %+v, %v", u, ok)
	}
	dot := strings.LastIndexByte(token, '.')
	for name, bad := range map[string]string{"forged": token[:dot] + "x" + token[dot:], "empty": "", "nonsense": "a.b.c"} {
		if _, _, ok := authentication.Token(store, now, bad); ok {
			t.Errorf("a %s token was believed", name)
		}
	}
	if _, _, ok := authentication.Token(store, now.Add(10*time.Minute), token); ok {
		t.Error("an expired token was believed")
	}
	if _, err := store.Commit(etcd.Write{Key: key, Last: account.DeepCopy(), Expect: store.Get(key).Mod}); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := authentication.Token(store, now, token); ok {
		t.Error("the token outlived its service account")
	}
}
