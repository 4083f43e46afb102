// Package imagelocality prefers nodes that already have the pod's images, the more of their bytes the better. An image that
// only few nodes have counts less, lest all its pods gather there.
package imagelocality

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// The bounds of the bytes that matter: less is as good as nothing, more for each container as good as all.
const (
	least       int64 = 23 << 20
	mostForEach int64 = 1000 << 20
)

// Plugin is ImageLocality.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "ImageLocality" }

// PreScore implements framework.Scorer. Pods whose images no node has are left to the other plugins.
func (Plugin) PreScore(pod *framework.Pod, c framework.Cluster, _ []*framework.Node) framework.Scoring {
	type image struct {
		bytes  []int64 // by Node.ID
		spread float64 // share of the nodes that have it
	}
	var images []image
	for _, name := range names(pod.Pod) {
		if n, bytes := c.Image(name); n > 0 {
			images = append(images, image{bytes, float64(n) / float64(len(c.Nodes()))})
		}
	}
	if images == nil {
		return framework.Scoring{}
	}
	most := mostForEach * int64(len(pod.Spec.InitContainers)+len(pod.Spec.Containers))
	return framework.Scoring{Score: func(n *framework.Node) int64 {
		var sum int64
		for _, i := range images {
			sum += int64(float64(i.bytes[n.ID]) * i.spread)
		}
		return framework.MaxNodeScore * (min(max(sum, least), most) - least) / (most - least)
	}}
}

// names returns the images of a pod's containers and volumes, each as often as it is used.
func names(pod *corev1.Pod) []string {
	var all []string
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			all = append(all, tagged(containers[i].Image))
		}
	}
	for i := range pod.Spec.Volumes {
		if v := &pod.Spec.Volumes[i]; v.Image != nil {
			all = append(all, tagged(v.Image.Reference))
		}
	}
	return all
}

// tagged returns an image's name as nodes list it. Nodes list docker.io/library/nginx:1.27 too, but not under that name
// what a pod calls nginx:1.27: then there is no match, as in Kubernetes.
func tagged(name string) string {
	if strings.LastIndexByte(name, ':') <= strings.LastIndexByte(name, '/') {
		return name + ":latest"
	}
	return name
}
