package kubectl

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
)

// Verb is what a command does.
type Verb string

// The commands that this kubectl knows.
const (
	Apply    Verb = "apply"
	Create   Verb = "create"
	Delete   Verb = "delete"
	Scale    Verb = "scale"
	Label    Verb = "label"
	Annotate Verb = "annotate"
	Taint    Verb = "taint"
	Cordon   Verb = "cordon"
	Uncordon Verb = "uncordon"
	SetImage Verb = "set image"
	Patch    Verb = "patch"
	Drain    Verb = "drain"
	Pause    Verb = "rollout pause"
	Resume   Verb = "rollout resume"
	Restart  Verb = "rollout restart"
	Undo     Verb = "rollout undo"
	History  Verb = "rollout history"
	Status   Verb = "rollout status"
	Logs     Verb = "logs"
	Exec     Verb = "exec"
)

// Command is one run of kubectl as plain data: it can be kept and given again. It must not be changed once it was given.
type Command struct {
	Line      string   `json:"line,omitempty"` // as typed; String makes one where it is empty
	Verb      Verb     `json:"verb"`
	Namespace string   `json:"namespace,omitempty"` // of the flag -n; "default" when empty
	As        string   `json:"as,omitempty"`        // whom it acts as, of the flag --as
	AsGroups  []string `json:"asGroups,omitempty"`  // of the flags --as-group
	// What it is about: files, or objects by name, selector or --all.
	Files    []File   `json:"files,omitempty"`
	Targets  []Target `json:"targets,omitempty"`
	Selector string   `json:"selector,omitempty"`
	All      bool     `json:"all,omitempty"`

	DryRun bool `json:"dryRun,omitempty"` // --dry-run=server, of apply and create

	ServerSide     bool   `json:"serverSide,omitempty"`     // of apply
	ForceConflicts bool   `json:"forceConflicts,omitempty"` // of apply --server-side
	FieldManager   string `json:"fieldManager,omitempty"`   // of apply and create; empty for the command's own

	Replicas        int32  `json:"replicas,omitempty"`        // of scale
	CurrentReplicas *int32 `json:"currentReplicas,omitempty"` // of scale; nil for any

	// Of label, annotate (key=value), set image (container=image) and taint (key=value:effect).
	Set       []Pair   `json:"set,omitempty"`
	Remove    []string `json:"remove,omitempty"`    // of label, annotate and taint
	Overwrite bool     `json:"overwrite,omitempty"` // of label, annotate and taint

	Patch     string `json:"patch,omitempty"`     // JSON or YAML
	PatchType string `json:"patchType,omitempty"` // "json", "merge" or "strategic", which is also the default

	Revision int64 `json:"revision,omitempty"` // of rollout undo; 0 for the one before

	Log *corev1.PodLogOptions `json:"log,omitempty"` // of logs and exec, of which only the container counts
	Run []string              `json:"run,omitempty"` // of exec: the command that is run in the container

	// Of drain.
	IgnoreDaemonSets   bool          `json:"ignoreDaemonSets,omitempty"`
	DeleteEmptyDirData bool          `json:"deleteEmptyDirData,omitempty"`
	PodSelector        string        `json:"podSelector,omitempty"`
	Timeout            time.Duration `json:"timeout,omitempty"` // 0 for none

	Cascade        string `json:"cascade,omitempty"` // of delete: "background" (the default), "foreground" or "orphan"
	Grace          *int64 `json:"grace,omitempty"`   // of delete, seconds; nil for the object's own
	Force          bool   `json:"force,omitempty"`
	NoWait         bool   `json:"noWait,omitempty"` // of delete and rollout status
	IgnoreNotFound bool   `json:"ignoreNotFound,omitempty"`
}

// File is a file that a command reads.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Target is an object that a command names. An empty Name means all of the resource that the command selects.
type Target struct {
	Resource string `json:"resource"` // plural with group
	Name     string `json:"name,omitempty"`
}

// Pair is a key or a container, and its value or image.
type Pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ApplyFiles returns "kubectl apply" of some files.
func ApplyFiles(files ...File) Command { return Command{Verb: Apply, Files: files} }

// DeleteObject returns "kubectl delete" of one object.
func DeleteObject(resource, namespace, name string) Command {
	return Command{Verb: Delete, Namespace: namespace, Targets: []Target{{resource, name}}}
}

// String returns the command as a user would type it.
func (c *Command) String() string {
	if c.Line != "" {
		return c.Line
	}
	words := []string{"kubectl"}
	if c.Namespace != "" {
		words = append(words, "-n", c.Namespace)
	}
	words = append(words, string(c.Verb))
	for _, f := range c.Files {
		words = append(words, "-f", quote(f.Name))
	}
	for _, t := range c.Targets {
		name := t.Resource
		if res := api.Find(t.Resource); res != nil {
			name = res.Singular
		}
		if t.Name != "" {
			name += "/" + t.Name
		}
		words = append(words, name)
	}
	return strings.Join(append(words, c.flags()...), " ")
}

// flags returns those flags that the page's own commands use; what is typed has its Line.
func (c *Command) flags() []string {
	var words []string
	if c.Selector != "" {
		words = append(words, "-l", quote(c.Selector))
	}
	if c.Verb == Scale {
		words = append(words, "--replicas="+itoa(int64(c.Replicas)))
	}
	if c.Cascade != "" {
		words = append(words, "--cascade="+c.Cascade)
	}
	return words
}

// managerOr returns the field manager that the command names, or the usual one.
func (c *Command) managerOr(usual string) string {
	if c.FieldManager != "" {
		return c.FieldManager
	}
	return usual
}

// namespaceOr returns the namespace of an object that has this one written in its manifest.
func (c *Command) namespaceOr(written string) string {
	switch {
	case written != "":
		return written
	case c.Namespace != "":
		return c.Namespace
	}
	return "default"
}
