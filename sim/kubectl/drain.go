package kubectl

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"

	"orrery/sim/api"
	"orrery/sim/client"
)

// draining evicts the pods of a node that was cordoned, all at once, and waits until they are gone. A pod whose budget does
// not let it go is tried again every five seconds.
//
// Simplified: a DaemonSet's pod is one by its owner; kubectl looks whether the DaemonSet is still there.
type draining struct {
	object
	began  bool
	until  time.Duration // of virtual time; 0 for no limit
	pods   []evicting    // copied before they are changed
	failed []error
}

// evicting is a pod on its way.
type evicting struct {
	object
	uid     string
	evicted bool // it is waited for
	over    bool
}

const (
	evictAgain = 5 * time.Second
	lookAgain  = time.Second
)

func (d *draining) clone() task {
	c := *d
	c.pods, c.failed = slices.Clone(d.pods), slices.Clip(d.failed)
	return &c
}

func (d *draining) start(t *turn) bool {
	if limit := t.process.command.Timeout; limit > 0 {
		d.until = t.Now() + limit
	}
	return d.list(t)
}

// list asks for the node's pods.
func (d *draining) list(t *turn) bool {
	return t.send(client.Request{
		Verb: client.List, Resource: "pods", Labels: t.process.command.PodSelector, Fields: "spec.nodeName=" + d.name,
	})
}

func (d *draining) answer(t *turn, r *client.Response) bool {
	switch {
	case r.Request.Verb == client.List && r.Error != nil:
		return d.end(t, []error{statusError(r.Error)})
	case r.Request.Verb == client.List && d.began:
		return d.pending(t, r)
	case r.Request.Verb == client.List:
		return d.begin(t, r)
	}
	i := slices.IndexFunc(d.pods, func(p evicting) bool { return p.name == r.Request.Name && p.namespace == r.Request.Namespace })
	if p := &d.pods[i]; r.Request.Verb == client.Create {
		d.tried(t, p, r)
	} else {
		d.looked(t, p, r)
	}
	return d.goOn(t)
}

// begin evicts the pods that may go; when there is one that may not, none.
func (d *draining) begin(t *turn, r *client.Response) bool {
	d.began = true
	pods, errs := d.choose(t, r, true)
	if len(errs) > 0 {
		return d.end(t, errs)
	}
	for _, p := range pods {
		d.pods = append(d.pods, evicting{object: object{api.Find("pods"), p.Namespace, p.Name}, uid: string(p.UID)})
	}
	for i := range d.pods {
		d.evict(t, &d.pods[i])
	}
	return d.goOn(t)
}

func (d *draining) evict(t *turn, p *evicting) {
	c := t.process.command
	t.print("evicting pod " + p.namespace + "/" + p.name)
	if d.late(t) {
		p.over = true
		d.failed = append(d.failed, plainError("error when evicting pods/"+quoted(p.name)+" -n "+quoted(p.namespace)+
			": global timeout reached: "+c.Timeout.String()))
		return
	}
	q := p.request(client.Create)
	q.Subresource = "eviction"
	e := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: p.name, Namespace: p.namespace}, DeleteOptions: &metav1.DeleteOptions{}}
	if c.Grace != nil && *c.Grace >= 0 {
		e.DeleteOptions.GracePeriodSeconds = c.Grace
	}
	q.Object = e
	t.send(q)
}

func (d *draining) late(t *turn) bool { return d.until > 0 && t.Now() >= d.until }

// tried takes the answer to an eviction.
func (d *draining) tried(t *turn, p *evicting, r *client.Response) {
	switch {
	case r.Error == nil:
		p.evicted = true
		t.send(p.request(client.Get))
	case r.Failed(metav1.StatusReasonNotFound):
		p.over = true
	case r.Failed(metav1.StatusReasonTooManyRequests):
		t.print("error when evicting pods/" + quoted(p.name) + " -n " + quoted(p.namespace) + " (will retry after 5s): " + r.Error.Message)
		t.later(evictAgain, p.object)
	default:
		p.over = true
		d.failed = append(d.failed, plainError("error when evicting pods/"+quoted(p.name)+" -n "+quoted(p.namespace)+": "+r.Error.Message))
	}
}

// looked takes the answer to a look whether a pod is gone.
func (d *draining) looked(t *turn, p *evicting, r *client.Response) {
	switch {
	case r.Failed(metav1.StatusReasonNotFound) || r.Error == nil && string(r.Object.GetUID()) != p.uid:
		p.over = true
		t.print(p.line("evicted"))
	case d.late(t):
		p.over = true
		d.failed = append(d.failed, plainError("error when waiting for pod "+quoted(p.name)+" in namespace "+quoted(p.namespace)+
			" to terminate: global timeout reached: "+t.process.command.Timeout.String()))
	default:
		t.later(lookAgain, p.object)
	}
}

// wake goes on with a pod when its time has come.
func (d *draining) wake(t *turn, o object) bool {
	i := slices.IndexFunc(d.pods, func(p evicting) bool { return p.object == o })
	if p := &d.pods[i]; p.evicted {
		t.send(p.request(client.Get))
	} else {
		d.evict(t, p)
	}
	return d.goOn(t)
}

// goOn reports whether some pod is still on its way; when none is the node is drained, or not.
func (d *draining) goOn(t *turn) bool {
	if slices.ContainsFunc(d.pods, func(p evicting) bool { return !p.over }) {
		return true
	}
	if len(d.failed) > 0 {
		return d.list(t)
	}
	return t.print(d.line("drained"))
}

// pending tells which pods are left after a failure.
func (d *draining) pending(t *turn, r *client.Response) bool {
	if pods, _ := d.choose(t, r, false); len(pods) > 0 {
		t.print("There are pending pods in node " + quoted(d.name) + " when an error occurred: " + utilerrors.NewAggregate(d.failed).Error())
		for _, p := range pods {
			t.print("pod/" + p.Name)
		}
	}
	return d.end(t, d.failed)
}

func (d *draining) end(t *turn, errs []error) bool {
	t.print("error: unable to drain node " + quoted(d.name) + " due to error: " + utilerrors.NewAggregate(errs).Error() + ", continuing command...")
	t.process.undrained = append(t.process.undrained[:len(t.process.undrained):len(t.process.undrained)], d.name)
	for _, err := range errs {
		t.process.fail(err)
	}
	return false
}

// said are pods of which the same is to be said.
type said struct {
	what string
	pods []string
}

func note(all []said, what string, p *corev1.Pod) []said {
	i := slices.IndexFunc(all, func(s said) bool { return s.what == what })
	if i < 0 {
		all, i = append(all, said{what: what}), len(all)
	}
	all[i].pods = append(all[i].pods, p.Namespace+"/"+p.Name)
	return all
}

// choose returns the pods that are to go, or why some may not; with warn it says what is lost with them.
func (d *draining) choose(t *turn, r *client.Response, warn bool) (pods []*corev1.Pod, errs []error) {
	var refused, warned []said
	for _, item := range r.Items {
		p := item.(*corev1.Pod)
		goes, warning, fatal := t.process.command.drains(p)
		if fatal != "" {
			refused = note(refused, fatal, p)
		}
		if warning != "" {
			warned = note(warned, warning, p)
		}
		if goes {
			pods = append(pods, p)
		}
	}
	for _, s := range refused {
		errs = append(errs, plainError("cannot delete "+s.what+": "+strings.Join(s.pods, ", ")))
	}
	if warn && len(errs) == 0 && len(warned) > 0 {
		var texts []string
		for _, s := range warned {
			texts = append(texts, s.what+": "+strings.Join(s.pods, ", "))
		}
		t.print("Warning: " + strings.Join(texts, "; "))
	}
	return pods, errs
}

// drains reports whether a pod goes, what is to be said of it, and why it may not.
func (c *Command) drains(p *corev1.Pod) (goes bool, warning, fatal string) {
	ref := metav1.GetControllerOfNoCopy(p)
	ended := p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
	_, mirror := p.Annotations[corev1.MirrorPodAnnotationKey]
	local := slices.ContainsFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.EmptyDir != nil })
	switch {
	case mirror:
		return false, "", ""
	case ended:
		return true, "", ""
	case ref != nil && ref.Kind == "DaemonSet" && !c.IgnoreDaemonSets:
		return false, "", "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
	case ref != nil && ref.Kind == "DaemonSet":
		return false, "ignoring DaemonSet-managed Pods", ""
	case local && !c.DeleteEmptyDirData:
		return false, "", "Pods with local storage (use --delete-emptydir-data to override)"
	case ref == nil && !c.Force:
		return false, "", "Pods that declare no controller (use --force to override)"
	case ref == nil:
		return true, "deleting Pods that declare no controller", ""
	}
	return true, "", ""
}
