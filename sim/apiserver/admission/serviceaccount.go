package admission

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// serviceAccount gives a pod its service account and mounts the account's token.
//
// Simplified: a "default" account that is not there yet is not waited for, and the mountable secrets of an account are not
// enforced where its annotation asks for it; Kubernetes does both.
var serviceAccount = Plugin{
	Name:      "ServiceAccount",
	Resources: []string{"pods"},
	Admit: func(a *Attributes) (bool, error) {
		pod, ok := a.Object.(*corev1.Pod)
		if !ok || a.Subresource != "" || a.Verb != client.Create {
			return false, nil
		}
		if pod.Spec.ServiceAccountName == "" {
			pod.Spec.ServiceAccountName = "default"
		}
		name := pod.Spec.ServiceAccountName
		pod.Spec.DeprecatedServiceAccount = name
		account := get[*corev1.ServiceAccount](a.Store, "serviceaccounts", a.Namespace, name)
		if account == nil {
			return false, Forbidden(a, "error looking up service account "+a.Namespace+"/"+name+
				": serviceaccount "+strconv.Quote(name)+" not found")
		}
		if len(pod.Spec.ImagePullSecrets) == 0 {
			pod.Spec.ImagePullSecrets = account.ImagePullSecrets
		}
		if automounts(account, pod) {
			mountToken(a, pod)
		}
		return true, nil
	},
}

const (
	tokenMountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
	tokenSeconds   = 3607 // an hour and 7 seconds, by which the plugin's tokens are known
)

func automounts(account *corev1.ServiceAccount, pod *corev1.Pod) bool {
	if m := pod.Spec.AutomountServiceAccountToken; m != nil {
		return *m
	}
	return account.AutomountServiceAccountToken == nil || *account.AutomountServiceAccountToken
}

// mountToken mounts the token into every container that mounts nothing else in its place.
func mountToken(a *Attributes, pod *corev1.Pod) {
	name := "kube-api-access-" + a.Names.Suffix(5)
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
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: token}})
	}
}

// HoldsToken reports whether a volume of a new pod is the one that the plugin added.
func HoldsToken(v *corev1.Volume) bool { return v.Projected == token }

// token is what the volume of a service account's token holds. All pods share it, as stored objects do not change.
var token = &corev1.ProjectedVolumeSource{
	DefaultMode: new(int32(0o644)),
	Sources: []corev1.VolumeProjection{
		{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: new(int64(tokenSeconds)), Path: "token"}},
		{ConfigMap: &corev1.ConfigMapProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
			Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
		}},
		{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{{
			Path:     "namespace",
			FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"},
		}}}},
	},
}
