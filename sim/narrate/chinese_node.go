package narrate

// chineseNode tells of the container runtime, and of components looking at their clocks.
var chineseNode = map[string]Phrase{
	"runtime": {Title: "{actor} 收到 {verb}", Text: "容器运行时接口（CRI）的一次调用。", Line: "{call} {container}"},
	"runtime.RunPodSandbox": {
		Title: "kubelet 要一个沙箱", Text: "`RunPodSandbox`：运行时启动 pause 容器，{name} 的所有容器共用它的网络。CNI 从节点的 Pod CIDR 里给它一个 IP。",
		Line: "为 {name} RunPodSandbox", Ask: "{node} 上运行着什么？", Tab: "containers",
	},
	"runtime.done.RunPodSandbox":      {Title: "{name} 的沙箱好了", Text: "在任何容器运行之前，Pod 就有了网络和 IP `{ip}`。", Line: "{name} 的沙箱有了 IP {ip}", Why: "建好沙箱，IP 是 {ip}"},
	"runtime.ImageStatus":             {Title: "kubelet 询问镜像", Text: "`ImageStatus`：{node} 上有没有 `{image}`？", Line: "ImageStatus {image}"},
	"runtime.done.ImageStatus":        {Title: "镜像在", Text: "{node} 上已有 `{image}`（{size}）。", Line: "有 {image}"},
	"runtime.done.ImageStatus.absent": {Title: "缺镜像", Text: "{node} 上没有 `{image}`，要先拉取。", Line: "没有 {image}"},
	"runtime.PullImage": {
		Title: "运行时拉取 {image}", Text: "`PullImage` 向镜像仓库要 `{image}`，只取缺少的层。Pod 启动的时间常常大半花在这里。",
		Line: "PullImage {image}", Ask: "拉到多少了？", Tab: "containers",
	},
	"runtime.pulled":           {Title: "镜像到了", Text: "`{image}`（{size}）现在在 {node} 上，这个 Pod 和以后的 Pod 都能用。", Line: "{image} 到了，{size}"},
	"runtime.done.PullImage":   {Title: "kubelet 有了镜像", Text: "`{image}` 在了（{size}）。接着用它创建容器。", Line: "拉取了 {image}", Why: "拉取了 {image}"},
	"runtime.failed.PullImage": {Title: "镜像拉取失败", Text: "{error} kubelet 会再试，每次等得更久。", Line: "拉取 {image} 失败", Why: "拉取 {image} 失败"},
	"runtime.CreateContainer": {
		Title: "kubelet 创建容器 {container}", Text: "`CreateContainer`：运行时在沙箱里用 `{image}` 准备文件系统。还没有东西运行。", Line: "CreateContainer {container}",
	},
	"runtime.done.CreateContainer": {Title: "容器 {container} 已创建", Text: "它有了 ID 和文件系统。接着启动它。", Line: "创建了 {container}"},
	"runtime.StartContainer": {
		Title: "kubelet 启动容器 {container}", Text: "`StartContainer`：进程在沙箱的网络里开始运行。", Line: "StartContainer {container}",
		Ask: "{node} 上运行着什么？", Tab: "containers",
	},
	"runtime.done.StartContainer": {
		Title: "容器 {container} 在运行", Text: "{node} 上的 {name} 有了进程。kubelet 接着向 API server 报告。", Line: "启动了 {container}", Why: "启动了容器 {container}",
	},
	"runtime.failed":             {Title: "{call} 失败", Text: "{error}", Line: "{call} 失败：{error}", Why: "失败：{error}"},
	"runtime.StopContainer":      {Title: "kubelet 停止容器 {container}", Text: "`StopContainer`：进程收到 SIGTERM，宽限期过后收到 SIGKILL。", Line: "StopContainer {container}"},
	"runtime.done.StopContainer": {Title: "容器停了", Text: "它的退出码是 {exitCode}。", Line: "停了，退出码 {exitCode}", Why: "停止了容器"},
	"runtime.StopPodSandbox":     {Title: "kubelet 停止沙箱", Text: "`StopPodSandbox`：Pod 的网络没有了，它的 IP 又空出来。", Line: "为 {name} StopPodSandbox"},
	"runtime.RemovePodSandbox":   {Title: "kubelet 删除沙箱", Text: "`RemovePodSandbox`：{node} 上不再有 {name} 的任何东西。", Line: "为 {name} RemovePodSandbox"},
	"runtime.RemoveContainer":    {Title: "kubelet 删除一个容器", Text: "`RemoveContainer`：清理 {name} 的一个已结束的容器。", Line: "RemoveContainer {container}"},
	"runtime.done":               {Title: "{call} 完成", Text: "{node} 的运行时回答 kubelet。", Line: "{call} 完成"},
	"runtime.exit":               {Title: "{container} 的进程结束", Text: "退出码是 {exitCode}。运行时告诉 kubelet。", Line: "{container} 结束，退出码 {exitCode}"},
	"runtime.exit.failed":        {Title: "{container} 的进程失败", Text: "退出码是 {exitCode}。运行时告诉 kubelet。", Line: "{container} 结束，退出码 {exitCode}", Why: "看到 {container} 结束，退出码 {exitCode}"},
	"runtime.exited":             {Title: "{actor} 得知 {container} 结束", Text: "退出码是 {exitCode}。接下来怎么办由 Pod 的 `restartPolicy` 决定。", Line: "{container} 结束，退出码 {exitCode}", Why: "看到 {container} 结束，退出码 {exitCode}"},

	"timer":                    {Title: "{actor} 看钟", Text: "它定的一个时间到了。", Line: "定时器"},
	"timer.kubelet.renew":      {Title: "{actor} 要报平安", Text: "每十秒它续租一次 Lease。", Line: "续租 Lease"},
	"timer.kubelet.sync-node":  {Title: "{actor} 查看自己的节点", Text: "它比较 Node 的 status 和实际情况，有变化时写入，否则每五分钟写一次。", Line: "查看节点"},
	"timer.kubelet.probe":      {Title: "{actor} 探测 {name}", Text: "它问容器是否正常。回答决定就绪和重启。", Line: "探测 {name}"},
	"timer.kubelet.arrival":    {Title: "{actor} 接收 Pod", Text: "它接纳这个 Pod，为它开一个 worker。", Line: "接收一个 Pod"},
	"timer.kubelet.sync":       {Title: "{actor} 处理 {name}", Text: "它比较 Pod 想要的和正在运行的，再向运行时发下一个调用。", Line: "处理 {name}"},
	"timer.kubelet.relist":     {Title: "{actor} 查看自己的容器", Text: "每秒一次，它问运行时 {name} 有什么变化。", Line: "查看 {name} 的容器"},
	"timer.kubelet.retry":      {Title: "{actor} 再试 {name}", Text: "之前失败的再来一次，每次等得更久。", Line: "再试 {name}"},
	"timer.kubelet.token":      {Title: "{actor} 准备卷", Text: "Pod 需要一个卷，里面有其 ServiceAccount 的令牌。", Line: "准备 {name} 的卷"},
	"timer.kubelet.mount":      {Title: "{name} 的卷挂好了", Text: "现在 kubelet 可以建沙箱了。", Line: "挂好 {name} 的卷"},
	"timer.kubelet.kill":       {Title: "{actor} 结束 {name}", Text: "该停止这个 Pod 的容器了。", Line: "结束 {name}"},
	"timer.kubelet.finish":     {Title: "{actor} 了结 {name}", Text: "这个 Pod 的一切都结束了，API server 可以删除对象。", Line: "了结 {name}"},
	"timer.apiserver":          {Title: "API server 压缩存储", Text: "五分钟以前的 revision 被丢弃。还要它们的 watch 会得到 410 Gone。", Line: "压缩存储"},
	"timer.scheduler":          {Title: "调度器查看队列", Text: "它看失败过的 Pod 能否再试。", Line: "查看队列"},
	"timer.controller-manager": {Title: "{name} 回到队列", Text: "{who} 之前把它搁置了一会儿，现在又来处理。", Line: "{name} 又排进 {who} 的队列"},
}
