package apiserver

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// authenticate returns the request as that of the user whose token it carries, and of the one whom that user acts as.
// Requests of components carry neither.
func (s *Server) authenticate(t *engine.Turn, r *client.Request) (*client.Request, *metav1.Status) {
	if r.Token != "" {
		u, _, ok := authentication.Token(s.store, t.Wall(), r.Token)
		if !ok {
			return r, statusOf(apierrors.NewUnauthorized("Unauthorized"))
		}
		r = by(r, u)
		if short := authentication.Short(u); authentication.Named(short) == u {
			r.User, r.Groups = short, nil
		}
	}
	if r.Impersonate != nil {
		u, err := s.currentPolicy().Impersonate(s.store, attributes(r), r.Impersonate)
		if err != nil {
			return r, statusOf(err)
		}
		r = by(r, u)
		r.Impersonate = nil
	}
	return r, nil
}

// by returns the request as that of a user.
func by(r *client.Request, u *user.DefaultInfo) *client.Request {
	c := *r
	c.Token = ""
	c.User, c.UserUID, c.Groups, c.Extra = u.Name, u.UID, u.Groups, u.Extra
	return &c
}
