package narrate

// chineseControl tells of answers, watches, controllers and the scheduler.
var chineseControl = map[string]Phrase{
	"answer.ok":            {Title: "{who} 得到回答", Text: "`{request}` 的回答是 {code}。", Line: "{request} 的回答：{code}"},
	"answer.created":       {Title: "{who} 得知 {obj} 已创建", Text: "`{request}` 的回答是 {code}，附有现在存下的对象。", Line: "{request} 的回答：{code}"},
	"answer.created.event": {Title: "{who} 的 Event 已记下", Text: "Event 已存下，保留一小时后丢弃。", Line: "Event 的回答：{code}"},
	"answer.created.lease": {Title: "{who} 已续租", Text: "节点在接下来一段时间里算作活着。", Line: "Lease 的回答：{code}"},
	"answer.created.token": {Title: "{who} 有了令牌", Text: "它会和集群的根证书一起挂载到 Pod 的容器里。", Line: "{request} 的回答：{code}"},
	"answer.own":           {Title: "API server 继续", Text: "它自己的写入完成了。", Line: "API server 自己的写入完成"},
	"answer.created.binding": {
		Title: "调度器得知绑定已存下", Text: "在此之前它只是假定 {name} 在 {node} 上，好继续处理下一个 Pod。现在确定了。", Line: "{request} 的回答：{code}",
	},
	"answer.printed":         {Title: "kubectl 打印结果", Text: "`{output}`", Line: "kubectl 打印：{output}"},
	"answer.kubectl.missing": {Title: "kubectl 得知 {obj} 不存在", Text: "{code} 在这里不是错误：kubectl 接着发送对象来创建。", Line: "{request} 的回答：{code}"},
	"answer.conflict": {
		Title: "{who} 得知有冲突", Text: "它手里的 {obj} 是旧的。它把键放回队列，稍等片刻，再用 watch 届时带来的内容重试。",
		Line: "{request} 的回答：{code}", Why: "遇到冲突，再试一次",
	},
	"answer.refused": {Title: "{who} 被拒绝", Text: "{code}：{message}", Line: "{request} 的回答：{code}"},
	"watch.woken": {
		Title: "watch 唤醒 {woken}",
		Text:  "API server 报告 {obj} 有{changed}，revision {rev}。各控制器共用一个缓存；与这个变化有关的控制器，其工作队列里会多一个键。",
		Line:  "{obj} {changed}：唤醒 {woken}",
	},
	"watch.manager":           {Title: "kube-controller-manager 看到 {obj} {changed}", Text: "共用的缓存记下它。没有控制器需要行动。", Line: "{obj} {changed}"},
	"watch.scheduler":         {Title: "调度器看到 {obj} {changed}", Text: "它让自己对节点和 Pod 的认识保持最新。没有谁因此需要节点。", Line: "{obj} {changed}"},
	"watch.scheduler.node":    {Title: "调度器看到 {obj} {changed}", Text: "下一个 Pod 到来之前，它对节点的认识必须正确。", Line: "{obj} {changed}"},
	"watch.scheduler.waits":   {Title: "调度器看到一个新 Pod", Text: "{name} 还没有 `spec.nodeName`，所以进入调度队列。", Line: "{obj} {changed}：等待节点"},
	"watch.scheduler.bound":   {Title: "调度器看到 Pod 在 {node} 上", Text: "它假定的事，现在 API server 也这么说。", Line: "{obj} 绑定到 {node}"},
	"watch.kubelet.ADDED":     {Title: "{actor} 发现一个自己的 Pod", Text: "每个 kubelet 只 watch `spec.nodeName` 是自己节点的 Pod。{name} 刚成为其中之一，所以由它接手；其他 kubelet 根本没有收到通知。", Line: "{obj} 现在归这个节点"},
	"watch.kubelet.MODIFIED":  {Title: "{actor} 看到自己的 Pod 变了", Text: "{name} 的 revision {rev} 到了。kubelet 拿它和正在运行的比较。", Line: "{obj} {changed}"},
	"watch.kubelet.DELETED":   {Title: "{actor} 看到自己的 Pod 没了", Text: "{name} 的对象已不存在。剩下的容器会被清除。", Line: "{obj} {changed}"},
	"watch.proxy":             {Title: "{actor} 得知 {obj}", Text: "每个节点的 kube-proxy 都 watch 所有 Service 和 EndpointSlice。它收集变化，再写节点的规则，最多每秒一次。", Line: "{obj} {changed}"},
	"watch.kubectl":           {Title: "kubectl 看到 {obj} {changed}", Text: "`kubectl delete` 等的就是这个。", Line: "{obj} {changed}"},
	"watch":                   {Title: "{actor} 看到 {obj} {changed}", Text: "这个变化的 revision 是 {rev}。", Line: "{obj} {changed}"},
	"sync":                    {Title: "{who} 处理 {name}", Text: "它比较想要的和缓存里看到的，把缺的发给 API server。", Line: "{who} 处理了 {name}"},
	"sync.nothing":            {Title: "{who} 看了看 {name}", Text: "就它的缓存所见，现状就是想要的样子，无事可做。", Line: "{who} 看了看 {name}：无事可做"},
	"sync.around":             {Title: "{who} 巡视一遍", Text: "它每隔一段时间就看一遍自己负责的一切，这次发现了没有谁告诉过它的事。", Line: "{who} 巡视一遍，有事要做"},
	"sync.around.nothing":     {Title: "{who} 巡视一遍", Text: "它每隔一段时间就看一遍自己负责的一切。一切正常。", Line: "{who} 巡视一遍：无事可做"},
	"sync.status":             {Title: "{who} 更新 {name} 的 status", Text: "它数了缓存里的对象，数目和 `status` 里的不同。", Line: "{who} 更新 {name} 的 status", Why: "为 {name} 重新数了一遍"},
	"sync.deployment.created": {Title: "Deployment 需要一个 ReplicaSet", Text: "deployment 控制器没有找到 Pod 模板和 {name} 现在一样的 ReplicaSet，于是创建 {created}：名字的结尾是模板的哈希。", Line: "{name} 没有对应模板的 ReplicaSet：创建 {created}", Why: "创建 ReplicaSet {created}"},
	"sync.deployment.scaled":  {Title: "deployment 控制器调整 {name} 的规模", Text: "{scaled}：ReplicaSet 得到 `maxSurge` 和 `maxUnavailable` 现在允许的副本数。其余由 replicaset 控制器来做。", Line: "{name}：{scaled}", Why: "调整了 {scaled}"},
	"sync.deployment.status":  {Title: "deployment 控制器重新数一遍", Text: "它为 {name} 把各 ReplicaSet 的数目加起来，和 `status` 里的不同。", Line: "更新 {name} 的 status", Why: "为 {name} 重新数了一遍"},
	"sync.deployment.nothing": {Title: "deployment 控制器看了看 {name}", Text: "就缓存所见，它的 ReplicaSet 都是该有的样子，无事可做。", Line: "看了看 {name}：无事可做"},
	"sync.endpoint":           {Title: "endpoint 控制器列出 {name} 背后有谁", Text: "它按 Service 的 selector 找 Pod：{ready} 个就绪，{notReady} 个没有就绪。它把地址写进 Endpoints。", Line: "{name}：{ready} 个就绪，{notReady} 个未就绪", Why: "为 {name} 找到 {ready} 个就绪的 Pod"},
	"sync.endpointslice":      {Title: "endpointslice 控制器列出 {name} 背后有谁", Text: "Service 的 selector 找到 {endpoints} 个 Pod，其中 {ready} 个就绪。kube-proxy 读的就是 EndpointSlice。", Line: "{name}：{endpoints} 个端点，{ready} 个就绪", Why: "为 {name} 找到 {ready} 个就绪的 Pod"},
	"sync.daemon-set.creating": {
		Title: "{wanted} 个节点要有 Pod，{saw} 个已有",
		Text:  "daemonset 控制器看各节点的名字、label 和 taint，为 {name} 创建 {creating} 个 Pod，每个都带着对某一个节点的 affinity。",
		Line:  "{name} 要在 {wanted} 个节点上有 Pod，看到 {saw} 个：创建 {creating} 个", Why: "要在 {wanted} 个节点上有 Pod，看到 {saw} 个",
	},
	"sync.daemon-set.deleting": {
		Title: "daemonset 控制器删除 {deleting} 个 Pod",
		Text:  "它们所在的节点不该有 {name} 的 Pod，或是旧模板的，或已结束，或在同一节点上多余。{wanted} 个节点要有 Pod。",
		Line:  "{name} 要在 {wanted} 个节点上有 Pod：删除 {deleting} 个", Why: "删除了 {name} 的 {deleting} 个 Pod",
	},
	"sync.daemon-set.waiting": {
		Title: "daemonset 控制器先不动", Text: "它为 {name} 创建或删除过 Pod，而缓存里还看不到。看到之前，它不再创建或删除，免得太多。",
		Line: "{name} 等自己的写入出现在缓存里",
	},
	"sync.statefulset.creating": {
		Title: "轮到 {creating}",
		Text:  "{name} 想要 {wanted} 个 Pod，现有 {saw} 个。statefulset 控制器按编号创建它们和它们的 PVC；有顺序时，前一个可用了才轮到下一个。",
		Line:  "{name} 想要 {wanted} 个 Pod，看到 {saw} 个：创建 {creating}", Why: "轮到 {creating}",
	},
	"sync.statefulset.deleting": {
		Title: "statefulset 控制器删除 {deleting}",
		Text:  "它已结束，或是多余的，或不是更新要换上的 revision：最后一个先走。等它消失，新的 Pod 才得到这个名字。",
		Line:  "{name} 想要 {wanted} 个 Pod，看到 {saw} 个：删除 {deleting}", Why: "删除了 {deleting}",
	},
	"sync.statefulset.waiting": {
		Title: "{name} 等 {waiting}", Text: "StatefulSet 的 Pod 按顺序来去。{waiting} 可用或消失之前，什么也不做。",
		Line: "{name} 等 {waiting}",
	},
	"sync.replicaset.creating": {
		Title: "想要 {wanted} 个 Pod，现有 {saw} 个", Text: "{who} 比较 {name} 的 `spec.replicas` 和它的 selector 找到的 Pod，要创建 {creating} 个。",
		Line: "{name} 想要 {wanted} 个 Pod，看到 {saw} 个：创建 {creating} 个", Why: "想要 {wanted} 个 Pod，看到 {saw} 个",
	},
	"sync.replicaset.deleting": {
		Title: "想要 {wanted} 个 Pod，现有 {saw} 个", Text: "{who} 删除 {name} 的 {deleting} 个 Pod：最不要紧的先走。",
		Line: "{name} 想要 {wanted} 个 Pod，看到 {saw} 个：删除 {deleting} 个", Why: "想要 {wanted} 个 Pod，看到 {saw} 个",
	},
	"sync.replicaset.waiting": {
		Title: "{who} 先不动", Text: "它为 {name} 创建或删除过 Pod，而缓存里还看不到。看到之前，它不再创建或删除，免得太多。",
		Line: "{name} 等自己的写入出现在缓存里",
	},
	"sync.proxy": {
		Title: "{who} 写节点的规则", Text: "{node} 的 iptables 规则现在把 {services} 个 Service 导向 {endpoints} 个端点。发往 ClusterIP 的包，从哪个节点出发，就由哪里的规则转发。",
		Line: "{services} 个 Service、{endpoints} 个端点的规则", Ask: "哪些规则？", Tab: "network",
	},
	"decide.best": {
		Title: "调度器选择 {node}", Text: "{looked} 个节点中有 {feasible} 个通过了所有过滤器。打分插件评过之后，{node} 以 {score} 分居首。",
		Line: "{name} → {node}，{score} 分，{feasible} 个中最高", Why: "选择 {node}：{feasible} 个中得分最高", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"decide.tie": {
		Title: "调度器选择 {node}", Text: "{looked} 个节点中有 {feasible} 个通过了所有过滤器，其中 {best} 个同为最高分 {score}。同分时随机决定。",
		Line: "{name} → {node}，{score} 分，{best} 个同分之一", Why: "选择 {node}：{best} 个最高分之一", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"decide.only": {
		Title: "调度器选择 {node}", Text: "{looked} 个节点中只有它通过了所有过滤器，所以不必打分。", Line: "{name} → {node}，只有它合适",
		Why: "选择 {node}：只有它合适", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"decide.none":    {Title: "没有节点适合 {name}", Text: "{verdict}", Line: "没有节点适合 {name}", Why: "没有找到节点", Ask: "为什么没有？", Tab: "scheduling"},
	"decide.skipped": {Title: "调度器跳过 {name}", Text: "这个 Pod 正在被删除，不需要节点。", Line: "{name} 正在被删除：跳过"},
	"decide.other":   {Title: "调度器这一轮没有 Pod", Text: "这一轮要处理的 Pod 已经没有了。", Line: "没有要调度的"},
}
