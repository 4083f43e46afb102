package state

import _ "embed" // for the manifests

//go:embed founding/nginx.yaml
var nginxYAML string

//go:embed founding/service.yaml
var serviceYAML string

// founding returns the founding documents' manifests, which the page shows until the engine brings the user's own.
func founding() []File {
	return []File{{Name: "nginx.yaml", Text: nginxYAML}, {Name: "service.yaml", Text: serviceYAML}}
}
