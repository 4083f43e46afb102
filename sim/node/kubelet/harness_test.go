package kubelet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/runtime"
)

const (
	kubeletAddress engine.Address = "kubelet/node-1"
	runtimeAddress engine.Address = "runtime/node-1"
)

// server stands for kube-apiserver: it stores pods, answers everything with success and keeps a log of what was written.
type server struct {
	pods     map[string]*corev1.Pod
	revision int64
	log      []string
	statuses []*corev1.PodStatus
	stored   api.Object // the Lease
	config   *corev1.ConfigMap
}

func (s *server) Clone() engine.Component {
	c := *s
	c.pods = map[string]*corev1.Pod{}
	for n, p := range s.pods {
		c.pods[n] = p
	}
	c.log = append([]string(nil), s.log...)
	c.statuses = append([]*corev1.PodStatus(nil), s.statuses...)
	return &c
}

func (s *server) Handle(t *engine.Turn, body any) {
	r, ok := body.(*client.Request)
	if !ok { // a pod from outside
		s.store(t, client.Added, body.(*corev1.Pod))
		return
	}
	out := &client.Response{ID: r.ID, Request: r, Code: 200, Object: r.Object}
	line := string(r.Verb) + " " + r.Resource
	if r.Subresource != "" {
		line += "/" + r.Subresource
	}
	switch {
	case r.Resource == "events" && r.Verb == client.Create:
		e := r.Object.(*corev1.Event)
		line += " " + e.Type + " " + e.Reason + " " + e.InvolvedObject.FieldPath + ": " + e.Message
	case r.Resource == "events":
		line += " " + string(r.PatchData)
	case r.Resource == "pods" && r.Verb == client.Patch:
		old := s.pods[r.Name]
		n := *old
		n.Status = r.Object.(*corev1.Pod).Status
		line += " " + changes(&old.Status, &n.Status)
		s.statuses = append(s.statuses, &n.Status)
		s.store(t, client.Modified, &n)
	case r.Resource == configMaps:
		out.Object = s.config
		if s.config == nil {
			out.Code, out.Object, out.Error = 404, nil, &metav1.Status{Reason: metav1.StatusReasonNotFound}
		}
	case r.Resource == leases:
		s.lease(out)
	case r.Resource == "pods" && r.Verb == client.Delete:
		line += fmt.Sprintf(" grace=%d uid=%s", *r.Grace, r.UID)
		s.store(t, client.Deleted, s.pods[r.Name])
	}
	s.log = append(s.log, line)
	t.Send(t.From(), time.Millisecond, out)
}

// lease answers a request about the node's Lease: there is none at first.
func (s *server) lease(out *client.Response) {
	switch out.Request.Verb {
	case client.Get:
		out.Object, out.Error = s.stored, nil
		if s.stored == nil {
			out.Code, out.Object, out.Error = 404, nil, &metav1.Status{Reason: metav1.StatusReasonNotFound}
		}
	default:
		s.stored = out.Request.Object
	}
}

func (s *server) store(t *engine.Turn, change client.ChangeType, p *corev1.Pod) {
	s.revision++
	n := *p
	n.ResourceVersion = fmt.Sprint(s.revision)
	s.pods[p.Name] = &n
	if change == client.Deleted {
		delete(s.pods, p.Name)
	}
	t.Send(kubeletAddress, 2*time.Millisecond, &client.Change{Type: change, Resource: "pods", Object: &n, Revision: s.revision})
}

// changes says what a status patch changed, in short.
func changes(a, b *corev1.PodStatus) string {
	var out []string
	note := func(name string, changed bool, value any) {
		if changed {
			out = append(out, fmt.Sprintf("%s=%v", name, value))
		}
	}
	note("gen", a.ObservedGeneration != b.ObservedGeneration, b.ObservedGeneration)
	note("phase", a.Phase != b.Phase, b.Phase)
	note("ip", a.PodIP != b.PodIP, b.PodIP)
	note("host", a.HostIP != b.HostIP, b.HostIP)
	for i := range b.Conditions {
		c := &b.Conditions[i]
		old := corev1.PodCondition{}
		for _, o := range a.Conditions {
			if o.Type == c.Type {
				old = o
			}
		}
		note(string(c.Type), old.Status != c.Status || old.Reason != c.Reason, string(c.Status)+c.Reason)
	}
	for i := range b.ContainerStatuses {
		old, c := corev1.ContainerStatus{}, &b.ContainerStatuses[i]
		if len(a.ContainerStatuses) > i {
			old = a.ContainerStatuses[i]
		}
		note(c.Name, !sameState(&old.State, &c.State), state1(&c.State))
		note(c.Name+".last", !sameState(&old.LastTerminationState, &c.LastTerminationState), state1(&c.LastTerminationState))
		note(c.Name+".ready", old.Ready != c.Ready, c.Ready)
		note(c.Name+".restarts", old.RestartCount != c.RestartCount, c.RestartCount)
	}
	for i := range b.InitContainerStatuses {
		old, c := corev1.ContainerStatus{}, &b.InitContainerStatuses[i]
		if len(a.InitContainerStatuses) > i {
			old = a.InitContainerStatuses[i]
		}
		note(c.Name, !sameState(&old.State, &c.State), state1(&c.State))
	}
	return strings.Join(out, " ")
}

func state1(s *corev1.ContainerState) string {
	switch {
	case s.Waiting != nil:
		return "waiting:" + s.Waiting.Reason
	case s.Running != nil:
		return "running"
	case s.Terminated != nil:
		return fmt.Sprintf("terminated:%s:%d", s.Terminated.Reason, s.Terminated.ExitCode)
	}
	return "none"
}

type world struct {
	*engine.Engine
	beats []any
}

func newWorld(seed uint64) world {
	e := engine.New(seed)
	node := DefaultNode(0)
	k := New(&DefaultConfig, node, runtimeAddress)
	e.Add(client.Server, &server{pods: map[string]*corev1.Pod{}})
	e.Add(kubeletAddress, k)
	e.Add(runtimeAddress, runtime.New(&runtime.DefaultConfig, kubeletAddress, node.PodCIDR))
	object := NodeObject(node)
	var beats []any // in the background of a world: TestHeartbeat runs them
	k.Start(&client.Boot{
		Watch: func(s client.Subscription) []api.Object {
			if s.Resource == "nodes" {
				return []api.Object{object}
			}
			return nil
		},
		Later:  func(d time.Duration, body any) { beats = append(beats, body) },
		Stream: e.Stream(kubeletAddress),
	})
	return world{e, beats}
}

func (w world) server() *server { return w.Component(client.Server).(*server) }

func (w world) kubelet() *Kubelet { return w.Component(kubeletAddress).(*Kubelet) }

// run runs until nothing is due, or for at most d.
func (w world) run(d time.Duration) {
	end := w.Now() + d
	for {
		next, ok := w.Next()
		if !ok || next.At > end {
			w.Idle(end)
			return
		}
		w.Step()
	}
}

// remove deletes a pod as kubectl does.
func (w world) remove(name string) {
	p := *w.server().pods[name]
	grace := int64(30)
	now := metav1.NewTime(engine.Epoch.Add(w.Now()))
	p.DeletionTimestamp, p.DeletionGracePeriodSeconds, p.Generation = &now, &grace, 2
	w.Post(0, client.Server, &p)
}

// checkLog compares what was written with what is expected, and empties the log.
func (w world) checkLog(t *testing.T, want string) {
	t.Helper()
	got := strings.Join(w.server().log, "\n")
	w.server().log = nil
	if strings.TrimSpace(want) != got {
		t.Errorf("writes:\n%s\nwant:\n%s", got, strings.TrimSpace(want))
	}
}

func pod(name, image string, more func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "demo", UID: "uid-" + "1", Generation: 1},
		Spec: corev1.PodSpec{
			NodeName: "node-1", RestartPolicy: corev1.RestartPolicyAlways, ServiceAccountName: "default",
			Containers: []corev1.Container{{
				Name: "nginx", Image: image, ImagePullPolicy: corev1.PullIfNotPresent,
				VolumeMounts: []corev1.VolumeMount{{Name: "token", MountPath: "/var/run/secrets", ReadOnly: true}},
			}},
			Volumes: []corev1.Volume{{Name: "token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}},
			}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodPending, QOSClass: corev1.PodQOSBestEffort, Conditions: []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, ObservedGeneration: 1},
		}},
	}
	if more != nil {
		more(p)
	}
	return p
}

func quantity(s string) resource.Quantity { return resource.MustParse(s) }
