package image

import (
	"strings"
)

// Reference is an image name as containerd resolves it: "nginx" is docker.io/library/nginx:latest.
type Reference struct {
	Domain string // "docker.io"
	Path   string // "library/nginx"
	Tag    string // "latest"; empty when the name has a digest
	Digest string // "sha256:..." or empty
}

// Parse reads an image name as it stands in a pod. The message says what is wrong with a name that cannot be parsed.
func Parse(name string) (r Reference, message string) {
	rest := name
	if i := strings.IndexByte(rest, '@'); i >= 0 {
		rest, r.Digest = rest[:i], rest[i+1:]
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 && isDomain(rest[:i]) {
		r.Domain, rest = rest[:i], rest[i+1:]
	} else {
		r.Domain = "docker.io"
	}
	if i := strings.IndexByte(rest, ':'); i >= 0 {
		rest, r.Tag = rest[:i], rest[i+1:]
		if !isTag(r.Tag) {
			return r, refuse(name, r.Domain, rest)
		}
	}
	r.Path = rest
	if r.Domain == "docker.io" && !strings.Contains(rest, "/") {
		r.Path = "library/" + rest
	}
	if r.Tag == "" && r.Digest == "" {
		r.Tag = "latest"
	}
	if !isPath(rest) {
		return r, refuse(name, r.Domain, rest)
	}
	return r, ""
}

// refuse says what the reference library says of a name that it cannot parse.
func refuse(name, domain, path string) string {
	why := "invalid reference format"
	if path != strings.ToLower(path) {
		if domain == "docker.io" && !strings.Contains(path, "/") {
			path = "library/" + path
		}
		why += ": repository name (" + path + ") must be lowercase"
	}
	return `couldn't parse image name "` + name + `": ` + why
}

func isDomain(s string) bool { return strings.ContainsAny(s, ".:") || s == "localhost" }

func isTag(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c|0x20) && !isDigit(c) && c != '_' && (i == 0 || c != '.' && c != '-') {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

func isPath(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || !isLetter(part[0]) && !isDigit(part[0]) {
			return false
		}
		for i := range len(part) {
			if c := part[i]; !isLetter(c) && !isDigit(c) && c != '.' && c != '_' && c != '-' {
				return false
			}
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// Repository returns the name without tag and digest: "docker.io/library/nginx".
func (r Reference) Repository() string { return r.Domain + "/" + r.Path }

// String returns the full name: "docker.io/library/nginx:1.27".
func (r Reference) String() string {
	s := r.Repository()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// Latest reports whether the kubelet pulls the image each time by default.
func (r Reference) Latest() bool { return r.Tag == "latest" }
