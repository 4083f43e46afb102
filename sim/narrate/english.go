package narrate

var english = Language{
	Users: map[string]string{
		"kubectl": "kubectl", "scheduler": "the scheduler", "kube-scheduler": "the scheduler",
		"kube-controller-manager": "kube-controller-manager", "kube-apiserver": "the API server", "apiserver": "the API server",
		"": "the API server", "client": "a client", "root-ca-cert-publisher": "the root CA publisher",
		"generic-garbage-collector": "the garbage collector",
	},
	Node: map[string]string{
		"kubelet": "the kubelet of *", "kube-proxy": "kube-proxy on *", "runtime": "the container runtime of *",
		"controller": "the * controller", "controllers": "the * controllers",
	},
	Changes: map[string]string{"ADDED": "added", "MODIFIED": "changed", "DELETED": "deleted"},
	Also:    " and ", Comma: ", ", Lost: "a newer value; the one before is compacted", Same: "no field that differs",
	Phrases: tables(englishServer, englishControl, englishNode),
}

// tables joins the phrases of several files.
func tables(all ...map[string]Phrase) map[string]Phrase {
	joined := map[string]Phrase{}
	for _, table := range all {
		for name, p := range table { // any order
			joined[name] = p
		}
	}
	return joined
}

// englishServer tells of commands, and of what the API server and etcd do.
var englishServer = map[string]Phrase{
	"other":       {Title: "{Actor} has a turn", Text: "Something inside {actor} that sends no message.", Line: "internal"},
	"folded":      {Line: "{count} heartbeats and timers"},
	"ask.created": {Title: "Why is there {obj}?"},
	"ask.deleted": {Title: "Why was {obj} deleted?"},
	"ask.taken":   {Title: "Why has {path} gone?"},
	"ask.value":   {Title: "Why is {path} {value}?"},
	"ask.text":    {Title: "Why did {path} change?"},
	"ask.changed": {Title: "Why did {obj} change?"},
	"command": {
		Title: "You run kubectl", Text: "`{line}`: kubectl turns this into requests to the API server, one after the other.",
		Line: "$ {line}", Why: "ran `{line}`",
	},
	"command.apply": {
		Title: "You run kubectl apply",
		Text: "`{line}`: kubectl reads every object in the files. For each it asks the API server whether the object exists, and " +
			"then creates it or sends what differs.",
		Line: "$ {line}", Why: "ran `{line}`",
	},
	"command.delete": {
		Title: "You run kubectl delete",
		Text:  "`{line}`: kubectl asks the API server to delete, and waits until the object is gone.",
		Line:  "$ {line}", Why: "ran `{line}`",
	},
	"receive.create": {
		Title: "{Who} sends a new {kind} to the API server",
		Text: "`{request}` is authorised, admitted, given its defaults and validated. Now the API server asks etcd to store it " +
			"under `{key}`.",
		Line: "{request} from {who}",
	},
	"receive.update": {
		Title: "{Who} sends a changed {kind} to the API server",
		Text: "`{request}` carries the whole object and the revision that it was made for. Only if etcd still holds that revision " +
			"is it stored.",
		Line: "{request} from {who}",
	},
	"receive.patch": {
		Title: "{Who} patches {obj}",
		Text:  "`{request}` carries only what differs. The API server applies it to the current object, validates the result, and asks etcd to store it.",
		Line:  "{request} from {who}",
	},
	"receive.delete": {
		Title: "{Who} asks to delete {obj}",
		Text:  "`{request}`: the API server checks whether the object can go at once, or has something to finish first.",
		Line:  "{request} from {who}",
	},
	"receive.deletecollection": {
		Title: "{Who} asks to delete all {plural}", Text: "The API server deletes the objects one by one.", Line: "{request} from {who}",
	},
	"receive.binding": {
		Title: "The scheduler binds the pod to {node}",
		Text: "{feasible} of {looked} nodes passed every filter; {node} scored highest. The decision goes to the API server, which " +
			"writes `spec.nodeName`.",
		Line: "{request} from {who}: {node}", Ask: "Why {node}?", Tab: "scheduling",
	},
	"receive.binding.tie": {
		Title: "The scheduler binds the pod to {node}",
		Text: "{feasible} of {looked} nodes passed every filter; {node} was one of {best} with the highest score. The decision goes " +
			"to the API server, which writes `spec.nodeName`.",
		Line: "{request} from {who}: {node}", Ask: "Why {node}?", Tab: "scheduling",
	},
	"receive.binding.only": {
		Title: "The scheduler binds the pod to {node}",
		Text:  "{node} was the only node that passed every filter. The decision goes to the API server, which writes `spec.nodeName`.",
		Line:  "{request} from {who}: {node}", Ask: "Why {node}?", Tab: "scheduling",
	},
	"receive.status": {
		Title: "{Who} writes the status of {obj}",
		Text: "It counted again what there is. The API server takes only `status` from the request: what is wanted, `spec`, " +
			"stays as it is.",
		Line: "{request} from {who}",
	},
	"receive.status.pod": {
		Title: "{Who} reports how the pod is doing",
		Text: "`{request}`: the API server is the only one that the kubelet tells. Whoever wants to know about the pod reads its " +
			"`status` there.",
		Line: "{request} from {who}",
	},
	"receive.address": {
		Title: "The API server sets an address aside",
		Text:  "A Service needs a ClusterIP that no other Service has. The IPAddress object {name} is the proof that it is taken.",
		Line:  "sets ClusterIP {name} aside",
	},
	"receive.scale": {
		Title: "{Who} scales {obj}", Text: "`{request}` changes `spec.replicas` and nothing else.", Line: "{request} from {who}",
	},
	"receive.event": {
		Title: "{Who} records an Event",
		Text: "Events are objects too. They tell people what a component did; nothing in the cluster acts on them. " +
			"`kubectl events` lists them.",
		Line: "{request} from {who}",
	},
	"receive.lease": {
		Title: "{Who} renews its Lease",
		Text:  "The Lease in `kube-node-lease` is the node's heartbeat: a small object, so that thousands of nodes can write one every ten seconds.",
		Line:  "{request} from {who}",
	},
	"receive.token": {
		Title: "{Who} asks for a token",
		Text:  "The pod's containers get a token of their service account, so that they could talk to the API server. Nothing is stored.",
		Line:  "{request} from {who}",
	},
	"receive.nothing": {
		Title: "Nothing to store for {who}",
		Text:  "The request leaves {obj} as it is, so the API server answers without a write, and no revision is made.",
		Line:  "{request} from {who}: nothing to store",
	},
	"read": {
		Title: "{Who} reads {obj}", Text: "`{request}`: the API server answers from what etcd holds now.", Line: "{request} from {who}",
	},
	"read.get.kubectl": {
		Title: "kubectl looks for {obj}", Text: "The object exists, so kubectl will compare it with the manifest and send only what differs.",
		Line: "{request} from {who}",
	},
	"read.watch": {
		Title: "{Who} opens a watch", Text: "From now on the API server tells it of every change, over one connection that stays open.",
		Line: "{request} from {who}",
	},
	"refuse.other": {
		Title: "The API server refuses {obj}", Text: "{code}: {message}", Line: "{request} from {who}: {code}",
		Ask: "What does it say now?", Tab: "object",
	},
	"refuse.invalid": {
		Title: "The API server finds {obj} invalid", Text: "{message}", Line: "{request} from {who}: {code}",
	},
	"refuse.forbidden": {
		Title: "{Who} may not do this", Text: "{code}: {message}. RBAC allows what a role says that is bound to the user; nothing else.",
		Line: "{request} from {who}: {code}",
	},
	"refuse.admission": {
		Title: "Admission refuses {obj}", Text: "{code}: {message}", Line: "{request} from {who}: {code}",
	},
	"refuse.missing": {
		Title: "{obj} does not exist", Text: "{code}: {message}. {Who} must do without it.", Line: "{request} from {who}: {code}",
	},
	"refuse.missing.kubectl": {
		Title: "kubectl looks for {obj}",
		Text:  "{code}: there is no such object yet. This is how `kubectl apply` finds out that it has to create one.",
		Line:  "{request} from {who}: {code}",
	},
	"refuse.exists": {
		Title: "{obj} exists already", Text: "{code}: {message}. A name is free again only when its object is gone.",
		Line: "{request} from {who}: {code}",
	},
	"refuse.conflict": {
		Title: "Conflict: {obj} has changed meanwhile",
		Text: "{Who} made this write for a revision that is no longer the latest, so the API server answers {code} rather than " +
			"overwrite what somebody else wrote. The sender will look again and retry.",
		Line: "{request} from {who}: {code}", Ask: "Who changed it?", Tab: "history",
	},
	"commit.create": {
		Title: "etcd stores {obj}",
		Text:  "The new key `{key}` has revision {rev}. The API server now tells everyone who watches {plural}.",
		Line:  "stored {obj} at revision {rev}", Why: "created {obj}",
	},
	"commit.address": {
		Title: "etcd stores the address", Text: "{name} is taken as of revision {rev}: no other Service can get it.",
		Line: "stored {obj} at revision {rev}",
	},
	"commit.change": {
		Title: "etcd stores the changed {obj}", Text: "Revision {rev} has {changes}. The API server now tells everyone who watches {plural}.",
		Line: "stored {obj} at revision {rev}", Why: "changed {obj}", Ask: "What changed?", Tab: "history",
	},
	"commit.binding": {
		Title: "The pod belongs to {node}",
		Text: "etcd stores `spec.nodeName: {node}` at revision {rev}. Of all kubelets only that of {node} watches for pods with its " +
			"name there.",
		Line: "stored {obj} bound to {node} at revision {rev}", Ask: "Why {node}?", Tab: "scheduling",
	},
	"commit.status": {
		Title: "etcd stores the status of {obj}", Text: "Revision {rev} has {changes}.", Line: "stored status of {obj} at revision {rev}",
	},
	"commit.status.pod": {
		Title: "etcd stores the pod's status", Text: "Revision {rev} has {changes}. Controllers that count ready pods are told.",
		Line: "stored status of {obj} at revision {rev}", Why: "reported the pod: {doing}",
	},
	"commit.event": {
		Title: "etcd stores an Event", Text: "{reason}: {told}", Line: "stored Event {reason}: {told}",
	},
	"commit.lease": {
		Title: "etcd stores the Lease of {name}", Text: "Revision {rev} only has a newer `renewTime`. The node is alive.",
		Line: "stored {obj} at revision {rev}",
	},
	"commit.delete": {
		Title: "etcd deletes {obj}",
		Text: "The key `{key}` is gone as of revision {rev}; what it held stays readable at older revisions until they are " +
			"compacted.",
		Line: "deleted {obj} at revision {rev}", Why: "deleted {obj}",
	},
	"commit.marked": {
		Title: "{obj} is marked for deletion",
		Text:  "Revision {rev} has a `deletionTimestamp`. The object goes when all its finalizers are done.",
		Line:  "marked {obj} for deletion at revision {rev}", Why: "deleted {obj}",
	},
	"commit.marked.pod": {
		Title: "{obj} is marked for deletion",
		Text: "Revision {rev} has a `deletionTimestamp`. The kubelet now gives the containers time to end, and only then has the " +
			"object removed.",
		Line: "marked {obj} for deletion at revision {rev}", Why: "deleted {obj}",
	},
}
