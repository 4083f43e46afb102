package admission

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"orrery/sim/client"
)

// podSecurity holds pods to the Pod Security Standard that their namespace's labels ask for.
//
// Simplified: nothing of the audit level is recorded; Kubernetes annotates its audit log.
var podSecurity = Plugin{
	Name: "PodSecurity",
	Resources: []string{
		"pods", "namespaces", "replicationcontrollers", "podtemplates", "replicasets.apps", "deployments.apps", "statefulsets.apps",
		"daemonsets.apps", "jobs.batch", "cronjobs.batch",
	},
	Validate: func(a *Attributes) error {
		if a.Verb == client.Delete || a.Object == nil || a.Subresource != "" && a.Subresource != "ephemeralcontainers" {
			return nil
		}
		switch o := a.Object.(type) {
		case *corev1.Namespace:
			return relabelled(a, o)
		case *corev1.Pod:
			if old, ok := a.Old.(*corev1.Pod); ok && sameImages(&o.Spec, &old.Spec) {
				return nil
			}
			return secure(a, &o.ObjectMeta, &o.Spec, true)
		}
		if t := template(a.Object); t != nil {
			return secure(a, &t.ObjectMeta, &t.Spec, false)
		}
		return nil
	},
}

// privileged is the policy of a namespace without labels: everything goes.
var privileged = api.Policy{
	Enforce: api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()},
	Audit:   api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()},
	Warn:    api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()},
}

// violation returns what of a pod goes against a level, and where; both are empty when it is as it should be.
func violation(level api.LevelVersion, meta *metav1.ObjectMeta, spec *corev1.PodSpec) (detail, reason string) {
	if level.Level == api.LevelPrivileged {
		return "", ""
	}
	checks, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		panic("admission: the checks of PodSecurity: " + err.Error())
	}
	result := policy.AggregateCheckResults(checks.EvaluatePod(level, meta, spec))
	if result.Allowed {
		return "", ""
	}
	return result.ForbiddenDetail(), result.ForbiddenReason()
}

// secure refuses a pod against the enforced level, and warns of one against the level of warnings. What makes pods is
// only warned of.
func secure(a *Attributes, meta *metav1.ObjectMeta, spec *corev1.PodSpec, enforce bool) error {
	ns := get[*corev1.Namespace](a.Store, "namespaces", "", a.Namespace)
	if ns == nil {
		return nil
	}
	want, _ := api.PolicyToEvaluate(ns.Labels, privileged)
	if want.FullyPrivileged() {
		return nil
	}
	if enforce {
		if detail, _ := violation(want.Enforce, meta, spec); detail != "" {
			return Forbidden(a, fmt.Sprintf("violates PodSecurity %q: %s", want.Enforce.String(), detail))
		}
	}
	if detail, _ := violation(want.Warn, meta, spec); detail != "" {
		a.Warnings = append(a.Warnings, fmt.Sprintf("would violate PodSecurity %q: %s", want.Warn.String(), detail))
	}
	return nil
}

// relabelled refuses labels that are none, and warns of the pods in a namespace that its new level would refuse.
func relabelled(a *Attributes, ns *corev1.Namespace) error {
	want, errs := api.PolicyToEvaluate(ns.Labels, privileged)
	was, wasErrs := privileged, field.ErrorList(nil)
	if old, ok := a.Old.(*corev1.Namespace); ok {
		was, wasErrs = api.PolicyToEvaluate(old.Labels, privileged)
	}
	if len(errs) > 0 && (a.Old == nil || len(wasErrs) == 0 || errs.ToAggregate().Error() != wasErrs.ToAggregate().Error()) {
		return apierrors.NewInvalid(a.Resource.Kind.GroupKind(), ns.Name, errs)
	}
	relaxed := want.Enforce.Version == was.Enforce.Version && api.CompareLevels(want.Enforce.Level, was.Enforce.Level) < 1
	if a.Old == nil || want.Enforce == was.Enforce || want.Enforce.Level == api.LevelPrivileged || relaxed {
		return nil
	}
	a.Warnings = append(a.Warnings, violators(a, ns.Name, want.Enforce)...)
	return nil
}

// violators says which pods of a namespace are against a level: one line a reason, with the first of the pods.
func violators(a *Attributes, namespace string, level api.LevelVersion) []string {
	first, count := map[string]string{}, map[string]int{}
	var reasons []string
	for _, pod := range list[*corev1.Pod](a.Store, "pods", namespace) {
		_, reason := violation(level, &pod.ObjectMeta, &pod.Spec)
		if reason == "" {
			continue
		}
		if count[reason] == 0 {
			reasons, first[reason] = append(reasons, reason), pod.Name
		}
		count[reason]++
	}
	if len(reasons) == 0 {
		return nil
	}
	for i, reason := range reasons {
		others := ""
		switch n := count[reason] - 1; {
		case n == 1:
			others = " (and 1 other pod)"
		case n > 1:
			others = fmt.Sprintf(" (and %d other pods)", n)
		}
		reasons[i] = first[reason] + others + ": " + reason
	}
	slices.Sort(reasons)
	head := fmt.Sprintf("existing pods in namespace %q violate the new PodSecurity enforce level %q", namespace, level.String())
	return append([]string{head}, reasons...)
}

// sameImages reports whether an update leaves all that a pod may change and that matters: images and ephemeral containers.
func sameImages(pod, old *corev1.PodSpec) bool {
	same := func(a, b []corev1.Container) bool {
		return slices.EqualFunc(a, b, func(x, y corev1.Container) bool { return x.Image == y.Image })
	}
	return same(pod.Containers, old.Containers) && same(pod.InitContainers, old.InitContainers) &&
		slices.EqualFunc(pod.EphemeralContainers, old.EphemeralContainers, func(x, y corev1.EphemeralContainer) bool {
			return x.Name == y.Name && x.Image == y.Image
		})
}

// template returns the pods that an object makes, or nil.
func template(o any) *corev1.PodTemplateSpec {
	switch o := o.(type) {
	case *corev1.ReplicationController:
		return o.Spec.Template
	case *corev1.PodTemplate:
		return &o.Template
	case *appsv1.ReplicaSet:
		return &o.Spec.Template
	case *appsv1.Deployment:
		return &o.Spec.Template
	case *appsv1.StatefulSet:
		return &o.Spec.Template
	case *appsv1.DaemonSet:
		return &o.Spec.Template
	case *batchv1.Job:
		return &o.Spec.Template
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template
	}
	return nil
}
