package apiserver

import (
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/apps/validation"
)

var deployments = strategy{
	spec:       partOf(func(d *appsv1.Deployment) *appsv1.DeploymentSpec { return &d.Spec }),
	status:     partOf(func(d *appsv1.Deployment) *appsv1.DeploymentStatus { return &d.Status }),
	generation: true,
	validateCreate: onCreate(func(d *apps.Deployment) field.ErrorList {
		return validation.ValidateDeployment(d, podutil.GetValidationOptionsFromPodTemplate(&d.Spec.Template, nil))
	}),
	change: change{
		// Annotations count as well: they are copied to the ReplicaSets.
		prepare: changing(func(d, old *appsv1.Deployment) {
			if !apiequality.Semantic.DeepEqual(d.Annotations, old.Annotations) {
				d.Generation = old.Generation + 1
			}
		}),
		validate: onUpdate(func(d, old *apps.Deployment) field.ErrorList {
			opts := podutil.GetValidationOptionsFromPodTemplate(&d.Spec.Template, &old.Spec.Template)
			return validation.ValidateDeploymentUpdate(d, old, opts)
		}),
	},
	subresources: map[string]change{"status": {
		prepare:  changing(func(d, old *appsv1.Deployment) { d.Labels = old.Labels }),
		validate: onUpdate(validation.ValidateDeploymentStatusUpdate),
	}},
}

var replicaSets = strategy{
	spec:       partOf(func(rs *appsv1.ReplicaSet) *appsv1.ReplicaSetSpec { return &rs.Spec }),
	status:     partOf(func(rs *appsv1.ReplicaSet) *appsv1.ReplicaSetStatus { return &rs.Status }),
	generation: true,
	validateCreate: onCreate(func(rs *apps.ReplicaSet) field.ErrorList {
		return validation.ValidateReplicaSet(rs, podutil.GetValidationOptionsFromPodTemplate(&rs.Spec.Template, nil))
	}),
	change: change{validate: onUpdate(func(rs, old *apps.ReplicaSet) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodTemplate(&rs.Spec.Template, &old.Spec.Template)
		return validation.ValidateReplicaSetUpdate(rs, old, opts)
	})},
	subresources: statusOnly(onUpdate(validation.ValidateReplicaSetStatusUpdate)),
}

var statefulSets = strategy{
	spec:       partOf(func(s *appsv1.StatefulSet) *appsv1.StatefulSetSpec { return &s.Spec }),
	status:     partOf(func(s *appsv1.StatefulSet) *appsv1.StatefulSetStatus { return &s.Status }),
	generation: true,
	prepareCreate: creating(func(s *appsv1.StatefulSet) {
		nameClaimTemplates(s)
		if u := s.Spec.UpdateStrategy.RollingUpdate; u != nil {
			u.MaxUnavailable = nil
		}
	}),
	validateCreate: onCreate(func(s *apps.StatefulSet) field.ErrorList {
		return validation.ValidateStatefulSet(s, podutil.GetValidationOptionsFromPodTemplate(&s.Spec.Template, nil))
	}),
	change: change{
		// The feature gate of maxUnavailable is off by default.
		prepare: changing(func(s, old *appsv1.StatefulSet) {
			nameClaimTemplates(s)
			was := old.Spec.UpdateStrategy.RollingUpdate
			if u := s.Spec.UpdateStrategy.RollingUpdate; u != nil && (was == nil || was.MaxUnavailable == nil) {
				u.MaxUnavailable = nil
			}
		}),
		validate: onUpdate(func(s, old *apps.StatefulSet) field.ErrorList {
			opts := podutil.GetValidationOptionsFromPodTemplate(&s.Spec.Template, &old.Spec.Template)
			return validation.ValidateStatefulSetUpdate(s, old, opts)
		}),
	},
	subresources: statusOnly(onUpdate(validation.ValidateStatefulSetStatusUpdate)),
}

// nameClaimTemplates writes into claim templates of what kind they are, as conversion does.
func nameClaimTemplates(s *appsv1.StatefulSet) {
	s.Spec.VolumeClaimTemplates = slices.Clone(s.Spec.VolumeClaimTemplates)
	for i := range s.Spec.VolumeClaimTemplates {
		t := &s.Spec.VolumeClaimTemplates[i]
		t.APIVersion, t.Kind = "v1", "PersistentVolumeClaim"
	}
}

// A DaemonSet's templateGeneration is no field of apps/v1: an annotation carries it, and conversion reads and writes it.
var daemonSets = strategy{
	spec:       partOf(func(ds *appsv1.DaemonSet) *appsv1.DaemonSetSpec { return &ds.Spec }),
	status:     partOf(func(ds *appsv1.DaemonSet) *appsv1.DaemonSetStatus { return &ds.Status }),
	generation: true,
	prepareCreate: creating(func(ds *appsv1.DaemonSet) {
		setTemplateGeneration(ds, max(1, templateGeneration(ds)))
	}),
	validateCreate: onCreate(func(ds *apps.DaemonSet) field.ErrorList {
		return validation.ValidateDaemonSet(ds, podutil.GetValidationOptionsFromPodTemplate(&ds.Spec.Template, nil))
	}),
	change: change{
		prepare: changing(func(ds, old *appsv1.DaemonSet) {
			n := templateGeneration(old)
			if !apiequality.Semantic.DeepEqual(ds.Spec.Template, old.Spec.Template) {
				n++
			}
			setTemplateGeneration(ds, n)
		}),
		validate: onUpdate(func(ds, old *apps.DaemonSet) field.ErrorList {
			opts := podutil.GetValidationOptionsFromPodTemplate(&ds.Spec.Template, &old.Spec.Template)
			opts.AllowInvalidLabelValueInSelector = opts.AllowInvalidLabelValueInSelector ||
				metav1validation.LabelSelectorHasInvalidLabelValue(old.Spec.Selector)
			return validation.ValidateDaemonSetUpdate(ds, old, opts)
		}),
	},
	subresources: map[string]change{"status": {
		prepare:  changing(func(ds, old *appsv1.DaemonSet) { setTemplateGeneration(ds, templateGeneration(old)) }),
		validate: onUpdate(validation.ValidateDaemonSetStatusUpdate),
	}},
}

func templateGeneration(ds *appsv1.DaemonSet) int64 {
	n, err := strconv.ParseInt(ds.Annotations[appsv1.DeprecatedTemplateGeneration], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func setTemplateGeneration(ds *appsv1.DaemonSet, n int64) {
	if ds.Annotations == nil {
		ds.Annotations = map[string]string{}
	}
	ds.Annotations[appsv1.DeprecatedTemplateGeneration] = strconv.FormatInt(n, 10)
}

var controllerRevisions = strategy{
	validateCreate: onCreate(validation.ValidateControllerRevisionCreate),
	change:         change{validate: onUpdate(validation.ValidateControllerRevisionUpdate)},
}
