package kubectl

import (
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"orrery/sim/api"
)

// taintArgs takes nodes and the taints to add ("key=value:effect") and to remove ("key:effect-", "key-").
func (p *parser) taintArgs() error {
	named, changes := p.cutPairs(func(arg string) bool { return strings.ContainsAny(arg, "=:") || strings.HasSuffix(arg, "-") })
	for _, arg := range changes {
		spec, remove := strings.CutSuffix(arg, "-")
		taint, err := parseTaint(spec)
		switch {
		case err != nil:
			return usage(err.Error() + p.seeVerb())
		case remove:
			p.command.Remove = append(p.command.Remove, spec)
		case taint.Effect == "":
			return usage("invalid taint spec: " + spec + p.seeVerb())
		default:
			p.command.Set = append(p.command.Set, Pair{taint.Key, taint.Value + ":" + string(taint.Effect)})
		}
	}
	switch {
	case len(named) == 0:
		return usage("one or more resources must be specified as <resource> <name>")
	case len(changes) == 0:
		return usage("at least one taint update is required")
	case len(named) == 1 && p.command.Selector == "" && !p.command.All:
		return usage("at least one resource name must be specified since 'all' parameter is not set")
	case resourceName(named[0]) != "nodes":
		return usage("invalid resource type " + named[0] + ", only node types are supported")
	}
	if err := p.resources(named); err != nil {
		return err
	}
	return p.needNames("")
}

// cordonArgs takes the names of nodes.
func (p *parser) cordonArgs() error {
	for _, name := range p.args {
		p.command.Targets = append(p.command.Targets, Target{"nodes", strings.TrimPrefix(strings.TrimPrefix(name, "nodes/"), "node/")})
	}
	if len(p.args) == 0 && p.command.Selector == "" {
		return usage("USAGE: " + string(p.command.Verb) + " NODE [flags]" + p.seeVerb())
	}
	if p.command.Selector != "" {
		p.command.Targets = append(p.command.Targets, Target{Resource: "nodes"})
	}
	return nil
}

// parseTaint understands "key=value:effect", "key:effect" and "key".
func parseTaint(spec string) (corev1.Taint, error) {
	invalid := "invalid taint spec: " + spec
	key, effect, found := strings.Cut(spec, ":")
	key, value, _ := strings.Cut(key, "=")
	if strings.Contains(effect, ":") || strings.Contains(value, "=") {
		return corev1.Taint{}, errors.New(invalid)
	}
	known := []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute}
	if found && !slices.Contains(known, corev1.TaintEffect(effect)) {
		return corev1.Taint{}, errors.New("invalid taint effect: " + effect + ", unsupported taint effect")
	}
	if wrong := append(validation.IsQualifiedName(key), validation.IsValidLabelValue(value)...); len(wrong) > 0 {
		return corev1.Taint{}, errors.New(invalid + ", " + strings.Join(wrong, "; "))
	}
	return corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)}, nil
}

// changeNode taints or cordons a node, and returns what kubectl calls that; unchanged when there is nothing to send.
func (e *edit) changeNode(c *Command, o api.Object) (done, unchanged string, err error) {
	node, ok := o.(*corev1.Node)
	if !ok {
		return "", "", errors.New("unexpected type, expected Node")
	}
	if c.Verb == Taint {
		done, err = taint(c, node)
		return done, done, err
	}
	node.Spec.Unschedulable = c.Verb != Uncordon
	if c.Verb == Uncordon {
		return "uncordoned", "already uncordoned", nil
	}
	return "cordoned", "already cordoned", nil
}

// taint changes a node's taints: those to be added first, then those that stay.
func taint(c *Command, node *corev1.Node) (string, error) {
	var next []corev1.Taint
	var exist []string
	for _, pair := range c.Set {
		value, effect, _ := strings.Cut(pair.Value, ":")
		t := corev1.Taint{Key: pair.Key, Value: value, Effect: corev1.TaintEffect(effect)}
		next = append(next, t)
		if slices.ContainsFunc(node.Spec.Taints, func(old corev1.Taint) bool { return old.MatchTaint(&t) }) {
			exist = append(exist, t.Key)
		}
	}
	if len(exist) > 0 && !c.Overwrite {
		return "", plainError("error: node " + node.Name + " already has " + strings.Join(exist, ",") +
			" taint(s) with same effect(s) and --overwrite is false")
	}
	for _, old := range node.Spec.Taints {
		if !slices.ContainsFunc(next, func(t corev1.Taint) bool { return t.MatchTaint(&old) }) {
			next = append(next, old)
		}
	}
	added, removed := len(next) != len(node.Spec.Taints), false
	for _, spec := range c.Remove {
		t, err := parseTaint(spec)
		if err != nil {
			return "", err
		}
		before := len(next)
		next = slices.DeleteFunc(next, func(old corev1.Taint) bool { return old.Key == t.Key && (t.Effect == "" || old.Effect == t.Effect) })
		if removed = len(next) != before; !removed {
			return "", plainError("error: taint " + quoted(spec) + " not found")
		}
	}
	node.Spec.Taints = next
	switch {
	case added && removed || c.Overwrite:
		return "modified", nil
	case added:
		return "tainted", nil
	}
	return "untainted", nil
}
