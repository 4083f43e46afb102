// Package wire holds the plain types that cross between the page and the engine.
//
// The page runs on the browser's main thread and the engine in a worker, so everything here is data that survives
// JSON: no pointers into a world, no behaviour but how it is written, and only the standard library. A page asks with a Request and gets one
// Response with the same ID; the engine also sends Views unasked while it plays.
package wire

// Engine is what the page needs of an engine. There are two: one in the same process (tests, pre-rendering) and one
// behind a worker.
type Engine interface {
	// Call sends a request. The engine fills in the ID and calls done exactly once, later, from the page's own
	// goroutine or event loop; done may be nil.
	Call(Request, func(Response))
	// Listen sets the function that receives what the engine says unasked.
	Listen(func(Notice))
}

// Op names what a Request asks for.
type Op string

// The requests an engine answers. Each names the fields of Request that it reads and of Response that it fills.
const (
	OpOpen     Op = "open"     // Lang, Link → View, Workspace, Lessons: the session of a link, or the saved one, or a new one
	OpShare    Op = "share"    // Workspace → Link: this session for somebody else
	OpSave     Op = "save"     // Workspace → nothing: keeps the user's files and layout
	OpClaim    Op = "claim"    // Workspace → nothing: this session is to be kept, and not that of another tab
	OpCheck    Op = "check"    // File, Text → Diagnostics: a dry run of one manifest
	OpApply    Op = "apply"    // Files → View, Output: kubectl apply of these files; the world pauses at the first event
	OpRun      Op = "run"      // Text, Files → View, Output: a line as typed at a prompt, with or without "kubectl"; -f names Files
	OpDelete   Op = "delete"   // Ref → View, Output: kubectl delete of one object
	OpStep     Op = "step"     // Until, Back → View
	OpSeek     Op = "seek"     // Event → View
	OpPlay     Op = "play"     // Speed → View, then Views as Notices until paused or quiet
	OpPause    Op = "pause"    // → View; also stops a long Step
	OpReset    Op = "reset"    // Nodes, Seed (zero for those of this world) → View, Workspace: a new world at rest; the user's files stay
	OpLanguage Op = "language" // Lang → View
	OpObject   Op = "object"   // Ref → Object
	OpHistory  Op = "history"  // Key → History
	OpDiff     Op = "diff"     // Key, From, To (mod revisions) → Diff
	OpStore    Op = "store"    // Filter, Offset, Limit → Store
	OpLog      Op = "log"      // Filter, Offset, Limit, Unfold → Log
	OpTable    Op = "table"    // Resource, Filter, Offset, Limit → Table
	OpEvents   Op = "events"   // Ref (zero for all) → Events
	OpVerdict  Op = "verdict"  // Ref of a pod (zero for the latest decision) → Verdict
	OpRules    Op = "rules"    // Node → Rules
	OpNode     Op = "node"     // Node → Runtime
	OpSequence Op = "sequence" // → Sequence
	OpLesson   Op = "lesson"   // Lesson → View, Workspace: a new world with that lesson's files; none brings the user's own back
)

// Request is one question or order of the page.
type Request struct {
	ID        int        `json:"id"`
	Op        Op         `json:"op"`
	Lang      string     `json:"lang,omitempty"` // "en" or "zh"
	File      string     `json:"file,omitempty"`
	Text      string     `json:"text,omitempty"`
	Files     []File     `json:"files,omitempty"`
	Workspace *Workspace `json:"workspace,omitempty"`
	Link      string     `json:"link,omitempty"` // what OpShare answered
	Until     Until      `json:"until,omitempty"`
	Back      bool       `json:"back,omitempty"`
	Event     int        `json:"event,omitempty"`
	Speed     float64    `json:"speed,omitempty"` // virtual seconds per second of wall time, 0.1 to 100
	Ref       Ref        `json:"ref"`
	Key       string     `json:"key,omitempty"`
	From      int64      `json:"from,omitempty"`
	To        int64      `json:"to,omitempty"`
	Resource  string     `json:"resource,omitempty"` // plural, with its group: "deployments.apps"
	Filter    string     `json:"filter,omitempty"`
	Offset    int        `json:"offset,omitempty"`
	Limit     int        `json:"limit,omitempty"` // rows; 0 means 200, at most 1,000
	Unfold    bool       `json:"unfold,omitempty"`
	Node      string     `json:"node,omitempty"`
	Lesson    string     `json:"lesson,omitempty"`
	Nodes     int        `json:"nodes,omitempty"` // of the new world, at most 250
	Seed      uint64     `json:"seed,omitempty"`  // of all chance in the new world
}

// Until says where a step ends.
type Until string

// The ends a step can have. Going back they mean the last such place before this one.
const (
	UntilEvent Until = "event" // the next event
	UntilWrite Until = "write" // the next write to the store
	UntilTen   Until = "ten"   // the next event that belongs to another of the ten steps
	UntilQuiet Until = "quiet" // nothing but heartbeats and timers is left
)

// Response answers the Request of the same ID. Error is empty when the request was carried out.
type Response struct {
	ID          int          `json:"id"`
	Error       string       `json:"error,omitempty"`
	View        *View        `json:"view,omitempty"`
	Workspace   *Workspace   `json:"workspace,omitempty"`
	Link        string       `json:"link,omitempty"` // the session in letters, digits, - and _
	Lessons     []Lesson     `json:"lessons,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
	Output      []string     `json:"output,omitempty"` // lines as kubectl prints them
	Object      *Object      `json:"object,omitempty"`
	History     *History     `json:"history,omitempty"`
	Diff        []DiffLine   `json:"diff,omitempty"`
	Store       *Store       `json:"store,omitempty"`
	Log         *Log         `json:"log,omitempty"`
	Table       *Table       `json:"table,omitempty"`
	Events      []EventRow   `json:"events,omitempty"`
	Verdict     *Verdict     `json:"verdict,omitempty"`
	Rules       *Rules       `json:"rules,omitempty"`
	Runtime     *Runtime     `json:"runtime,omitempty"`
	Sequence    *Sequence    `json:"sequence,omitempty"`
}

// Notice is what the engine says unasked: a new View while playing or stepping far, or how far its own loading is.
type Notice struct {
	View    *View    `json:"view,omitempty"`
	Loading *Loading `json:"loading,omitempty"`
	Kept    string   `json:"kept,omitempty"`   // where the workspace is stored from now on, as in Workspace
	Failed  string   `json:"failed,omitempty"` // the engine stopped: a broken invariant or a failed download
}

// Loading is the progress of a download, in bytes of what is transferred.
type Loading struct {
	What  string `json:"what"` // "engine"
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0 when unknown
}

// Ref names an API object, or nothing when Resource is empty.
type Ref struct {
	Resource  string `json:"resource,omitempty"` // plural, with its group: "deployments.apps", "pods"
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
}

// File is a file of the workspace.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Workspace is what belongs to the user and outlives a reset: files and how the screen is laid out.
type Workspace struct {
	Files  []File `json:"files"`
	Active int    `json:"active"`
	// Layout is the page's own business (theme, tabs, selection); the engine only keeps it.
	Layout map[string]string `json:"layout,omitempty"`
	// Kept says where the workspace is stored: "indexeddb", "memory" when the browser offers nothing that lasts, "another"
	// while another tab of the site keeps its own, or "link" while the user looks at somebody else's and has not said to
	// keep it.
	Kept string `json:"kept"`
}

// Lesson is a scenario that can be opened as a lesson.
type Lesson struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Diagnostic is what is wrong with a manifest, in the words of the parser or the API server.
type Diagnostic struct {
	Line     int    `json:"line"`     // from 1
	Column   int    `json:"column"`   // from 1
	EndCol   int    `json:"endCol"`   // past the last column; equal to Column when only a point is known
	Severity string `json:"severity"` // "error" or "warning"
	Message  string `json:"message"`
}
