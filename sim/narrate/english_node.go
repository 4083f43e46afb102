package narrate

// englishNode tells of the container runtime, and of components looking at their clocks.
var englishNode = map[string]Phrase{
	"runtime": {Title: "{Actor} is asked for {verb}", Text: "A call of the Container Runtime Interface.", Line: "{call} {container}"},
	"runtime.RunPodSandbox": {
		Title: "The kubelet asks for a sandbox",
		Text: "`RunPodSandbox`: the runtime starts the pause container, which holds the network that all containers of {name} will " +
			"share. CNI gives it an IP from the node's pod CIDR.",
		Line: "RunPodSandbox for {name}", Ask: "What runs on {node}?", Tab: "containers",
	},
	"runtime.done.RunPodSandbox": {
		Title: "The sandbox of {name} is ready", Text: "The pod has its network and the IP `{ip}`, before any of its containers runs.",
		Line: "sandbox of {name} has IP {ip}", Why: "made the sandbox, with IP {ip}",
	},
	"runtime.ImageStatus": {
		Title: "The kubelet asks for the image", Text: "`ImageStatus`: is `{image}` on {node} already?", Line: "ImageStatus {image}",
	},
	"runtime.done.ImageStatus": {
		Title: "The image is there", Text: "`{image}` is on {node} already ({size}).", Line: "{image} is present",
	},
	"runtime.done.ImageStatus.absent": {
		Title: "The image is missing", Text: "`{image}` is not on {node}, so it has to be pulled.", Line: "{image} is absent",
	},
	"runtime.PullImage": {
		Title: "The runtime pulls {image}", Text: "`PullImage` asks the registry for `{image}`. Only missing layers are fetched; most of a pod's start is often this.",
		Line: "PullImage {image}", Ask: "How far is it?", Tab: "containers",
	},
	"runtime.pulled": {
		Title: "The image has arrived", Text: "`{image}` ({size}) is on {node} now, for this pod and for all that come later.",
		Line: "{image} arrived, {size}",
	},
	"runtime.done.PullImage": {
		Title: "The kubelet has the image", Text: "`{image}` is there ({size}). Next the container is created from it.",
		Line: "pulled {image}", Why: "pulled {image}",
	},
	"runtime.failed.PullImage": {
		Title: "The image cannot be pulled", Text: "{error} The kubelet will try again, waiting longer each time.", Line: "pull of {image} failed",
		Why: "could not pull {image}",
	},
	"runtime.CreateContainer": {
		Title: "The kubelet creates container {container}", Text: "`CreateContainer`: the runtime prepares a file system from `{image}` inside the sandbox. Nothing runs yet.",
		Line: "CreateContainer {container}",
	},
	"runtime.done.CreateContainer": {
		Title: "Container {container} is created", Text: "It has an ID and a file system. Next it is started.", Line: "created {container}",
	},
	"runtime.StartContainer": {
		Title: "The kubelet starts container {container}", Text: "`StartContainer`: the process begins, in the sandbox's network.",
		Line: "StartContainer {container}", Ask: "What runs on {node}?", Tab: "containers",
	},
	"runtime.done.StartContainer": {
		Title: "Container {container} runs", Text: "{name} on {node} has its process. The kubelet now reports that to the API server.",
		Line: "started {container}", Why: "started container {container}",
	},
	"runtime.failed": {Title: "{call} fails", Text: "{error}", Line: "{call} failed: {error}", Why: "failed: {error}"},
	"runtime.StopContainer": {
		Title: "The kubelet stops container {container}", Text: "`StopContainer`: the process gets SIGTERM, and SIGKILL when its grace period is over.",
		Line: "StopContainer {container}",
	},
	"runtime.done.StopContainer": {
		Title: "The container has stopped", Text: "It ended with exit code {exitCode}.", Line: "stopped, exit code {exitCode}", Why: "stopped the container",
	},
	"runtime.StopPodSandbox": {
		Title: "The kubelet stops the sandbox", Text: "`StopPodSandbox`: the pod's network goes, and its IP is free again.", Line: "StopPodSandbox for {name}",
	},
	"runtime.RemovePodSandbox": {Title: "The kubelet removes the sandbox", Text: "`RemovePodSandbox`: nothing of {name} is left on {node}.", Line: "RemovePodSandbox for {name}"},
	"runtime.RemoveContainer":  {Title: "The kubelet removes a container", Text: "`RemoveContainer`: an ended container of {name} is cleaned up.", Line: "RemoveContainer {container}"},
	"runtime.done":             {Title: "{call} is done", Text: "The runtime of {node} answers the kubelet.", Line: "{call} done"},
	"runtime.exit": {
		Title: "The process of {container} ends", Text: "It ended with exit code {exitCode}. The runtime tells the kubelet.", Line: "{container} ended, exit code {exitCode}",
	},
	"runtime.exit.failed": {
		Title: "The process of {container} fails", Text: "It ended with exit code {exitCode}. The runtime tells the kubelet.",
		Line: "{container} ended, exit code {exitCode}", Why: "saw {container} end with exit code {exitCode}",
	},
	"runtime.exited": {
		Title: "{Actor} learns that {container} ended", Text: "The exit code is {exitCode}. The pod's `restartPolicy` decides what happens next.",
		Line: "{container} ended, exit code {exitCode}", Why: "saw {container} end with exit code {exitCode}",
	},

	"timer":               {Title: "{Actor} looks at its clock", Text: "A timer that it had set is due.", Line: "timer"},
	"timer.kubelet.renew": {Title: "{Actor} is about to say that it lives", Text: "Every ten seconds it renews its Lease.", Line: "renews its Lease"},
	"timer.kubelet.sync-node": {
		Title: "{Actor} looks at its node", Text: "It compares the Node's status with what it finds, and writes it when something changed, or every five minutes.",
		Line: "looks at its node",
	},
	"timer.kubelet.probe":   {Title: "{Actor} probes {name}", Text: "It asks the container whether it is well. The answers decide about readiness and restarts.", Line: "probes {name}"},
	"timer.kubelet.arrival": {Title: "{Actor} takes in the pod", Text: "It admits the pod and begins a worker for it.", Line: "takes in a pod"},
	"timer.kubelet.sync":    {Title: "{Actor} works on {name}", Text: "It compares what the pod wants with what runs, and makes the next call to the runtime.", Line: "works on {name}"},
	"timer.kubelet.relist":  {Title: "{Actor} looks at its containers", Text: "Once a second it asks the runtime what changed for {name}.", Line: "looks at the containers of {name}"},
	"timer.kubelet.retry":   {Title: "{Actor} tries {name} again", Text: "What failed before gets another chance; each wait is longer than the last.", Line: "tries {name} again"},
	"timer.kubelet.token":   {Title: "{Actor} prepares the volumes", Text: "The pod needs a token of its service account in a volume.", Line: "prepares the volumes of {name}"},
	"timer.kubelet.mount":   {Title: "The volumes of {name} are mounted", Text: "Now the kubelet can make the sandbox.", Line: "mounted the volumes of {name}"},
	"timer.kubelet.kill":    {Title: "{Actor} ends {name}", Text: "It is time to stop the pod's containers.", Line: "ends {name}"},
	"timer.kubelet.finish":  {Title: "{Actor} finishes {name}", Text: "Everything of the pod has ended; the API server may remove the object.", Line: "finishes {name}"},
	"timer.apiserver":       {Title: "The API server compacts the store", Text: "Revisions older than five minutes are dropped. A watch that still asks for them is answered 410 Gone.", Line: "compacts the store"},
	"timer.scheduler":       {Title: "The scheduler looks at its queue", Text: "It checks whether a pod that failed may be tried again.", Line: "looks at its queue"},
	"timer.controller-manager": {
		Title: "{name} comes back into a queue", Text: "{Who} had put it aside for a while, and now works on it again.", Line: "{name} is queued again for {who}",
	},
}
