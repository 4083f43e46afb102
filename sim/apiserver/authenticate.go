package apiserver

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// authenticate returns the request as that of the user whose token it carries. Requests of components carry none.
func (s *Server) authenticate(t *engine.Turn, r *client.Request) (*client.Request, *metav1.Status) {
	if r.Token == "" {
		return r, nil
	}
	u, _, ok := authentication.Token(s.store, t.Wall(), r.Token)
	if !ok {
		return r, statusOf(apierrors.NewUnauthorized("Unauthorized"))
	}
	c := *r
	c.Token = ""
	c.User = authentication.Short(u)
	if authentication.Named(c.User).Name != u.Name || u.Extra != nil {
		c.User, c.UserUID, c.Groups, c.Extra = u.Name, u.UID, u.Groups, u.Extra
	}
	return &c, nil
}
