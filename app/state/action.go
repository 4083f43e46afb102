package state

import "orrery/sim/wire"

// Action is something that happened: the user did something, the engine said something, or time has passed.
type Action any

// What happens to the page itself.
type (
	// Start opens the session once the page runs in a browser: that of a link, if there is one in the page's address.
	Start struct {
		Lang    string
		Dark    bool
		Address string // of the page, without a link
		Link    string
	}
	// SystemTheme says that the system changed between light and dark.
	SystemTheme struct{ Dark bool }
	// Heard is something that the engine said unasked.
	Heard struct{ Notice wire.Notice }
	// Answered is the engine's answer to a Call.
	Answered struct {
		Slot     Slot
		Request  wire.Request
		Response wire.Response
	}
)

// Orders to the world.
type (
	// Step goes to the next, or the last, place that Until names.
	Step struct {
		Until wire.Until
		Back  bool
	}
	// Seek goes to an event.
	Seek struct{ Event int }
	// TogglePlay plays or pauses.
	TogglePlay struct{}
	// SetSpeed chooses the speed of play.
	SetSpeed struct{ Speed float64 }
	// Reset starts a new world like the one there is.
	Reset struct{}
	// NewCluster starts a new world of so many nodes whose chance comes from a seed.
	NewCluster struct {
		Nodes int
		Seed  uint64
	}
	// OpenLesson starts a lesson's world.
	OpenLesson struct{ ID string }
	// Apply sends every file to the API server.
	Apply struct{}
	// Run runs a line that the user typed at the prompt.
	Run struct{ Line string }
	// Delete deletes an object.
	Delete struct{ Ref wire.Ref }
)

// Changes of the workspace.
type (
	// Edited says that the user typed in the active file.
	Edited struct{ Text string }
	// Check asks for a dry run of the active file.
	Check struct{}
	// Save keeps the workspace.
	Save struct{}
	// Claim makes this tab the one whose workspace and world are kept.
	Claim struct{}
	// OpenFile shows a file.
	OpenFile struct{ Index int }
	// AddFile makes an empty file.
	AddFile struct{}
	// StartRename shows the field for the active file's name.
	StartRename struct{}
	// Rename gives the active file a name; an empty one leaves it as it was.
	Rename struct{ Name string }
	// CloseFile removes the active file.
	CloseFile struct{}
)

// Choices of what to look at.
type (
	// ShowStage chooses a tab of the stage.
	ShowStage struct{ Stage Stage }
	// ShowTab chooses a tab of the inspector.
	ShowTab struct{ Tab Tab }
	// ShowSection chooses what a narrow window shows.
	ShowSection struct{ Section Section }
	// ToggleMenu opens a menu, or closes it when it is open; an empty name closes whichever is open.
	ToggleMenu struct{ Menu string }
	// ShowDialog opens a dialog; an empty name closes it.
	ShowDialog struct{ Dialog Dialog }
	// ToggleTheme changes between light and dark.
	ToggleTheme struct{}
	// ToggleLanguage changes between English and Chinese.
	ToggleLanguage struct{}
	// Share asks for a link to the world and opens the dialog that shows it.
	Share struct{}
	// CopyLink puts the link on the clipboard.
	CopyLink struct{}
	// CopyEmbed puts the HTML on the clipboard that shows the linked world in another page.
	CopyEmbed struct{}
	// Dismiss takes the latest problem and kubectl's output away.
	Dismiss struct{}
	// Select selects an object everywhere.
	Select struct{ Ref wire.Ref }
	// ToggleFollow makes the selection follow what each event changes, or stay.
	ToggleFollow struct{}
	// SelectComponent selects a component of the picture.
	SelectComponent struct{ Name string }
	// SelectNode chooses the node that Network and Containers show.
	SelectNode struct{ Name string }
	// Ask answers the narrative's question: it selects what it is about and shows where the answer stands.
	Ask struct{}
	// PickDiff chooses the two revisions to compare; zero leaves one as it is.
	PickDiff struct{ From, To int64 }
	// FilterKeys filters the store's keys.
	FilterKeys struct{ Text string }
	// ScrollKeys says which rows of the store's keys are on screen.
	ScrollKeys struct{ First, Last int }
	// ToggleAllEvents shows the Events of every object, or only of the selected one.
	ToggleAllEvents struct{}
	// FilterLog filters the event list.
	FilterLog struct{ Text string }
	// ToggleUnfold shows every heartbeat in the event list, or folds them.
	ToggleUnfold struct{}
	// ScrollLog says which rows of the event list are on screen and whether the newest is among them.
	ScrollLog struct {
		First, Last int
		Tail        bool
	}
	// ShowKind chooses the resource that the table of objects lists.
	ShowKind struct{ Resource string }
	// FilterTable filters the table of objects.
	FilterTable struct{ Text string }
	// ScrollTable says which rows of the table are on screen.
	ScrollTable struct{ First, Last int }
	// ShowVerdict chooses the pod whose scheduling is shown.
	ShowVerdict struct{ Pod wire.Ref }
	// CopyMermaid puts the sequence diagram's Mermaid text on the clipboard.
	CopyMermaid struct{}
	// SaveSVG saves the sequence diagram as a file.
	SaveSVG struct{}
)
