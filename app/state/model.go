// Package state is the page without a browser: a Model, the Actions that change it, and Update, a pure function from a
// Model and an Action to the next Model and the Effects to carry out.
//
// It knows nothing of HTML, go-app or JavaScript. Whatever touches the outside (the engine, timers, the document) is
// an Effect: plain data that the root component carries out.
package state

import "orrery/sim/wire"

// Stage is a tab of the stage, the middle of the screen.
type Stage string

// The tabs of the stage, in their order.
const (
	Map        Stage = "map"
	Sequence   Stage = "sequence"
	Objects    Stage = "objects"
	Scheduling Stage = "scheduling"
	Network    Stage = "network"
	Containers Stage = "containers"
)

// Stages lists the tabs of the stage in their order.
var Stages = []Stage{Map, Sequence, Objects, Scheduling, Network, Containers}

// Tab is a tab of the inspector, the right of the screen.
type Tab string

// The tabs of the inspector, in their order.
const (
	Object  Tab = "object"
	History Tab = "history"
	Store   Tab = "store"
	Events  Tab = "events"
)

// Tabs lists the tabs of the inspector in their order.
var Tabs = []Tab{Object, History, Store, Events}

// Section is the part of the screen that a narrow window shows.
type Section string

// The sections of a narrow window, in their order.
const (
	Edit    Section = "edit"
	Picture Section = "map"
	Inspect Section = "inspect"
)

// Sections lists the sections of a narrow window in their order.
var Sections = []Section{Edit, Picture, Inspect}

// Dialog is a window in front of the page, which waits until it is answered.
type Dialog string

// The dialogs: ClusterDialog asks how large a new cluster is to be, ShareDialog shows the world as a link. "" is no dialog.
const (
	ClusterDialog Dialog = "cluster"
	ShareDialog   Dialog = "share"
)

// The bounds of what can be chosen for a new cluster.
const (
	NodesMax = 50
	SeedMax  = 999_999_999
)

// Speeds are the speeds that can be chosen, in virtual seconds per second.
var Speeds = []float64{0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 100}

// PageRows is how many rows of a long list are asked for at a time.
const PageRows = 200

// Model is everything the screen shows. It is a value: Update returns a changed copy, and what its pointers and slices
// refer to is never written again, so that panels can compare them cheaply.
type Model struct {
	Lang       string // "en" or "zh"
	Theme      string // "dark", "light", or "" to follow the system
	SystemDark bool
	Stage      Stage
	Tab        Tab
	Section    Section
	Menu       string // the open menu: "lessons", "file", or "" for none
	Dialog     Dialog // the open one

	Ready   bool // the engine has answered
	Loading wire.Loading
	Failed  string // why the engine stopped for good
	Problem string // what went wrong with the latest order
	Hidden  bool   // the user took kubectl's output away; the next command brings it back

	View    *wire.View
	Marks   []wire.Mark
	Lessons []wire.Lesson
	Speed   float64

	Files    []File
	Active   int
	Loads    int // grows when a file's text changes other than by typing
	Renaming bool
	Kept     string // where the workspace is kept, as in wire.Workspace
	Address  string // of the page, without a link
	Link     string // to the world, as an address; "" until it is known
	Copied   Action // what of the share dialog was copied last

	Selected  wire.Ref
	Follow    bool   // the selection moves to what each event changes
	Component string // the component of the picture that is selected
	Node      string // the node that Network and Containers show; "" for the first

	Object   *wire.Object
	Missing  bool // the store has never held the selected object up to this instant
	History  *wire.History
	DiffFrom int64
	DiffTo   int64
	Diff     []wire.DiffLine

	Keys      *wire.Store
	KeyFilter string
	KeyOffset int

	Events    []wire.EventRow
	EventsAll bool

	Log       *wire.Log
	LogFilter string
	LogUnfold bool
	LogOffset int
	LogTail   bool // the list stays at its newest line

	Table       *wire.Table
	TableKind   string // the resource that the table lists
	TableFilter string
	TableOffset int

	Verdict    *wire.Verdict
	VerdictPod wire.Ref
	Rules      *wire.Rules
	Runtime    *wire.Runtime
	Sequence   *wire.Sequence

	queries [slots]query
	seeking bool // a seek is under way
	target  int  // the event to seek next, or -1; dragging the slider asks for more than can be shown
}

// New returns the page before anything is loaded: the founding documents' manifests and no world.
func New() Model {
	return Model{
		Lang:    "en",
		Stage:   Map,
		Tab:     Object,
		Section: Picture,
		Speed:   1,
		Follow:  true,
		LogTail: true,
		Files:   founding(),
		target:  -1,
	}
}

// Dark says whether the page is dark now.
func (m Model) Dark() bool {
	if m.Theme == "" {
		return m.SystemDark
	}
	return m.Theme == "dark"
}

// Position is where the world stands, zero before there is one.
func (m Model) Position() wire.Position {
	if m.View == nil {
		return wire.Position{}
	}
	return m.View.Position
}

// Moving says that the world advances by itself and can be paused.
func (m Model) Moving() bool {
	at := m.Position()
	return at.Playing || at.Running
}

// ShownNode is the node that Network and Containers show: the chosen one, else the first that runs a pod, else the first.
func (m Model) ShownNode() string {
	if m.View == nil || len(m.View.Cluster.Nodes) == 0 {
		return ""
	}
	for _, node := range m.View.Cluster.Nodes {
		if node.Name == m.Node {
			return node.Name
		}
	}
	for _, node := range m.View.Cluster.Nodes {
		if node.PodsAll > 0 {
			return node.Name
		}
	}
	return m.View.Cluster.Nodes[0].Name
}
