package text

var english = Words{
	Page: "Orrery", Skip: "Skip to the map", Loading: "Loading the {0}", LoadingOf: "{0} of {1}",
	Failed: "The engine stopped", MemoryOnly: "in memory only",
	MemoryWhy: "This browser stores nothing here: files and world are gone when the tab closes", Dismiss: "Dismiss",
	Elsewhere: "not kept: open in another tab", Claim: "Keep this one",
	ElsewhereWhy: "Another tab keeps its files and world. What you do here is gone when this tab closes.",
	ClaimHint:    "From now on the files and the world of this tab are kept, in place of those that were",
	Language:     "中文", Theme: "Light or dark", Lessons: "Lessons", FindLesson: "Find a lesson", NoLessons: "No lesson has all of these words.", OwnFiles: "Your own files", OwnFilesHint: "Back to what you were writing, in a new world", World: "Kubernetes {0} · {1} · seed {2}", NodeCount: "{0} nodes", OneNode: "1 node",
	Sections: "Sections", Edit: "Editor", Picture: "Cluster", Inspect: "Inspector",
	ShowEdit: "Show editor", ShowPicture: "Show cluster", ShowInspect: "Show inspector",

	NewCluster: "New cluster", NewClusterHint: "It begins at rest. Your files stay as they are; what has happened in this cluster is gone.",
	NodesField: "Nodes", NodesHint: "1 to {0}", Seed: "Seed",
	SeedHint: "All chance comes from it, 1 to {0}: the same seed and the same commands give the same world", OtherSeed: "Another seed",
	Create: "Create cluster", Cancel: "Cancel",

	Share: "Share", ShareTitle: "A link to this world, as it stands",
	ShareHint: "Whoever opens it sees this world at this event, with its files, its past and its future: the same, byte for byte. The link itself holds all of it; nothing is sent anywhere.",
	LinkField: "Link", LinkLength: "{0} characters", LinkLong: "{0} characters: some programs cut links this long",
	CopyLink: "Copy link", CopyEmbed: "Copy HTML for a page", Copied: "Copied", Close: "Close",
	FromLink: "opened from a link", FromLinkWhy: "Your own files and world are as you left them. What you do here is gone when this tab closes, unless you keep it.",
	Needs: "made with version {0}", NeedsWhy: "In this version of Orrery other things happen in the linked world than its author saw",

	Files: "Files", AddFile: "New file", FileMenu: "File actions", RenameFile: "Rename…", CloseFile: "Close",
	FileName: "File name", Changed: "changed", Apply: "Apply", ApplyTitle: "kubectl apply these files",
	Editor: "Manifest editor", Errors: "errors: {0}",

	Events: "Events", Heartbeats: "Heartbeats", FilterEvents: "Filter events", GoTo: "Go to event {0}", GoToThis: "Go to this event",
	NoLines: "Nothing has happened yet. Apply a manifest, then step.", Output: "Output of kubectl",
	Prompt: "Command for kubectl", PromptExample: "scale deployment/nginx-demo --replicas=3",

	Way: "The request in the API server", Received: "received", Authenticated: "authenticated", Authorised: "authorised",
	ReadStore: "read", Admitted: "admitted", Validated: "validated", Committed: "stored", Answered: "answered",

	Stage: "Stage", Map: "Map", Sequence: "Sequence", Objects: "Objects", Scheduling: "Scheduling", Network: "Network",
	Containers: "Containers", InFlight: "{0} messages in flight · {1} waiting", OneInFlight: "1 message in flight · {1} waiting",
	AtRest:     "A cluster at rest",
	AtRestText: "Every node waits for work. Press `Apply` to send the manifests to the API server, then step through what happens.",
	OfTen:      " / 10", EventNumber: "event",

	ControlPlane: "CONTROL PLANE", Queue: "queue", NoPods: "no pods", Arriving: "arriving", Score: "score {0}",
	Requests: "{0} requests", OneRequest: "1 request", Watches: "{0} watches open", RevisionAt: "revision {0}",
	Keys: "{0} keys", More: "+{0}", NotReady: "not ready", PodLabel: "Pod {0}, {1}, {2} ready",
	NodeLabel: "Node {0}, {1} pods", Idle: "idle", Waiting: "waiting", Done: "done",

	Kind: "Resource", Filter: "Filter", NoObjects: "No objects of this resource.",
	NoSteps:     "No command has been sent yet. Apply a manifest and step to see who talks to whom.",
	CopyMermaid: "Copy as Mermaid", SaveSVG: "Save as SVG", Pod: "Pod", Node: "Node",
	NoVerdict: "The scheduler has not decided on this pod yet.", Total: "Total", Passed: "passed",
	NotRun: "not run", Selected: "selected",
	Synced: "synced at {0}", Services: "{0} Services", NoRules: "kube-proxy has written no rules on this node yet.",
	Images: "Images", Sandboxes: "Sandboxes and containers", Calls: "CRI calls", NoImages: "No images on this node.",
	NoSandboxes: "No sandboxes on this node.", NoCalls: "No CRI calls on this node yet.", Pulling: "pulling {0}",
	Present: "present", Restarts: "{0} restarts", Ready: "ready",

	Inspector: "Inspector", Object: "Object", History: "History", Store: "Store", KubernetesEvents: "Events",
	Follow:  "Follow what changes",
	Nothing: "Nothing is selected. Click a pod, a node or a key, or step: the inspector follows what changes.",
	Gone:    "deleted", Revision: "revision {0}", Version: "version {0}", Owner: "owner {0} {1}", Owns: "owns {0} {1}",
	Selects: "selects {0} {1}", Delete: "Delete {0} {1}", Now: "now", From: "From", To: "To",
	NoDiff: "No differences.", FirstRevision: "The first revision: nothing to compare it with.",
	NoHistory: "Select an object to see every revision of its key.", FilterKeys: "Filter keys",
	KeyCount: "{0} keys · revision {1}", Created: "created {0}", AllObjects: "All objects",
	NoEvents: "No Events.", NotFor: "for {0}", You: "you", Missing: "{0} does not exist at this instant.",

	Transport: "Transport", StepBack: "Step back", Step: "Step", Play: "Play", Pause: "Pause", NextWrite: "Next write",
	LastWrite: "Previous write", NextOfTen: "Next of ten", LastOfTen: "Previous of ten", UntilQuiet: "Run until quiet",
	LastQuiet: "Back until quiet", Reset: "Reset", Speed: "Speed", Time: "Time", EventOf: "event {0} of {1}",
	TimeAt: "T+{0} s, event {1} of {2}", Future: "not yet happened: step or play", Quiet: "quiet",
	LaneKubectl: "kubectl", LaneAPI: "apiserver · etcd", LaneControllers: "controllers", LaneScheduler: "scheduler",
	LaneNodes: "nodes",
}
