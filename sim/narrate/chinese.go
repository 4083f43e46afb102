package narrate

var chinese = Language{
	Users: map[string]string{
		"kubectl": "kubectl", "scheduler": "调度器", "kube-scheduler": "调度器",
		"kube-controller-manager": "kube-controller-manager", "kube-apiserver": "API server", "apiserver": "API server",
		"": "API server", "client": "一个客户端", "root-ca-cert-publisher": "root CA 发布控制器",
		"generic-garbage-collector": "垃圾回收器",
	},
	Node: map[string]string{
		"kubelet": "* 的 kubelet", "kube-proxy": "* 上的 kube-proxy", "runtime": "* 的容器运行时",
		"controller": "* 控制器", "controllers": "* 控制器",
	},
	Changes: map[string]string{"ADDED": "新增", "MODIFIED": "修改", "DELETED": "删除"},
	Also:    " 和 ", Comma: "、", Lost: "更新的值，之前的已被压缩", Same: "没有不同的字段",
	Phrases: tables(chineseServer, chineseControl, chineseNode),
}

// chineseServer tells of commands, and of what the API server and etcd do.
var chineseServer = map[string]Phrase{
	"other":       {Title: "{Actor} 处理一件内部的事", Text: "发生在 {actor} 内部，没有发出消息。", Line: "内部事件"},
	"folded":      {Line: "{count} 个心跳和定时器"},
	"ask.created": {Title: "为什么有 {obj}？"},
	"ask.deleted": {Title: "{obj} 为什么被删除？"},
	"ask.taken":   {Title: "{path} 为什么没有了？"},
	"ask.value":   {Title: "{path} 为什么是 {value}？"},
	"ask.text":    {Title: "{path} 为什么变了？"},
	"ask.changed": {Title: "{obj} 为什么变了？"},
	"command": {
		Title: "你运行 kubectl", Text: "`{line}`：kubectl 把它变成一个接一个发给 API server 的请求。", Line: "$ {line}", Why: "运行了 `{line}`",
	},
	"command.apply": {
		Title: "你运行 kubectl apply",
		Text:  "`{line}`：kubectl 读出文件里的每个对象，先问 API server 它是否存在，再决定创建它，还是只发送不同的部分。",
		Line:  "$ {line}", Why: "运行了 `{line}`",
	},
	"command.delete": {
		Title: "你运行 kubectl delete", Text: "`{line}`：kubectl 请 API server 删除，并一直等到对象消失。", Line: "$ {line}", Why: "运行了 `{line}`",
	},
	"receive.create": {
		Title: "{who} 把新的 {kind} 发给 API server",
		Text:  "`{request}` 经过授权、准入、填充默认值和校验。接着 API server 请 etcd 把它存在 `{key}` 下。",
		Line:  "{who}：{request}",
	},
	"receive.update": {
		Title: "{who} 把改过的 {kind} 发给 API server",
		Text:  "`{request}` 带着整个对象和它所依据的 revision。只有 etcd 里仍是这个 revision，才会存下。",
		Line:  "{who}：{request}",
	},
	"receive.patch": {
		Title: "{who} 修补 {obj}",
		Text:  "`{request}` 只带着不同的部分。API server 把它用在当前对象上，校验结果，再请 etcd 存下。",
		Line:  "{who}：{request}",
	},
	"receive.delete": {
		Title: "{who} 请求删除 {obj}", Text: "`{request}`：API server 看这个对象能否马上消失，还是要先收尾。", Line: "{who}：{request}",
	},
	"receive.deletecollection": {Title: "{who} 请求删除全部 {plural}", Text: "API server 逐个删除这些对象。", Line: "{who}：{request}"},
	"receive.binding": {
		Title: "调度器把 Pod 绑定到 {node}",
		Text:  "{looked} 个节点中有 {feasible} 个通过了所有过滤器，{node} 得分最高。这个决定发给 API server，由它写入 `spec.nodeName`。",
		Line:  "{who}：{request}：{node}", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"receive.binding.tie": {
		Title: "调度器把 Pod 绑定到 {node}",
		Text:  "{looked} 个节点中有 {feasible} 个通过了所有过滤器，{node} 是并列最高分的 {best} 个之一。这个决定发给 API server，由它写入 `spec.nodeName`。",
		Line:  "{who}：{request}：{node}", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"receive.binding.only": {
		Title: "调度器把 Pod 绑定到 {node}",
		Text:  "只有 {node} 通过了所有过滤器。这个决定发给 API server，由它写入 `spec.nodeName`。",
		Line:  "{who}：{request}：{node}", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"receive.status": {
		Title: "{who} 写 {obj} 的 status",
		Text:  "它重新数了一遍。API server 只取请求里的 `status`；想要什么，也就是 `spec`，保持不变。",
		Line:  "{who}：{request}",
	},
	"receive.status.pod": {
		Title: "{who} 报告 Pod 的状况",
		Text:  "`{request}`：kubelet 只告诉 API server。谁想知道这个 Pod 怎么样，就去那里读它的 `status`。",
		Line:  "{who}：{request}",
	},
	"receive.address": {
		Title: "API server 预留一个地址",
		Text:  "Service 需要一个别的 Service 没有的 ClusterIP。IPAddress 对象 {name} 证明它已被占用。",
		Line:  "预留 ClusterIP {name}",
	},
	"receive.scale": {Title: "{who} 伸缩 {obj}", Text: "`{request}` 只改 `spec.replicas`。", Line: "{who}：{request}"},
	"receive.event": {
		Title: "{who} 记录一个 Event",
		Text:  "Event 也是对象。它告诉人们组件做了什么，集群里没有谁据此行动。`kubectl events` 列出它们。",
		Line:  "{who}：{request}",
	},
	"receive.lease": {
		Title: "{who} 续租",
		Text:  "`kube-node-lease` 里的 Lease 是节点的心跳：对象很小，所以几千个节点也能每十秒写一次。",
		Line:  "{who}：{request}",
	},
	"receive.token": {
		Title: "{who} 申请一个令牌", Text: "Pod 的容器得到其 ServiceAccount 的令牌，这样就能访问 API server。什么也不会存下。", Line: "{who}：{request}",
	},
	"receive.nothing": {
		Title: "{who} 的请求不需要写入", Text: "请求没有改变 {obj}，所以 API server 直接回答，不写入，也不产生 revision。", Line: "{who}：{request}：无需写入",
	},
	"read": {Title: "{who} 读取 {obj}", Text: "`{request}`：API server 用 etcd 现在保存的内容回答。", Line: "{who}：{request}"},
	"read.get.kubectl": {
		Title: "kubectl 查找 {obj}", Text: "对象已存在，所以 kubectl 会把它和清单比较，只发送不同的部分。", Line: "{who}：{request}",
	},
	"read.watch": {Title: "{who} 打开一个 watch", Text: "从现在起，API server 通过一条保持打开的连接告诉它每个变化。", Line: "{who}：{request}"},
	"refuse.other": {
		Title: "API server 拒绝 {obj}", Text: "{code}：{message}", Line: "{who}：{request}：{code}", Ask: "它现在是什么样？", Tab: "object",
	},
	"refuse.invalid": {Title: "API server 认为 {obj} 无效", Text: "{message}", Line: "{who}：{request}：{code}"},
	"refuse.forbidden": {
		Title: "{who} 没有权限", Text: "{code}：{message}。RBAC 只允许绑定给用户的 role 所写的操作。", Line: "{who}：{request}：{code}",
	},
	"refuse.admission": {Title: "准入控制拒绝 {obj}", Text: "{code}：{message}", Line: "{who}：{request}：{code}"},
	"refuse.missing":   {Title: "{obj} 不存在", Text: "{code}：{message}。{who} 只能没有它。", Line: "{who}：{request}：{code}"},
	"refuse.missing.kubectl": {
		Title: "kubectl 查找 {obj}", Text: "{code}：还没有这个对象。`kubectl apply` 就是这样知道要创建它的。", Line: "{who}：{request}：{code}",
	},
	"refuse.exists": {Title: "{obj} 已经存在", Text: "{code}：{message}。对象消失之后，名字才能再用。", Line: "{who}：{request}：{code}"},
	"refuse.conflict": {
		Title: "冲突：{obj} 在此期间变了",
		Text:  "{who} 的这次写入依据的已不是最新的 revision，所以 API server 回答 {code}，而不是覆盖别人写的内容。发送者会重新查看再试。",
		Line:  "{who}：{request}：{code}", Ask: "是谁改的？", Tab: "history",
	},
	"commit.create": {
		Title: "etcd 存下 {obj}", Text: "新键 `{key}` 的 revision 是 {rev}。API server 现在通知所有 watch {plural} 的客户端。",
		Line: "存下 {obj}，revision {rev}", Why: "创建了 {obj}",
	},
	"commit.address": {Title: "etcd 存下这个地址", Text: "从 revision {rev} 起 {name} 已被占用，别的 Service 得不到它。", Line: "存下 {obj}，revision {rev}"},
	"commit.change": {
		Title: "etcd 存下改过的 {obj}", Text: "revision {rev} 有 {changes}。API server 现在通知所有 watch {plural} 的客户端。",
		Line: "存下 {obj}，revision {rev}", Why: "修改了 {obj}", Ask: "改了什么？", Tab: "history",
	},
	"commit.binding": {
		Title: "Pod 属于 {node} 了",
		Text:  "etcd 在 revision {rev} 存下 `spec.nodeName: {node}`。所有 kubelet 中，只有 {node} 的那个 watch 写着自己名字的 Pod。",
		Line:  "存下绑定到 {node} 的 {obj}，revision {rev}", Ask: "为什么是 {node}？", Tab: "scheduling",
	},
	"commit.status": {Title: "etcd 存下 {obj} 的 status", Text: "revision {rev} 有 {changes}。", Line: "存下 {obj} 的 status，revision {rev}"},
	"commit.status.pod": {
		Title: "etcd 存下 Pod 的 status", Text: "revision {rev} 有 {changes}。要数就绪 Pod 的控制器会得到通知。",
		Line: "存下 {obj} 的 status，revision {rev}", Why: "报告了 Pod：{doing}",
	},
	"commit.event": {Title: "etcd 存下一个 Event", Text: "{reason}：{told}", Line: "存下 Event {reason}：{told}"},
	"commit.lease": {Title: "etcd 存下 {name} 的 Lease", Text: "revision {rev} 只有更新的 `renewTime`。节点活着。", Line: "存下 {obj}，revision {rev}"},
	"commit.delete": {
		Title: "etcd 删除 {obj}", Text: "从 revision {rev} 起键 `{key}` 没有了；它原来的内容在更早的 revision 还能读到，直到被压缩。",
		Line: "删除 {obj}，revision {rev}", Why: "删除了 {obj}",
	},
	"commit.marked": {
		Title: "{obj} 被标记为待删除", Text: "revision {rev} 有了 `deletionTimestamp`。所有 finalizer 完成之后，对象才消失。",
		Line: "标记 {obj} 待删除，revision {rev}", Why: "删除了 {obj}",
	},
	"commit.marked.pod": {
		Title: "{obj} 被标记为待删除", Text: "revision {rev} 有了 `deletionTimestamp`。kubelet 先给容器时间结束，然后才让对象被删除。",
		Line: "标记 {obj} 待删除，revision {rev}", Why: "删除了 {obj}",
	},
}
