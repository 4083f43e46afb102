// Package image is the catalogue of images: which there are in the registries of the simulated world, how large they are,
// how long they pull, and what a container that runs them does.
//
// An image that is not in the table exists too and runs a server that behaves: it listens on every port, answers 200
// and ends when it is asked to. Names that say that they do not exist do not: those whose repository or tag contains
// nosuch, doesnotexist, nonexistent or missing. It leaves out layers, architectures, credentials and signatures.
package image

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"orrery/sim/engine"
)

// Image is an image as a registry serves it.
type Image struct {
	Reference Reference
	Digest    string         // "sha256:..."
	Bytes     int64          // size, as the node's status shows it
	Pull      engine.Latency // how long a node takes to pull it
	kind      *kind
}

// ID returns the image by its digest, as container statuses show it: "docker.io/library/nginx@sha256:...".
func (i *Image) ID() string { return i.Reference.Repository() + "@" + i.Digest }

// pull is how long the images of the recordings take to pull, whatever their size.
var pull = engine.Latency{Min: 900 * time.Millisecond, Max: 905 * time.Millisecond}

// Refusal is how long a registry takes to say that it does not have an image.
var Refusal = engine.Latency{Min: 895 * time.Millisecond, Max: 905 * time.Millisecond}

// known holds the images whose digests and sizes are recorded of a real cluster, by full name.
var known = map[string]struct {
	digest string
	bytes  int64
}{
	"registry.k8s.io/pause:3.10":       {"047e27ea54e2effc6ecfc6fa70e6f210c57802bf727d940706bf388dcf240ea4", 47116400},
	"docker.io/library/busybox:latest": {"70528c5d92232584d25be3ddfdd5b26c43ae16b12e63cc8c72fa9040868939a0", 24064550},
	"docker.io/library/nginx:1.26":     {"c2220dedf82b7d7f1a9b1789a2f2f3035ab9ee5239ca5781307941e1138c57ee", 47359050},
	"docker.io/library/nginx:1.27":     {"5301c8206bdbfdb2d2f27bb2524d67922cad3130f8b79459081aeda69fa6211a", 23856050},
	"docker.io/library/nginx:1.28":     {"79c386f7d98c6ca554c63b6513678aec218ee753a57771a9b8dc055b04b70dae", 24784450},
	"docker.io/library/nginx:1.29":     {"fc488c2890cd392af7dfbfcb4365e69224ad053ce2e631eaeb0abf0469521235", 28075500},
	"docker.io/library/nginx:latest":   {"339495bd06f07997068950960031f9e6a858d588a33dd038cfd0e0644a44b616", 28295900},
	"docker.io/library/perl:latest":    {"ea315414f32aa4634728eed3862e36a40ff968fc8c572dd8069e79b7d9c1c5dc", 25470750},
	"docker.io/library/postgres:17":    {"afb837d7d2d4de3f3c4f97c7f3fd1db43b5d171431bc6ab08904af55de8fb800", 25718050},
	"docker.io/library/postgres:18":    {"0a0b6d6a6502b8c6a936fa6167eee842252797523cf950a1a5aa76af7ecf0b37", 27148900},
}

// Pause is the image that every pod's sandbox runs; each node has it from the start.
var Pause = mustFind("registry.k8s.io/pause:3.10")

func mustFind(name string) *Image {
	r, _ := Parse(name)
	i, message := Find(r)
	if message != "" {
		panic("image: " + message)
	}
	return i
}

// Find returns what a registry has under a name. The message is the error of a pull that fails.
func Find(r Reference) (i *Image, message string) {
	if message = refusal(r); message != "" {
		return nil, message
	}
	name := r.String()
	i = &Image{Reference: r, Pull: pull, kind: kindOf(r.Path)}
	if k, ok := known[name]; ok {
		i.Digest, i.Bytes = "sha256:"+k.digest, k.bytes
		return i, ""
	}
	sum := sha256.Sum256([]byte(name))
	i.Digest = r.Digest
	if i.Digest == "" {
		i.Digest = "sha256:" + hex.EncodeToString(sum[:])
	}
	const least, step, steps = 23_000_000, 50, 600_000
	i.Bytes = least + step*int64(binary.BigEndian.Uint64(sum[:])%steps)
	return i, ""
}

// refusal returns the error of a registry that does not have the image or cannot be reached, or "".
func refusal(r Reference) string {
	name := r.String()
	failed := `failed to pull and unpack image "` + name + `": failed to resolve reference "` + name + `": `
	if host := r.Domain; strings.HasSuffix(host, ".invalid") || strings.HasSuffix(host, ".example") || isMissing(host) {
		return `rpc error: code = Unknown desc = ` + failed + `failed to do request: Head "https://` + host + "/v2/" + r.Path +
			"/manifests/" + r.Tag + `": dial tcp: lookup ` + host + ": no such host"
	}
	if isMissing(r.Path) || isMissing(r.Tag) {
		return "rpc error: code = NotFound desc = " + failed + name + ": not found"
	}
	return ""
}

func isMissing(s string) bool {
	for _, word := range []string{"nosuch", "doesnotexist", "does-not-exist", "nonexistent", "missing"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}
