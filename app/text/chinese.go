package text

var chinese = Words{
	Page: "Orrery", Skip: "跳到集群图", Loading: "正在加载 {0}", LoadingOf: "{0} / {1}",
	Failed: "引擎已停止", MemoryOnly: "仅在内存中",
	MemoryWhy: "此浏览器在这里不存储数据：关闭标签页后文件和集群都会消失", Dismiss: "关闭",
	Elsewhere: "未保存：已在另一个标签页打开", Claim: "保存此标签页",
	ElsewhereWhy: "另一个标签页正在保存它的文件和集群。关闭此标签页后，这里的内容会消失。",
	ClaimHint:    "从现在起保存此标签页的文件和集群，取代原来保存的",
	Language:     "English", Theme: "浅色或深色", Lessons: "课程", FindLesson: "查找课程", NoLessons: "没有课程同时包含这些词。", OwnFiles: "自己的文件", OwnFilesHint: "在一个新的集群里回到自己写的内容", World: "Kubernetes {0} · {1} · 种子 {2}", NodeCount: "{0} 个节点", OneNode: "1 个节点",
	Sections: "分区", Edit: "编辑器", Picture: "集群", Inspect: "检查器",
	ShowEdit: "显示编辑器", ShowPicture: "显示集群", ShowInspect: "显示检查器",

	NewCluster: "新建集群", NewClusterHint: "新集群从静止开始。你的文件保持不变；当前集群里发生过的一切都会消失。",
	NodesField: "节点数", NodesHint: "1 到 {0}", Seed: "种子",
	SeedHint: "一切随机性都来自它，1 到 {0}：相同的种子和相同的命令得到相同的世界", OtherSeed: "换一个种子",
	Create: "创建集群", Cancel: "取消",

	Share: "分享", ShareTitle: "指向此刻这个世界的链接",
	ShareHint: "打开它的人会看到停在这个事件上的同一个世界，连同文件、过去和未来，逐字节相同。一切都在链接本身里，不会发送到任何地方。",
	LinkField: "链接", LinkLength: "{0} 个字符", LinkLong: "{0} 个字符：有些程序会截断这么长的链接",
	CopyLink: "复制链接", CopyEmbed: "复制嵌入网页的 HTML", Copied: "已复制", Close: "关闭",
	FromLink: "从链接打开", FromLinkWhy: "你自己的文件和集群原样未动。除非你保存它，否则关闭此标签页后这里的内容会消失。",
	Needs: "由版本 {0} 制作", NeedsWhy: "在这个版本的 Orrery 里，链接中的世界与其作者所见不同",

	Files: "文件", AddFile: "新建文件", FileMenu: "文件操作", RenameFile: "重命名…", CloseFile: "关闭文件",
	FileName: "文件名", Changed: "已修改", Apply: "应用", ApplyTitle: "用 kubectl apply 提交这些文件",
	Editor: "清单编辑器", Errors: "错误：{0}",

	Events: "事件", Heartbeats: "心跳", FilterEvents: "筛选事件", GoTo: "转到第 {0} 个事件", GoToThis: "转到此事件",
	NoLines: "还没有发生任何事。先应用清单，再单步执行。", Output: "kubectl 的输出",
	Prompt: "kubectl 命令", PromptExample: "scale deployment/nginx-demo --replicas=3",

	Way: "API server 中的请求", Received: "收到", Authenticated: "认证", Authorised: "授权",
	ReadStore: "读取", Admitted: "准入", Validated: "校验", Committed: "存储", Answered: "答复",

	Stage: "舞台", Map: "集群图", Sequence: "时序图", Objects: "对象", Scheduling: "调度", Network: "网络",
	Containers: "容器", InFlight: "{0} 条消息在途 · {1} 条等待", OneInFlight: "1 条消息在途 · {1} 条等待",
	AtRest:     "静止的集群",
	AtRestText: "每个节点都在等待工作。按“应用”把清单发给 API server，然后逐步查看发生了什么。",
	OfTen:      " / 10", EventNumber: "事件",

	ControlPlane: "控制平面", Queue: "队列", NoPods: "没有 Pod", Arriving: "即将到达", Score: "得分 {0}",
	Requests: "{0} 个请求", OneRequest: "1 个请求", Watches: "{0} 个 watch", RevisionAt: "修订 {0}",
	Keys: "{0} 个键", More: "另有 {0} 个", NotReady: "未就绪", PodLabel: "Pod {0}，{1}，就绪 {2}",
	NodeLabel: "节点 {0}，{1} 个 Pod", Idle: "空闲", Waiting: "等待", Done: "完成",

	Kind: "资源", Filter: "筛选", NoObjects: "没有这种资源的对象。",
	NoSteps:     "还没有发出命令。应用清单并单步执行，即可看到谁与谁通信。",
	CopyMermaid: "复制为 Mermaid", SaveSVG: "保存为 SVG", Pod: "Pod", Node: "节点",
	NoVerdict: "调度器尚未对这个 Pod 做出决定。", Total: "总分", Passed: "通过",
	NotRun: "未运行", Selected: "选中",
	Synced: "同步于 {0}", Services: "{0} 个 Service", NoRules: "kube-proxy 尚未在此节点写入规则。",
	Images: "镜像", Sandboxes: "沙箱与容器", Calls: "CRI 调用", NoImages: "此节点没有镜像。",
	NoSandboxes: "此节点没有沙箱。", NoCalls: "此节点还没有 CRI 调用。", Pulling: "拉取中 {0}",
	Present: "已存在", Restarts: "重启 {0} 次", Ready: "就绪",

	Inspector: "检查器", Object: "对象", History: "历史", Store: "存储", KubernetesEvents: "Event",
	Follow:  "跟随变化",
	Nothing: "没有选中任何对象。点击 Pod、节点或键，或单步执行：检查器会跟随变化。",
	Gone:    "已删除", Revision: "修订 {0}", Version: "版本 {0}", Owner: "属主 {0} {1}", Owns: "拥有 {0} {1}",
	Selects: "选择 {0} {1}", Delete: "删除 {0} {1}", Now: "此刻", From: "从", To: "到",
	NoDiff: "没有差异。", FirstRevision: "第一个修订：没有可比较的内容。",
	NoHistory: "选中一个对象，即可查看其键的所有修订。", FilterKeys: "筛选键",
	KeyCount: "{0} 个键 · 修订 {1}", Created: "创建于 {0}", AllObjects: "所有对象",
	NoEvents: "没有 Event。", NotFor: "对象 {0}", You: "你", Missing: "{0} 此刻还不存在。",

	Transport: "播放控制", StepBack: "后退一步", Step: "前进一步", Play: "播放", Pause: "暂停", NextWrite: "下一次写入",
	LastWrite: "上一次写入", NextOfTen: "十步中的下一步", LastOfTen: "十步中的上一步", UntilQuiet: "运行到静止",
	LastQuiet: "退回到静止", Reset: "重置", Speed: "速度", Time: "时间", EventOf: "事件 {0} / {1}",
	TimeAt: "T+{0} 秒，事件 {1} / {2}", Future: "尚未发生：请单步或播放", Quiet: "静止",
	LaneKubectl: "kubectl", LaneAPI: "apiserver · etcd", LaneControllers: "控制器", LaneScheduler: "调度器",
	LaneNodes: "节点",
}
