package kubectl

import (
	"errors"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"

	"orrery/sim/api"
	"orrery/sim/client"
)

// following is kubectl rollout status: it tells how far a rollout is, until it is done.
//
// Simplified: it has no --timeout and no --revision.
type following struct{ object }

func (f *following) clone() task { c := *f; return &c }

func (f *following) start(t *turn) bool { return t.send(f.request(client.Get)) }

func (f *following) answer(t *turn, r *client.Response) bool {
	switch {
	case r.Error != nil:
		return t.fail(statusError(r.Error))
	case r.Request.Verb == client.WatchVerb:
		return true
	case f.done(t, r.Object) || t.process.command.NoWait:
		return false
	}
	return t.send(client.Request{
		Verb: client.WatchVerb, Resource: f.resource.Name, Namespace: f.namespace, Fields: "metadata.name=" + f.name,
		Revision: itoa(r.List),
	})
}

func (f *following) changed(t *turn, c *client.Change) bool {
	if c.Type == client.Deleted {
		t.fail(errors.New("object has been deleted"))
		return false
	}
	return !f.done(t, c.Object)
}

// done prints how far the rollout is, and reports whether it is over.
func (f *following) done(t *turn, o api.Object) bool {
	line, done, err := progress(o)
	if err != nil {
		t.fail(err)
		return true
	}
	t.print(line)
	return done
}

// progress says how far an object's rollout is, and whether it is over.
func progress(o api.Object) (line string, done bool, err error) {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return deploymentProgress(o)
	case *appsv1.DaemonSet:
		return daemonSetProgress(o)
	case *appsv1.StatefulSet:
		return statefulSetProgress(o)
	}
	gvk, err := api.KindOf(o)
	if err != nil {
		return "", false, err
	}
	return "", false, usage("no status viewer has been implemented for " + gvk.Kind)
}

func deploymentProgress(d *appsv1.Deployment) (string, bool, error) {
	waiting, s := "Waiting for deployment "+quoted(d.Name)+" rollout to finish: ", d.Status
	if d.Generation > s.ObservedGeneration {
		return "Waiting for deployment spec update to be observed...", false, nil
	}
	for _, c := range s.Conditions {
		if c.Type == appsv1.DeploymentProgressing && c.Reason == "ProgressDeadlineExceeded" {
			return "", false, usage("deployment " + quoted(d.Name) + " exceeded its progress deadline")
		}
	}
	switch {
	case d.Spec.Replicas != nil && s.UpdatedReplicas < *d.Spec.Replicas:
		return waiting + of(s.UpdatedReplicas, " out of ", *d.Spec.Replicas) + " new replicas have been updated...", false, nil
	case s.Replicas > s.UpdatedReplicas:
		return waiting + itoa(int64(s.Replicas-s.UpdatedReplicas)) + " old replicas are pending termination...", false, nil
	case s.AvailableReplicas < s.UpdatedReplicas:
		return waiting + of(s.AvailableReplicas, " of ", s.UpdatedReplicas) + " updated replicas are available...", false, nil
	}
	return "deployment " + quoted(d.Name) + " successfully rolled out", true, nil
}

// onlyRolling refuses to tell how far an update is that somebody makes by hand.
var onlyRolling = plainError("error: rollout status is only available for RollingUpdate strategy type")

func daemonSetProgress(ds *appsv1.DaemonSet) (string, bool, error) {
	waiting, s := "Waiting for daemon set "+quoted(ds.Name)+" rollout to finish: ", ds.Status
	switch {
	case ds.Spec.UpdateStrategy.Type != appsv1.RollingUpdateDaemonSetStrategyType:
		return "", true, onlyRolling
	case ds.Generation > s.ObservedGeneration:
		return "Waiting for daemon set spec update to be observed...", false, nil
	case s.UpdatedNumberScheduled < s.DesiredNumberScheduled:
		return waiting + of(s.UpdatedNumberScheduled, " out of ", s.DesiredNumberScheduled) + " new pods have been updated...", false, nil
	case s.NumberAvailable < s.DesiredNumberScheduled:
		return waiting + of(s.NumberAvailable, " of ", s.DesiredNumberScheduled) + " updated pods are available...", false, nil
	}
	return "daemon set " + quoted(ds.Name) + " successfully rolled out", true, nil
}

func statefulSetProgress(set *appsv1.StatefulSet) (string, bool, error) {
	s, n := set.Status, *set.Spec.Replicas
	if set.Spec.UpdateStrategy.Type != appsv1.RollingUpdateStatefulSetStrategyType {
		return "", true, onlyRolling
	}
	switch {
	case s.ObservedGeneration == 0 || set.Generation > s.ObservedGeneration:
		return "Waiting for statefulset spec update to be observed...", false, nil
	case s.ReadyReplicas < n:
		return "Waiting for " + itoa(int64(n-s.ReadyReplicas)) + " pods to be ready...", false, nil
	}
	if ru := set.Spec.UpdateStrategy.RollingUpdate; ru != nil {
		if ru.Partition != nil && s.UpdatedReplicas < n-*ru.Partition {
			return "Waiting for partitioned roll out to finish: " + of(s.UpdatedReplicas, " out of ", n-*ru.Partition) +
				" new pods have been updated...", false, nil
		}
		return "partitioned roll out complete: " + itoa(int64(s.UpdatedReplicas)) + " new pods have been updated...", true, nil
	}
	if s.UpdateRevision != s.CurrentRevision {
		return "waiting for statefulset rolling update to complete " + itoa(int64(s.UpdatedReplicas)) + " pods at revision " +
			s.UpdateRevision + "...", false, nil
	}
	return "statefulset rolling update complete " + itoa(int64(s.CurrentReplicas)) + " pods at revision " + s.CurrentRevision + "...", true, nil
}

func of(n int32, between string, m int32) string {
	return strconv.Itoa(int(n)) + between + strconv.Itoa(int(m))
}
