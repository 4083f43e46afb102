package apiserver

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// admitCreate runs the admission plugins that a default 1.36 server has for new objects of the kinds that are here:
// NamespaceLifecycle for all, and for pods ServiceAccount, DefaultTolerationSeconds and Priority.
func (s *Server) admitCreate(t *engine.Turn, r *client.Request, o api.Object) *metav1.Status {
	if status := s.admitNamespace(r, o); status != nil {
		return status
	}
	switch o := o.(type) {
	case *corev1.Pod:
		if status := s.admitServiceAccount(t, o); status != nil {
			return status
		}
		tolerateNodeTrouble(o)
		// Simplified: there are no PriorityClasses; Kubernetes looks priorityClassName up.
		if o.Spec.Priority == nil {
			o.Spec.Priority = new(int32)
		}
		if o.Spec.PreemptionPolicy == nil {
			policy := corev1.PreemptLowerPriority
			o.Spec.PreemptionPolicy = &policy
		}
	case *corev1.Service:
		s.defaultService(t, o)
	}
	return nil
}

// admitNamespace refuses objects in namespaces that do not exist or are going.
func (s *Server) admitNamespace(r *client.Request, o api.Object) *metav1.Status {
	res := api.FindObject(o)
	if !res.Namespaced {
		return nil
	}
	namespaces := api.Find("namespaces")
	v := s.store.Get(namespaces.Key("", o.GetNamespace()))
	if v == nil {
		return notFound(namespaces, o.GetNamespace())
	}
	ns := v.Object.(*corev1.Namespace)
	if ns.Status.Phase != corev1.NamespaceTerminating || r.Verb != client.Create {
		return nil
	}
	err := apierrors.NewForbidden(groupResource(res), nameAsked(o),
		stringError("unable to create new content in namespace "+ns.Name+" because it is being terminated"))
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes, metav1.StatusCause{
		Type: corev1.NamespaceTerminatingCause, Message: "namespace " + ns.Name + " is being terminated", Field: "metadata.namespace",
	})
	return statusOf(err)
}

// nameAsked returns the name as the request had it: admission comes before a name is generated.
func nameAsked(o api.Object) string {
	if o.GetGenerateName() != "" {
		return o.GetGenerateName()
	}
	return o.GetName()
}

type stringError string

func (e stringError) Error() string { return string(e) }

const (
	tokenMountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
	tokenSeconds   = 3607 // an hour and 7 seconds, by which the plugin's tokens are known
)

// admitServiceAccount gives the pod its service account and mounts the account's token.
func (s *Server) admitServiceAccount(t *engine.Turn, pod *corev1.Pod) *metav1.Status {
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = "default"
	}
	pod.Spec.DeprecatedServiceAccount = pod.Spec.ServiceAccountName
	res := api.Find("serviceaccounts")
	v := s.store.Get(res.Key(pod.Namespace, pod.Spec.ServiceAccountName))
	if v == nil {
		why := "error looking up service account " + pod.Namespace + "/" + pod.Spec.ServiceAccountName +
			": serviceaccount " + strconv.Quote(pod.Spec.ServiceAccountName) + " not found"
		return statusOf(apierrors.NewForbidden(groupResource(api.Find("pods")), nameAsked(pod), stringError(why)))
	}
	account := v.Object.(*corev1.ServiceAccount)
	if len(pod.Spec.ImagePullSecrets) == 0 {
		pod.Spec.ImagePullSecrets = account.ImagePullSecrets
	}
	if automounts(account, pod) {
		mountToken(t, pod)
	}
	return nil
}

func automounts(account *corev1.ServiceAccount, pod *corev1.Pod) bool {
	if m := pod.Spec.AutomountServiceAccountToken; m != nil {
		return *m
	}
	return account.AutomountServiceAccountToken == nil || *account.AutomountServiceAccountToken
}

// mountToken mounts the token into every container that mounts nothing else in its place.
func mountToken(t *engine.Turn, pod *corev1.Pod) {
	name := "kube-api-access-" + t.Stream("names").Suffix(5)
	mounted := false
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			c := &containers[i]
			taken := slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == tokenMountPath })
			if taken {
				continue
			}
			mounted = true
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name, ReadOnly: true, MountPath: tokenMountPath})
		}
	}
	if mounted {
		pod.Spec.Volumes = append(pod.Spec.Volumes, tokenVolume(name))
	}
}

func tokenVolume(name string) corev1.Volume {
	mode, seconds := int32(0o644), int64(tokenSeconds)
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		DefaultMode: &mode,
		Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: &seconds, Path: "token"}},
			{ConfigMap: &corev1.ConfigMapProjection{
				LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
				Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
			}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{{
				Path:     "namespace",
				FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"},
			}}}},
		},
	}}}
}

// tolerateNodeTrouble lets a pod stay for five minutes on a node that is not ready or cannot be reached.
func tolerateNodeTrouble(pod *corev1.Pod) {
	for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		tolerates := slices.ContainsFunc(pod.Spec.Tolerations, func(o corev1.Toleration) bool {
			return (o.Key == key || o.Key == "") && (o.Effect == corev1.TaintEffectNoExecute || o.Effect == "")
		})
		if tolerates {
			continue
		}
		seconds := int64(300)
		pod.Spec.Tolerations = append(pod.Spec.Tolerations, corev1.Toleration{
			Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds,
		})
	}
}
