package api

import (
	"encoding/base64"
	"fmt"
	"os"

	"orrery/sim/apiserver/authentication"
)

// Kubeconfig returns what a client needs to know of the server, in the shape of kubeadm's admin.conf.
func (s *Server) Kubeconfig() []byte {
	authority, user := "", " {}"
	if s.identity != nil {
		authority = "\n    certificate-authority-data: " + base64.StdEncoding.EncodeToString(s.identity.authority)
		user = "\n    token: " + authentication.AdminToken
	}
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    server: %s%s
contexts:
- name: kubernetes-admin@kubernetes
  context:
    cluster: kubernetes
    user: kubernetes-admin
current-context: kubernetes-admin@kubernetes
preferences: {}
users:
- name: kubernetes-admin
  user:%s
`, s.URL(), authority, user)
}

// WriteKubeconfig writes the kubeconfig for its owner alone to read.
func (s *Server) WriteKubeconfig(file string) error {
	if err := os.WriteFile(file, s.Kubeconfig(), 0o600); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return nil
}
