package sim

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/apiserver/door"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/clusterroleaggregation"
	"orrery/sim/controller/cronjob"
	"orrery/sim/controller/daemonset"
	"orrery/sim/controller/deployment"
	"orrery/sim/controller/disruption"
	"orrery/sim/controller/endpoints"
	"orrery/sim/controller/endpointslice"
	"orrery/sim/controller/endpointslicemirroring"
	"orrery/sim/controller/ephemeralvolume"
	"orrery/sim/controller/expand"
	"orrery/sim/controller/garbagecollector"
	"orrery/sim/controller/horizontalpodautoscaling"
	"orrery/sim/controller/job"
	"orrery/sim/controller/namespace"
	"orrery/sim/controller/nodelifecycle"
	"orrery/sim/controller/persistentvolume"
	"orrery/sim/controller/podgc"
	"orrery/sim/controller/pvcprotection"
	"orrery/sim/controller/pvprotection"
	"orrery/sim/controller/replicaset"
	"orrery/sim/controller/replication"
	"orrery/sim/controller/resourcequota"
	"orrery/sim/controller/rootca"
	"orrery/sim/controller/serviceaccount"
	"orrery/sim/controller/statefulset"
	"orrery/sim/controller/tainteviction"
	"orrery/sim/controller/ttl"
	"orrery/sim/controller/ttlafterfinished"
	"orrery/sim/engine"
	"orrery/sim/kubectl"
	"orrery/sim/network/kubeproxy"
	"orrery/sim/node/image"
	"orrery/sim/node/kubelet"
	"orrery/sim/node/runtime"
	"orrery/sim/scheduler"
)

// controllers are those that kube-controller-manager runs.
var controllers = []*controller.Spec{
	&deployment.Spec,
	&replicaset.Spec,
	&replication.Spec,
	&daemonset.Spec,
	&statefulset.Spec,
	&endpoints.Spec,
	&endpointslice.Spec,
	&endpointslicemirroring.Spec,
	&serviceaccount.Spec,
	&rootca.Spec,
	&namespace.Spec,
	&garbagecollector.Spec,
	&resourcequota.Spec,
	&disruption.Spec,
	&nodelifecycle.Spec,
	&tainteviction.Spec,
	&podgc.Spec,
	&job.Spec,
	&ttlafterfinished.Spec,
	&cronjob.Spec,
	&horizontalpodautoscaling.Spec,
	&clusterroleaggregation.Spec,
	&ephemeralvolume.Spec,
	&ttl.Spec,
	&persistentvolume.Spec,
	&pvcprotection.Spec,
	&pvprotection.Spec,
	&expand.Spec,
}

// part is a component that takes part in a world from its beginning.
type part interface {
	engine.Component
	Start(*client.Boot)
}

// build makes the components of a cluster at rest.
func build(c Config) *engine.Engine {
	e := engine.New(c.Seed)
	e.Idle(c.Begin)
	server := apiserver.New(*c.APIServer)
	server.Begin(c.Begin)
	e.Add(client.Server, server)
	e.Alias(apiserver.Etcd, client.Server)
	nodes := c.nodes()
	var objects []api.Object
	for _, n := range nodes {
		objects = append(objects, alive(kubelet.NodeObject(n), kubelet.LeaseObject(n), engine.Epoch.Add(c.Begin))...)
	}
	seed(server, e.Stream("seed"), objects)

	start := func(a engine.Address, p part) {
		e.Add(a, p)
		p.Start(boot(e, server, a))
	}
	server.Start(boot(e, server, client.Server))
	start(controller.Address, controller.NewManager(*c.Controller, controllers))
	start(scheduler.Address, scheduler.New(*c.Scheduler))
	for _, n := range nodes {
		k, r := engine.Address("kubelet/"+n.Name), engine.Address("runtime/"+n.Name)
		e.Add(r, runtime.New(c.Runtime, k, n.PodCIDR, n.Images...))
		start(k, kubelet.New(c.Kubelet, n, r))
		start(engine.Address("kube-proxy/"+n.Name), kubeproxy.New(n.Name))
	}
	e.Add(kubectl.Address, kubectl.New())
	e.Add(door.Address, door.NewClient())
	return e
}

func boot(e *engine.Engine, s *apiserver.Server, a engine.Address) *client.Boot {
	return &client.Boot{
		Watch:  func(sub client.Subscription) []api.Object { return s.Subscribe(a, sub) },
		Later:  func(d time.Duration, body any) { e.PostLater(d, a, body) },
		Stream: e.Stream(a),
	}
}

// images returns what the nodes have besides the sandboxes' image. The names were checked by complete.
func (c Config) images() []*image.Image {
	var images []*image.Image
	for _, name := range c.Images {
		i, err := findImage(name)
		if err != nil {
			panic("sim: " + err.Error())
		}
		images = append(images, i)
	}
	return images
}

// nodes returns what each node is.
func (c Config) nodes() []kubelet.Node {
	nodes := make([]kubelet.Node, c.Nodes)
	for i := range nodes {
		n := kubelet.DefaultNode(i)
		n.CPU, n.Memory, n.Pods, n.Images = resource.MustParse(c.CPU), resource.MustParse(c.Memory), c.Pods, c.images()
		nodes[i] = n
	}
	return nodes
}
