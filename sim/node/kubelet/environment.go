package kubelet

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"

	"orrery/sim/node/image"
)

// environment lists what a container's environment variables refer to.
func environment(c *corev1.Container) []reference {
	var refs []reference
	for i := range c.EnvFrom {
		if s := c.EnvFrom[i].ConfigMapRef; s != nil {
			refs = append(refs, reference{resource: configMaps, name: s.Name, optional: isTrue(s.Optional)})
		}
		if s := c.EnvFrom[i].SecretRef; s != nil {
			refs = append(refs, reference{resource: secrets, name: s.Name, optional: isTrue(s.Optional)})
		}
	}
	for i := range c.Env {
		from := c.Env[i].ValueFrom
		if from == nil {
			continue
		}
		if s := from.ConfigMapKeyRef; s != nil {
			refs = append(refs, reference{resource: configMaps, name: s.Name, optional: isTrue(s.Optional), keys: []string{s.Key}})
		}
		if s := from.SecretKeyRef; s != nil {
			refs = append(refs, reference{resource: secrets, name: s.Name, optional: isTrue(s.Optional), keys: []string{s.Key}})
		}
	}
	return refs
}

func isTrue(b *bool) bool { return b != nil && *b }

// variables returns a container's environment variables, and what stands against making them.
func (w *worker) variables(k *Kubelet, c *corev1.Container) (env []corev1.EnvVar, wrong string) {
	for i := range c.EnvFrom {
		e := &c.EnvFrom[i]
		var data map[string]string
		switch {
		case e.ConfigMapRef != nil:
			data = lookup(w.finds, configMaps, e.ConfigMapRef.Name)
		case e.SecretRef != nil:
			data = lookup(w.finds, secrets, e.SecretRef.Name)
		}
		for _, key := range sortedKeys(data) {
			env = append(env, corev1.EnvVar{Name: e.Prefix + key, Value: data[key]})
		}
	}
	for i := range c.Env {
		e := &c.Env[i]
		value := e.Value
		if from := e.ValueFrom; from != nil {
			switch {
			case from.ConfigMapKeyRef != nil:
				s := from.ConfigMapKeyRef
				value, wrong = w.valueOf(configMaps, s.Name, s.Key, isTrue(s.Optional))
			case from.SecretKeyRef != nil:
				s := from.SecretKeyRef
				value, wrong = w.valueOf(secrets, s.Name, s.Key, isTrue(s.Optional))
			case from.FieldRef != nil:
				value = w.fieldValue(k, from.FieldRef.FieldPath)
			}
		}
		if wrong != "" {
			return nil, wrong
		}
		env = append(env, corev1.EnvVar{Name: e.Name, Value: value})
	}
	return env, ""
}

func (w *worker) valueOf(resource, name, key string, optional bool) (value, wrong string) {
	value, ok := lookup(w.finds, resource, name)[key]
	if !ok && !optional {
		kind := map[string]string{configMaps: "ConfigMap", secrets: "Secret"}[resource]
		return "", "couldn't find key " + key + " in " + kind + " " + w.pod.Namespace + "/" + name
	}
	return value, ""
}

// fieldValue returns a field of the pod as its containers see it in their environment.
func (w *worker) fieldValue(k *Kubelet, path string) string {
	switch path {
	case "metadata.name":
		return w.pod.Name
	case "metadata.namespace":
		return w.pod.Namespace
	case "metadata.uid":
		return string(w.uid)
	case "spec.nodeName":
		return k.node.Name
	case "spec.serviceAccountName":
		return w.pod.Spec.ServiceAccountName
	case "status.hostIP", "status.hostIPs":
		return k.node.IP
	case "status.podIP", "status.podIPs":
		if w.pod.Spec.HostNetwork {
			return k.node.IP
		}
		return w.ip
	}
	for _, from := range [...]struct {
		prefix string
		values map[string]string
	}{{"metadata.labels['", w.pod.Labels}, {"metadata.annotations['", w.pod.Annotations}} {
		if len(path) > len(from.prefix)+2 && path[:len(from.prefix)] == from.prefix {
			return from.values[path[len(from.prefix):len(path)-2]]
		}
	}
	return ""
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m { // any order
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// bare returns references without their keys, which an environment misses in words of its own.
func bare(refs []reference) []reference {
	for i := range refs {
		refs[i].keys = nil
	}
	return refs
}

// startOf returns what a container is started with. One that runs what its image says needs to know little.
func (k *Kubelet) startOf(w *worker, c *container) *image.Start {
	s := &image.Start{Host: w.pod.Name}
	if q, ok := c.spec.Resources.Limits[corev1.ResourceMemory]; ok {
		s.Memory = q.Value()
	}
	if len(w.pod.Annotations) > 0 {
		s.Behaviour = image.Behaviours(w.pod.Annotations, c.spec.Name)
	}
	s.Files = w.files(c.spec)
	env, _ := w.variables(k, c.spec)
	for _, e := range env {
		s.Env = append(s.Env, e.Name+"="+expansion.Expand(e.Value, valuesOf(env)))
	}
	s.Command, s.Args = expanded(c.spec.Command, env), expanded(c.spec.Args, env)
	return s
}

// expanded puts the values of variables into a command line, which names them $(NAME).
func expanded(line []string, env []corev1.EnvVar) []string {
	if len(env) == 0 {
		return line
	}
	out := make([]string, len(line))
	for i, a := range line {
		out[i] = expansion.Expand(a, valuesOf(env))
	}
	return out
}

// valuesOf returns the values of variables by name. One that there is not stays as it is written.
func valuesOf(env []corev1.EnvVar) func(string) string {
	return func(name string) string {
		for i := len(env) - 1; i >= 0; i-- {
			if env[i].Name == name {
				return env[i].Value
			}
		}
		return "$(" + name + ")"
	}
}
