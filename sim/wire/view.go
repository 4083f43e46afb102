package wire

// View is the world at one instant, as much of it as the screen always shows.
type View struct {
	Version  int       `json:"version"` // grows by one with every View
	Position Position  `json:"position"`
	Say      Narrative `json:"say"`
	Cluster  Cluster   `json:"cluster"`
	// Changed are the objects that were written since the View before, the first the most telling; heartbeats' writes do
	// not count.
	Changed []Ref `json:"changed,omitempty"`
	// Marks are the timeline's marks from event MarksFrom on; those before it stay as they were sent earlier.
	MarksFrom int   `json:"marksFrom"`
	Marks     Marks `json:"marks,omitempty"`
	// Lines are the event list's newest lines, folded, oldest first; at most 200. LinesTotal counts all of them.
	Lines      []LogLine `json:"lines,omitempty"`
	LinesTotal int       `json:"linesTotal"`
	// Command is the latest kubectl command, empty before there was one; Output is what it has printed up to this instant,
	// at most 200 lines.
	Command string   `json:"command,omitempty"`
	Output  []string `json:"output,omitempty"`
}

// Position is where in the world's history the view stands.
type Position struct {
	Event int   `json:"event"` // events run up to here
	Last  int   `json:"last"`  // events that have ever been run: the end of what is known
	Now   int64 `json:"now"`   // nanoseconds of virtual time since the world began
	End   int64 `json:"end"`   // virtual time of the last known event
	// Quiet says that nothing is going on but heartbeats and distant timers.
	Quiet   bool    `json:"quiet"`
	Playing bool    `json:"playing"`
	Running bool    `json:"running"` // a long step is under way and can be paused
	Speed   float64 `json:"speed"`
	Seed    uint64  `json:"seed"`
	Nodes   int     `json:"nodes"`
	Version string  `json:"version"` // of Kubernetes: "1.36"
	Title   string  `json:"title"`   // of the lesson, or of the default world
	// Needs is the version of Orrery that a shared world needs: with this one it is not what it was for who shared it.
	Needs string `json:"needs,omitempty"`
}

// Narrative says in one or two sentences what the latest event was and why it happened.
type Narrative struct {
	Event int    `json:"event"`
	Step  int    `json:"step"` // of the ten steps, or 0
	Title string `json:"title"`
	Text  string `json:"text"`
	// Ask is the label of the button that answers the obvious question ("Why node-2?"), empty when there is none;
	// About is what pressing it selects and Tab is the stage's tab that shows the answer.
	Ask   string `json:"ask,omitempty"`
	About Ref    `json:"about"`
	Tab   string `json:"tab,omitempty"`
	// Request is the way through the API server of the request that the event is part of.
	Request []Phase `json:"request,omitempty"`
}

// Phase is what the API server does with a request at one point of its way.
type Phase struct {
	Name   PhaseName  `json:"name"`
	Detail string     `json:"detail,omitempty"` // who, why, which plugins, which revision: in Kubernetes' words
	Event  int        `json:"event,omitempty"`  // in which it happened; 0 while it lies ahead
	State  PhaseState `json:"state,omitempty"`  // empty when it is done
}

// PhaseName names a phase.
type PhaseName string

// The phases of a request, in their order. One that only reads has Read instead of the three after it.
const (
	Received      PhaseName = "received"
	Authenticated PhaseName = "authenticated"
	Authorised    PhaseName = "authorised"
	Read          PhaseName = "read"
	Admitted      PhaseName = "admitted"
	Validated     PhaseName = "validated"
	Committed     PhaseName = "committed"
	Answered      PhaseName = "answered"
)

// PhaseState says where a phase is, seen from the event that is told.
type PhaseState string

// The states of a phase that is not just done.
const (
	Current PhaseState = "current" // part of this event
	Refused PhaseState = "refused" // ended here
	Ahead   PhaseState = "ahead"   // yet to come
)

// Cluster is the picture.
type Cluster struct {
	Kubectl     string    `json:"kubectl"` // "idle", "waiting", "done"
	Requests    int       `json:"requests"`
	Watches     int       `json:"watches"`
	Revision    int64     `json:"revision"`
	Keys        int       `json:"keys"`
	Controllers []Queue   `json:"controllers"` // each controller with something to do, by name
	Pending     []Ref     `json:"pending"`     // pods that wait for the scheduler; at most 12
	PendingAll  int       `json:"pendingAll"`
	Nodes       []Node    `json:"nodes"`
	Messages    []Message `json:"messages"` // at most 40; the running event's own message first
	InFlight    int       `json:"inFlight"`
	Waiting     int       `json:"waiting"`
	Active      string    `json:"active"` // the component that ran the latest event
}

// Queue is a controller's work queue.
type Queue struct {
	Name   string `json:"name"`
	Length int    `json:"length"`
	Active bool   `json:"active"`
}

// Node is one node of the picture.
type Node struct {
	Name          string `json:"name"`
	CIDR          string `json:"cidr"`
	IP            string `json:"ip"`
	Ready         bool   `json:"ready"`
	Unschedulable bool   `json:"unschedulable"`
	CPU           int64  `json:"cpu"` // requested, in millicores
	CPUAll        int64  `json:"cpuAll"`
	Memory        int64  `json:"memory"` // requested, in bytes
	MemoryAll     int64  `json:"memoryAll"`
	Pods          Pods   `json:"pods"` // at most 200, by namespace and name
	PodsAll       int    `json:"podsAll"`
	Images        int    `json:"images"`
}

// Pod is one pod on a node of the picture. On a crowded node only Namespace, Name, Tone and Changed are set.
type Pod struct {
	Namespace string `json:"ns"`
	Name      string `json:"n"`
	Status    string `json:"status,omitempty"` // as kubectl's STATUS column says it: "ContainerCreating", "Running", "Terminating"
	Tone      string `json:"t"`                // "ok", "wait", "bad" or "gone"
	Ready     string `json:"ready,omitempty"`  // "0/1"
	IP        string `json:"ip,omitempty"`
	Score     int64  `json:"score,omitempty"` // the scheduler's, while the pod is arriving
	Changed   bool   `json:"changed,omitempty"`
}

// Message is something on its way between two components.
type Message struct {
	From  string `json:"from"` // "kubectl", "kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kubelet/node-1", "kube-proxy/node-1", "runtime/node-1"
	To    string `json:"to"`
	Kind  string `json:"kind"` // "request", "answer", "watch", "commit" or "cri"
	Label string `json:"label"`
	// Arrived says that the latest event delivered it; the others are still under way.
	Arrived bool  `json:"arrived,omitempty"`
	Due     int64 `json:"due"` // virtual nanoseconds until it arrives
}

// Mark is one event on the timeline.
type Mark struct {
	Event int
	At    int64
	Lane  string // "kubectl", "apiserver", "controllers", "scheduler" or "nodes"
	Kind  string // "request", "write", "refuse", "watch", "work", "bind" or "cri"
}

// LogLine is one line of the event list. A folded run of heartbeats is one line with Count above 1.
type LogLine struct {
	Event  int    `json:"event"`
	At     int64  `json:"at"`
	Actor  string `json:"actor"` // its short name: "deployment", "scheduler", "kubelet/node-1"; empty for folded lines
	Kind   string `json:"kind"`  // as in Mark
	Step   int    `json:"step,omitempty"`
	Text   string `json:"text"`
	Ref    Ref    `json:"ref"`
	Count  int    `json:"count,omitempty"`
	Source int    `json:"cause,omitempty"` // the event that caused this one
}
