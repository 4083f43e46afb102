package wire

// Object is an API object as the inspector shows it.
type Object struct {
	Ref      Ref    `json:"ref"`
	Kind     string `json:"kind"`
	Exists   bool   `json:"exists"` // at this instant; otherwise the lines show its last value
	Key      string `json:"key"`
	Tone     string `json:"tone"` // as in Pod
	Revision int64  `json:"revision"`
	Created  int64  `json:"created"` // create revision
	Version  int64  `json:"version"` // writes to the key since it was created
	Owner    *Ref   `json:"owner,omitempty"`
	Lines    []Line `json:"lines"`
	// Question and Why answer why the latest change of this object happened: nearest cause first.
	Question string     `json:"question,omitempty"`
	Why      []WhyLine  `json:"why,omitempty"`
	Related  []Relation `json:"related,omitempty"`
}

// Line is a line of an object's YAML with who wrote it.
type Line struct {
	Indent  int    `json:"indent"` // columns
	Dash    bool   `json:"dash,omitempty"`
	Key     string `json:"key,omitempty"`
	Value   string `json:"value,omitempty"`
	Type    string `json:"type,omitempty"` // "string", "number", "bool" or "null"
	Path    string `json:"path"`
	By      string `json:"by,omitempty"`      // "kubectl", "deployment", "scheduler", "kubelet", "default", ...
	At      int64  `json:"at,omitempty"`      // revision that wrote it
	Changed bool   `json:"changed,omitempty"` // by the object's latest revision
}

// WhyLine is one cause in a chain.
type WhyLine struct {
	Event int    `json:"event"`
	At    int64  `json:"at"` // virtual nanoseconds since the first cause
	Actor string `json:"actor"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
}

// Relation is an object that belongs to another: its owner, or what it owns or selects.
type Relation struct {
	Label string `json:"label"` // "owner", "owns", "selects"
	Ref   Ref    `json:"ref"`
}

// History is everything the store kept of one key.
type History struct {
	Key       string     `json:"key"`
	Revisions []Revision `json:"revisions"` // oldest first; only those up to the view's instant
}

// Revision is one write to a key.
type Revision struct {
	Revision int64  `json:"revision"`
	Version  int64  `json:"version"` // 0 when the write deleted the key
	Deleted  bool   `json:"deleted,omitempty"`
	Event    int    `json:"event"`
	At       int64  `json:"at"`
	Actor    string `json:"actor"`
	Summary  string `json:"summary"` // what changed, in a line
}

// DiffLine is a line of a unified diff. Op is " ", "+" or "-".
type DiffLine struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// Store is a window onto the store's keys.
type Store struct {
	Revision  int64      `json:"revision"`
	Compacted int64      `json:"compacted"`
	Total     int        `json:"total"` // keys that match the filter
	Offset    int        `json:"offset"`
	Keys      []StoreKey `json:"keys"`
}

// StoreKey is one key of the store.
type StoreKey struct {
	Key     string `json:"key"`
	Create  int64  `json:"create"`
	Mod     int64  `json:"mod"`
	Version int64  `json:"version"`
	Bytes   int    `json:"bytes"` // of the value as JSON
	Ref     Ref    `json:"ref"`
	Changed bool   `json:"changed,omitempty"` // by the latest event
}

// Log is a window onto the event list.
type Log struct {
	Total  int       `json:"total"`
	Offset int       `json:"offset"`
	Lines  []LogLine `json:"lines"`
}

// Table lists objects of one resource with kubectl's columns.
type Table struct {
	Resources []Resource `json:"resources"` // every resource that has objects
	Resource  string     `json:"resource"`
	Columns   []string   `json:"columns"`
	Total     int        `json:"total"`
	Offset    int        `json:"offset"`
	Rows      []TableRow `json:"rows"`
}

// Resource is a resource with the number of its objects.
type Resource struct {
	Resource string `json:"resource"`
	Kind     string `json:"kind"`
	Count    int    `json:"count"`
}

// TableRow is one object of a Table.
type TableRow struct {
	Ref     Ref      `json:"ref"`
	Cells   []string `json:"cells"`
	Tone    string   `json:"tone,omitempty"`
	Changed bool     `json:"changed,omitempty"`
}

// EventRow is a Kubernetes Event as kubectl prints it.
type EventRow struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Object  string `json:"object"` // "pod/web-1"
	Ref     Ref    `json:"ref"`
	Message string `json:"message"`
	Source  string `json:"source"`
	Count   int    `json:"count"`
	Age     string `json:"age"`
}

// Verdict is one decision of the scheduler: every node against every plugin.
type Verdict struct {
	Pod      Ref           `json:"pod"`
	Event    int           `json:"event"`
	At       int64         `json:"at"`
	Selected string        `json:"selected,omitempty"` // the node, empty when none fitted
	Message  string        `json:"message"`            // what the scheduler reported
	Filters  []string      `json:"filters"`            // plugin names in the order they ran
	Scores   []ScorePlugin `json:"scores"`
	Nodes    []NodeVerdict `json:"nodes"`
	Decided  []Ref         `json:"decided"` // the pods that have a verdict, newest first; at most 50
}

// ScorePlugin is a plugin that scores, with its weight.
type ScorePlugin struct {
	Name   string `json:"name"`
	Weight int64  `json:"weight"`
}

// NodeVerdict is what the scheduler found of one node.
type NodeVerdict struct {
	Node string `json:"node"`
	Fits bool   `json:"fits"`
	// FailedBy and Reasons say which filter refused the node and why; filters after it did not run.
	FailedBy string   `json:"failedBy,omitempty"`
	Reasons  []string `json:"reasons,omitempty"`
	// Raw and Weighted hold a score for each of Verdict.Scores, 0 to 100 and that times the weight.
	Raw      []int64 `json:"raw,omitempty"`
	Weighted []int64 `json:"weighted,omitempty"`
	Total    int64   `json:"total"`
}

// Rules is what kube-proxy wrote on one node.
type Rules struct {
	Node     string `json:"node"`
	Mode     string `json:"mode"`   // "iptables"
	Synced   int64  `json:"synced"` // virtual time of the latest sync, nanoseconds
	Services int    `json:"services"`
	Text     string `json:"text"` // as iptables-save prints it; lines end in \n
}

// Runtime is the container runtime of one node.
type Runtime struct {
	Node      string    `json:"node"`
	Images    []Image   `json:"images"`
	Sandboxes []Sandbox `json:"sandboxes"`
	Calls     []CRICall `json:"calls"` // the latest CRI calls, oldest first; at most 100
}

// Image is an image on a node.
type Image struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Bytes  int64  `json:"bytes"`
	// Pulled is the share of a pull under way, 0 to 1; 1 when the image is there.
	Pulled float64 `json:"pulled"`
}

// Sandbox is a pod's sandbox with its containers.
type Sandbox struct {
	ID         string      `json:"id"`
	Pod        Ref         `json:"pod"`
	IP         string      `json:"ip"`
	State      string      `json:"state"` // "SANDBOX_READY" or "SANDBOX_NOTREADY"
	Containers []Container `json:"containers"`
}

// Container is a container as the runtime sees it.
type Container struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Image    string `json:"image"`
	State    string `json:"state"` // "CONTAINER_CREATED", "CONTAINER_RUNNING" or "CONTAINER_EXITED"
	Restarts int    `json:"restarts"`
	Ready    bool   `json:"ready"`
	Started  int64  `json:"started"` // virtual nanoseconds, 0 before
	ExitCode int    `json:"exitCode"`
}

// CRICall is one call of the kubelet to the runtime.
type CRICall struct {
	Event int    `json:"event"`
	At    int64  `json:"at"`
	Call  string `json:"call"` // "RunPodSandbox", "PullImage", "CreateContainer", ...
	Text  string `json:"text"`
}

// Sequence is the span around the latest command as a sequence diagram.
type Sequence struct {
	Actors []string      `json:"actors"`
	Steps  []SequenceRow `json:"steps"` // at most 400
	// Mermaid and SVG are the same diagram to copy or save.
	Mermaid string `json:"mermaid"`
	SVG     string `json:"svg"`
}

// SequenceRow is one arrow of a sequence diagram.
type SequenceRow struct {
	Event int    `json:"event"`
	From  string `json:"from"`
	To    string `json:"to"`
	Text  string `json:"text"`
	Kind  string `json:"kind"`
	Step  int    `json:"step,omitempty"`
}
