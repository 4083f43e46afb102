package kubelet

import (
	corev1 "k8s.io/api/core/v1"
)

// phase returns the pod's phase by what its containers are doing.
func (w *worker) phase() corev1.PodPhase {
	if p := w.pod.Status.Phase; isTerminal(p) {
		return p
	}
	if w.expired {
		return corev1.PodFailed
	}
	if w.expired {
		return corev1.PodFailed
	}
	var pending, failed, waits, runs, ended, final, succeeded int
	for i := range w.containers {
		c := &w.containers[i]
		over := c.state == exited
		switch {
		case c.debug:
		case c.init && over && c.code != 0:
			if !w.policyRestarts(c) {
				failed++
			}
		case c.init && over:
		case c.init:
			if c.last == nil || c.state == running {
				pending++
			}
		case c.state == running:
			runs++
			if c.sidecar && !c.started && !w.hasRun() {
				pending++
			}
		case c.sidecar && (over || c.last != nil):
		case c.sidecar:
			pending++
		case over || c.last != nil:
			ended++
			if over && !w.policyRestarts(c) {
				final++
			}
			if over && c.code == 0 {
				succeeded++
			}
		default:
			waits++
		}
	}
	switch {
	case failed > 0:
		return corev1.PodFailed
	case pending > 0 || waits > 0:
		return corev1.PodPending
	case runs > 0:
		return corev1.PodRunning
	case w.stage < stopped && ended != final:
		return corev1.PodRunning
	case ended == succeeded:
		return corev1.PodSucceeded
	}
	return corev1.PodFailed
}

// hasRun reports whether a regular container of the pod has ever started.
func (w *worker) hasRun() bool {
	for i := range w.containers {
		if c := &w.containers[i]; !c.init && !c.sidecar && !c.debug && (c.began > 0 || c.last != nil) {
			return true
		}
	}
	return false
}

func isTerminal(p corev1.PodPhase) bool { return p == corev1.PodSucceeded || p == corev1.PodFailed }

func requests(c *corev1.Container) corev1.ResourceList { return c.Resources.Requests }

func limits(c *corev1.Container) corev1.ResourceList { return c.Resources.Limits }

// total returns what a pod's containers together need: the sum of those that run side by side, or what an init container
// needs where that is more; nil when they name nothing.
func total(pod *corev1.Pod, of func(*corev1.Container) corev1.ResourceList) corev1.ResourceList {
	spec := &pod.Spec
	if len(spec.Containers) == 1 && len(spec.InitContainers) == 0 && spec.Overhead == nil {
		return of(&spec.Containers[0])
	}
	sum := corev1.ResourceList{}
	for i := range spec.Containers {
		add(sum, of(&spec.Containers[i]))
	}
	stay := corev1.ResourceList{} // sidecars that started before an init container
	peak := corev1.ResourceList{}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			add(sum, of(c))
			add(stay, of(c))
			continue
		}
		both := corev1.ResourceList{}
		add(both, stay)
		add(both, of(c))
		most(peak, both)
	}
	most(sum, peak)
	add(sum, spec.Overhead)
	if len(sum) == 0 {
		return nil
	}
	return sum
}

func add(to, from corev1.ResourceList) {
	for name, q := range from { // any order
		n := to[name].DeepCopy()
		n.Add(q)
		to[name] = n
	}
}

func most(to, from corev1.ResourceList) {
	for name, q := range from { // any order
		if has, ok := to[name]; !ok || has.Cmp(q) < 0 {
			to[name] = q
		}
	}
}
