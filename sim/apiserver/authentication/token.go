package authentication

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"strings"
	"time"

	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/api"
	"orrery/sim/etcd"
)

// AdminToken is the static token of a kubeconfig's user.
const AdminToken = "orrery-admin"

// Issuer issues the service accounts' tokens, and is the audience of those for the API server itself.
const Issuer = "https://kubernetes.default.svc.cluster.local"

// Claims are what a service account's token says.
type Claims struct {
	Audience   []string `json:"aud"`
	Expiry     int64    `json:"exp"` // seconds since 1970, as the others
	IssuedAt   int64    `json:"iat"`
	Issuer     string   `json:"iss"`
	ID         string   `json:"jti"`
	Kubernetes Bound    `json:"kubernetes.io"`
	NotBefore  int64    `json:"nbf"`
	Subject    string   `json:"sub"`
}

// Bound is what a token is bound to: it is good only as long as all of this is there.
type Bound struct {
	Namespace      string `json:"namespace"`
	Node           *Ref   `json:"node,omitempty"`
	Pod            *Ref   `json:"pod,omitempty"`
	Secret         *Ref   `json:"secret,omitempty"`
	ServiceAccount Ref    `json:"serviceaccount"`
	WarnAfter      int64  `json:"warnafter,omitempty"`
}

// Ref names an object.
type Ref struct {
	Name string `json:"name"`
	UID  string `json:"uid"`
}

const (
	header = `{"alg":"FNV","kid":"orrery"}`
	key    = "orrery: a simulated cluster has no secrets"
)

var base64url = base64.RawURLEncoding

// Sign returns the claims as a signed JSON web token.
//
// Simplified: the signature is a checksum that anybody can make; Kubernetes signs with its own RSA key. Every pod gets a
// token, and an honest signature is the dearest part of one.
func Sign(c *Claims) string {
	payload, err := json.Marshal(c)
	if err != nil {
		panic("authentication: claims that are no JSON: " + err.Error())
	}
	signed := base64url.EncodeToString([]byte(header)) + "." + base64url.EncodeToString(payload)
	return signed + "." + signature(signed)
}

func signature(signed string) string {
	h := fnv.New128a()
	h.Write([]byte(key))
	h.Write([]byte(signed))
	return base64url.EncodeToString(h.Sum(nil))
}

// parse returns the claims of a token that was signed here.
func parse(token string) (*Claims, bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 || token[dot+1:] != signature(token[:dot]) {
		return nil, false
	}
	_, payload, _ := strings.Cut(token[:dot], ".")
	data, err := base64url.DecodeString(payload)
	if err != nil {
		return nil, false
	}
	var c Claims
	return &c, json.Unmarshal(data, &c) == nil
}

// Token returns the user of a bearer token and the audiences that it was issued for. It is false for a token that is
// unknown, has expired, or is bound to an object that is no longer there.
func Token(store *etcd.Store, now time.Time, token string) (u *user.DefaultInfo, audiences []string, ok bool) {
	if token == AdminToken {
		return users["kubectl"], []string{Issuer}, true
	}
	c, ok := parse(token)
	if !ok || now.Unix() < c.NotBefore || now.Unix() >= c.Expiry || !c.Kubernetes.stands(store) {
		return nil, nil, false
	}
	bound := &c.Kubernetes
	info := &user.DefaultInfo{
		Name: c.Subject, UID: bound.ServiceAccount.UID, Groups: groupsOf(c.Subject),
		Extra: map[string][]string{user.CredentialIDKey: {"JTI=" + c.ID}},
	}
	for _, extra := range []struct {
		ref       *Ref
		name, uid string
	}{
		{bound.Pod, serviceaccount.PodNameKey, serviceaccount.PodUIDKey},
		{bound.Node, serviceaccount.NodeNameKey, serviceaccount.NodeUIDKey},
	} {
		if extra.ref != nil {
			info.Extra[extra.name] = []string{extra.ref.Name}
			info.Extra[extra.uid] = []string{extra.ref.UID}
		}
	}
	return info, c.Audience, true
}

// stands reports whether all that a token is bound to is there.
func (b *Bound) stands(store *etcd.Store) bool {
	there := func(resource, namespace string, r *Ref) bool {
		if r == nil {
			return true
		}
		res := api.Find(resource)
		if res == nil {
			return false
		}
		v := store.Get(res.Key(namespace, r.Name))
		return v != nil && string(v.Object.GetUID()) == r.UID
	}
	// A pod's token outlives the pod's node: only a token that is bound to nothing but a node goes with it.
	node := b.Node
	if b.Pod != nil {
		node = nil
	}
	return there("serviceaccounts", b.Namespace, &b.ServiceAccount) && there("pods", b.Namespace, b.Pod) &&
		there("secrets", b.Namespace, b.Secret) && there("nodes", "", node)
}
