package narrate

// englishControl tells of answers, watches, controllers and the scheduler.
var englishControl = map[string]Phrase{
	"answer.ok": {
		Title: "{Who} has its answer", Text: "`{request}` was answered with {code}.", Line: "{code} for {request}",
	},
	"answer.created": {
		Title: "{Who} learns that {obj} was created", Text: "`{request}` was answered with {code} and the object as it is stored now.",
		Line: "{code} for {request}",
	},
	"answer.created.event": {
		Title: "{Who} has told its Event", Text: "The Event is stored. It stays for an hour and is then dropped.", Line: "{code} for an Event",
	},
	"answer.created.lease": {
		Title: "{Who} has renewed its Lease", Text: "The node counts as alive for another while.", Line: "{code} for the Lease",
	},
	"answer.created.token": {
		Title: "{Who} has a token", Text: "It will be mounted into the pod's containers, together with the cluster's root certificate.",
		Line: "{code} for {request}",
	},
	"answer.own": {
		Title: "The API server goes on", Text: "Its own write is done.", Line: "the API server's own write is done",
	},
	"answer.created.binding": {
		Title: "The scheduler learns that the binding is stored",
		Text:  "Until now it had only assumed that {name} is on {node}, so that it could go on with the next pod. Now it is certain.",
		Line:  "{code} for {request}",
	},
	"answer.printed": {
		Title: "kubectl prints the result", Text: "`{output}`", Line: "kubectl prints: {output}",
	},
	"answer.kubectl.missing": {
		Title: "kubectl learns that {obj} does not exist", Text: "{code} is no error here: kubectl now sends the object to be created.",
		Line: "{code} for {request}",
	},
	"answer.conflict": {
		Title: "{Who} learns of the conflict",
		Text:  "Its copy of {obj} is old. It puts the key back into its queue, waits a little, and tries again with what its watch has brought by then.",
		Line:  "{code} for {request}", Why: "met a conflict and tried again",
	},
	"answer.refused": {
		Title: "{Who} is refused", Text: "{code}: {message}", Line: "{code} for {request}",
	},
	"watch.woken": {
		Title: "A watch wakes {woken}",
		Text: "The API server reports that {obj} was {changed}, at revision {rev}. The controllers share one cache; those that the " +
			"change concerns get a key in their work queue.",
		Line: "{obj} was {changed}: wakes {woken}",
	},
	"watch.manager": {
		Title: "kube-controller-manager sees {obj} {changed}", Text: "The shared cache takes it in. No controller has to act on it.",
		Line: "{obj} was {changed}",
	},
	"watch.scheduler": {
		Title: "The scheduler sees {obj} {changed}", Text: "It keeps its picture of nodes and pods up to date. Nothing needs a node because of this.",
		Line: "{obj} was {changed}",
	},
	"watch.scheduler.node": {
		Title: "The scheduler sees {obj} {changed}", Text: "Its picture of the nodes must be right before the next pod comes.",
		Line: "{obj} was {changed}",
	},
	"watch.scheduler.waits": {
		Title: "The scheduler sees a new pod", Text: "{name} has no `spec.nodeName` yet, so it goes into the scheduling queue.",
		Line: "{obj} was {changed}: waits for a node",
	},
	"watch.scheduler.bound": {
		Title: "The scheduler sees the pod on {node}", Text: "What it had assumed is now what the API server says.",
		Line: "{obj} was bound to {node}",
	},
	"watch.kubelet.ADDED": {
		Title: "{Actor} finds a pod of its own",
		Text: "Each kubelet watches the pods whose `spec.nodeName` is its own node. {name} has just become one, so this kubelet takes " +
			"it; the others were not even told.",
		Line: "{obj} is now this node's",
	},
	"watch.kubelet.MODIFIED": {
		Title: "{Actor} sees its pod changed", Text: "Revision {rev} of {name} arrives. The kubelet compares it with what runs.",
		Line: "{obj} was {changed}",
	},
	"watch.kubelet.DELETED": {
		Title: "{Actor} sees its pod gone", Text: "The object of {name} no longer exists. What is left of its containers is removed.",
		Line: "{obj} was {changed}",
	},
	"watch.proxy": {
		Title: "{Actor} hears of {obj}",
		Text:  "Every node's kube-proxy watches all Services and EndpointSlices. It collects changes and then writes the node's rules, at most once a second.",
		Line:  "{obj} was {changed}",
	},
	"watch.kubectl": {
		Title: "kubectl sees {obj} {changed}", Text: "This is what `kubectl delete` waits for.", Line: "{obj} was {changed}",
	},
	"watch": {Title: "{Actor} sees {obj} {changed}", Text: "The change has revision {rev}.", Line: "{obj} was {changed}"},

	"sync": {
		Title: "{Who} works on {name}",
		Text:  "It compares what is wanted with what its cache shows, and sends what is missing to the API server.",
		Line:  "{who} worked on {name}",
	},
	"sync.nothing": {
		Title: "{Who} looks at {name}", Text: "What is there is what is wanted, as far as its cache shows. There is nothing to do.",
		Line: "{who} looked at {name}: nothing to do",
	},
	"sync.around": {
		Title: "{Who} looks around",
		Text:  "It looks at everything in its care every so often, and has found something that nobody told it of.",
		Line:  "{who} looked around, and acts",
	},
	"sync.around.nothing": {
		Title: "{Who} looks around", Text: "It looks at everything in its care every so often. All is well.",
		Line: "{who} looked around: nothing to do",
	},
	"sync.status": {
		Title: "{Who} updates the status of {name}", Text: "It counted what its cache shows and found other numbers than `status` has.",
		Line: "{who} updates the status of {name}", Why: "counted again for {name}",
	},
	"sync.deployment.created": {
		Title: "The Deployment needs a ReplicaSet",
		Text: "The deployment controller finds no ReplicaSet with the pod template that {name} has now. It creates {created}: the end " +
			"of that name is a hash of the template.",
		Line: "{name} has no ReplicaSet for its template: creates {created}", Why: "made ReplicaSet {created}",
	},
	"sync.deployment.scaled": {
		Title: "The deployment controller resizes {name}",
		Text: "{scaled}: a ReplicaSet gets as many replicas as `maxSurge` and `maxUnavailable` allow now. Each ReplicaSet's own " +
			"controller does the rest.",
		Line: "{name}: {scaled}", Why: "resized {scaled}",
	},
	"sync.deployment.status": {
		Title: "The deployment controller counts again", Text: "It adds up its ReplicaSets' numbers for {name} and finds others than `status` has.",
		Line: "updates the status of {name}", Why: "counted again for {name}",
	},
	"sync.deployment.nothing": {
		Title: "The deployment controller looks at {name}", Text: "Its ReplicaSets are as they should be, as far as its cache shows. There is nothing to do.",
		Line: "looked at {name}: nothing to do",
	},
	"sync.endpoint": {
		Title: "The endpoint controller lists who stands behind {name}",
		Text:  "It looks for pods that the Service's selector finds: {ready} are ready, {notReady} are not. It writes their addresses into the Endpoints.",
		Line:  "{name}: {ready} ready, {notReady} not", Why: "found {ready} ready pods for {name}",
	},
	"sync.endpointslice": {
		Title: "The endpointslice controller lists who stands behind {name}",
		Text:  "The selector of the Service finds {endpoints} pods, {ready} of them ready. EndpointSlices are what kube-proxy reads.",
		Line:  "{name}: {endpoints} endpoints, {ready} ready", Why: "found {ready} ready pods for {name}",
	},
	"sync.daemon-set.creating": {
		Title: "{wanted} nodes want a pod, {saw} have one",
		Text: "The daemonset controller looks at the names, labels and taints of the nodes, and creates {creating} pods of {name}, each " +
			"with an affinity to one node.",
		Line: "{name} wants a pod on {wanted} nodes, sees {saw}: creates {creating}", Why: "wanted a pod on {wanted} nodes, saw {saw}",
	},
	"sync.daemon-set.deleting": {
		Title: "The daemonset controller deletes {deleting} pods",
		Text: "They run on nodes on which {name} wants none, are of an old template, have ended, or are too many for their node. {wanted} " +
			"nodes want a pod.",
		Line: "{name} wants a pod on {wanted} nodes: deletes {deleting}", Why: "deleted {deleting} pods of {name}",
	},
	"sync.daemon-set.waiting": {
		Title: "The daemonset controller holds back",
		Text: "It has created or deleted pods of {name} that its cache does not show yet. Until they appear it does not create or " +
			"delete more, for that could be too many.",
		Line: "{name} waits for its own writes to appear",
	},
	"sync.statefulset.creating": {
		Title: "{creating} is next",
		Text: "{name} wants {wanted} pods, and {saw} are there. The statefulset controller makes them by their numbers, with their " +
			"claims; in order, each when the one before is available.",
		Line: "{name} wants {wanted} pods, sees {saw}: creates {creating}", Why: "{creating} was next",
	},
	"sync.statefulset.deleting": {
		Title: "The statefulset controller deletes {deleting}",
		Text: "It ended, is one too many, or is of another revision than the update brings: the last goes first. A new pod gets its " +
			"name only when it is gone.",
		Line: "{name} wants {wanted} pods, sees {saw}: deletes {deleting}", Why: "deleted {deleting}",
	},
	"sync.statefulset.waiting": {
		Title: "{name} waits for {waiting}",
		Text:  "The pods of a StatefulSet come and go in order. Nothing else is done before {waiting} is available, or gone.",
		Line:  "{name} waits for {waiting}",
	},
	"sync.replicaset.creating": {
		Title: "{wanted} pods are wanted, {saw} are there",
		Text: "{Who} compares `spec.replicas` of {name} with the pods that its selector finds, and creates " +
			"{creating}.",
		Line: "{name} wants {wanted} pods, sees {saw}: creates {creating}", Why: "wanted {wanted} pods, saw {saw}",
	},
	"sync.replicaset.deleting": {
		Title: "{wanted} pods are wanted, {saw} are there",
		Text:  "{Who} deletes {deleting} pods of {name}: those that would be missed least go first.",
		Line:  "{name} wants {wanted} pods, sees {saw}: deletes {deleting}", Why: "wanted {wanted} pods, saw {saw}",
	},
	"sync.replicaset.waiting": {
		Title: "{Who} holds back",
		Text: "It has created or deleted pods of {name} that its cache does not show yet. Until they appear it does not create or " +
			"delete more, lest there be too many.",
		Line: "{name} waits for its own writes to be seen",
	},
	"sync.proxy": {
		Title: "{Who} writes the node's rules",
		Text: "The iptables rules of {node} now lead {services} Services to {endpoints} endpoints. A packet to a ClusterIP is sent on " +
			"by these rules, on whichever node it starts.",
		Line: "rules for {services} Services, {endpoints} endpoints", Ask: "Which rules?", Tab: "network",
	},
	"decide.best": {
		Title: "The scheduler chooses {node}",
		Text:  "{feasible} of {looked} nodes passed every filter. The score plugins rated them, and {node} came first with {score}.",
		Line:  "{name} → {node}, score {score}, best of {feasible}", Why: "chose {node}: highest score of {feasible}",
		Ask: "Why {node}?", Tab: "scheduling",
	},
	"decide.tie": {
		Title: "The scheduler chooses {node}",
		Text:  "{feasible} of {looked} nodes passed every filter, and {best} of them share the highest score, {score}. Among equals chance decides.",
		Line:  "{name} → {node}, score {score}, one of {best} equals", Why: "chose {node}: one of {best} with the highest score",
		Ask: "Why {node}?", Tab: "scheduling",
	},
	"decide.only": {
		Title: "The scheduler chooses {node}", Text: "It is the only one of {looked} nodes that passed every filter, so nothing is scored.",
		Line: "{name} → {node}, the only one that fits", Why: "chose {node}: the only one that fits", Ask: "Why {node}?", Tab: "scheduling",
	},
	"decide.none": {
		Title: "No node fits {name}", Text: "{verdict}", Line: "{name} fits no node", Why: "found no node", Ask: "Why none?", Tab: "scheduling",
	},
	"decide.skipped": {
		Title: "The scheduler passes over {name}", Text: "The pod is being deleted, so it needs no node.", Line: "{name} is being deleted: skipped",
	},
	"decide.other": {Title: "The scheduler's cycle finds no pod", Text: "The pod that it began for is gone.", Line: "nothing to schedule"},
}
