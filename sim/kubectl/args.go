package kubectl

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"orrery/sim/api"
	"orrery/sim/client"
)

const noResources = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

func (p *parser) needFiles() error {
	switch {
	case len(p.args) > 0:
		return usage("Unexpected args: [" + strings.Join(p.args, " ") + "]" + p.seeVerb())
	case len(p.command.Files) == 0:
		return usage("must specify one of -f and -k")
	case len(p.missing) > 0:
		return usage("the path " + quoted(p.missing[0]) + " does not exist")
	}
	return nil
}

func (p *parser) applyArgs() error {
	if p.command.ForceConflicts && !p.command.ServerSide {
		return usage("--force-conflicts only works with --server-side")
	}
	return p.needFiles()
}

// createArgs allows, besides files, the one kind whose manifest says nothing but its name.
func (p *parser) createArgs() error {
	if len(p.args) == 2 && (p.args[0] == "namespace" || p.args[0] == "ns") {
		p.command.Files = []File{{Text: "{apiVersion: v1, kind: Namespace, metadata: {name: " + quoted(p.args[1]) + "}}"}}
		return nil
	}
	return p.needFiles()
}

func (p *parser) deleteArgs() error {
	if err := p.resources(p.args); err != nil {
		return err
	}
	return p.needNames("resource(s) were provided, but no name was specified")
}

func (p *parser) scaleArgs() error {
	if !p.given["replicas"] || p.command.Replicas < 0 {
		return usage("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
	}
	if c := p.command.CurrentReplicas; c != nil && *c == -1 {
		p.command.CurrentReplicas = nil
	}
	if err := p.resources(p.args); err != nil {
		return err
	}
	return p.needNames("resource(s) were provided, but no name was specified")
}

// labelArgs takes key=value and key- arguments after those that name objects.
func (p *parser) labelArgs() error {
	what, article := "label", "a "
	if p.command.Verb == Annotate {
		what, article = "annotation", "an "
	}
	named, pairs := p.cutPairs(func(arg string) bool { return strings.Contains(arg, "=") || strings.HasSuffix(arg, "-") })
	for _, arg := range pairs {
		key, value, ok := strings.Cut(arg, "=")
		switch {
		case !ok && strings.HasSuffix(arg, "-"):
			p.command.Remove = append(p.command.Remove, strings.TrimSuffix(arg, "-"))
			continue
		case !ok:
			return usage("all resources must be specified before " + what + " changes: " + arg)
		case what == "label" && strings.Contains(value, "="):
			return usage("invalid label spec: " + arg)
		case what == "label":
			if errs := validation.IsValidLabelValue(value); len(errs) > 0 {
				return usage("invalid label value: " + quoted(arg) + ": " + strings.Join(errs, ";"))
			}
		}
		p.command.Set = append(p.command.Set, Pair{key, value})
	}
	for _, pair := range p.command.Set {
		if slices.Contains(p.command.Remove, pair.Key) {
			return usage("can not both modify and remove " + article + what + " in the same command")
		}
	}
	if len(pairs) == 0 {
		return usage("at least one " + what + " update is required")
	}
	if err := p.resources(named); err != nil {
		return err
	}
	return p.needNames("resource(s) were provided, but no name was specified")
}

func (p *parser) imageArgs() error {
	named, pairs := p.cutPairs(func(arg string) bool { return strings.Contains(arg, "=") })
	for _, arg := range pairs {
		container, image, _ := strings.Cut(arg, "=")
		if container == "" || image == "" {
			return usage("all resources must be specified before image changes: " + arg)
		}
		p.command.Set = append(p.command.Set, Pair{container, image})
	}
	if len(named) == 0 && len(p.command.Files) == 0 {
		return usage("one or more resources must be specified as <resource> <name> or <resource>/<name>")
	}
	if len(pairs) == 0 {
		return usage("at least one image update is required")
	}
	if err := p.resources(named); err != nil {
		return err
	}
	return p.needNames("resource(s) were provided, but no name was specified")
}

func (p *parser) patchArgs() error {
	if p.command.Patch == "" {
		return usage("must specify --patch or --patch-file containing the contents of the patch")
	}
	if _, ok := patchTypes[p.command.PatchType]; !ok {
		return usage("--type must be one of [json merge strategic], not " + quoted(p.command.PatchType))
	}
	if err := p.resources(p.args); err != nil {
		return err
	}
	return p.needNames("resource(s) were provided, but no name was specified")
}

// rolloutArgs takes names; a resource without a name means all of them.
func (p *parser) rolloutArgs() error {
	if len(p.args) == 0 && len(p.command.Files) == 0 {
		return usage("required resource not specified")
	}
	if p.command.Revision < 0 {
		return usage("unable to find specified revision " + itoa(p.command.Revision) + " in history")
	}
	if err := p.resources(p.args); err != nil {
		return err
	}
	p.command.All = true
	return p.needNames("")
}

// cutPairs parts the arguments at the first that changes something.
func (p *parser) cutPairs(changes func(string) bool) (named, pairs []string) {
	i := slices.IndexFunc(p.args, changes)
	if i < 0 {
		return p.args, nil
	}
	return p.args[:i], p.args[i:]
}

// needNames refuses a command that leaves open what it is about.
func (p *parser) needNames(nameless string) error {
	c := &p.command
	if len(p.missing) > 0 {
		return usage("the path " + quoted(p.missing[0]) + " does not exist")
	}
	if len(c.Targets) == 0 && len(c.Files) == 0 {
		return usage(noResources)
	}
	for _, t := range c.Targets {
		switch {
		case t.Name == "" && c.Selector == "" && !c.All:
			return usage(nameless)
		case t.Name != "" && c.Selector != "":
			return usage("name cannot be provided when a selector is specified")
		}
	}
	return nil
}

// resources understands "pod a b", "pods,services", "deployment/web service/web".
func (p *parser) resources(args []string) error {
	if len(args) == 0 {
		return nil
	}
	slashes := 0
	for _, arg := range args {
		if strings.Contains(arg, "/") {
			slashes++
		}
	}
	if slashes > 0 {
		return p.slashed(args, slashes)
	}
	for _, word := range strings.Split(args[0], ",") {
		resource := resourceName(word)
		if len(args) == 1 {
			p.command.Targets = append(p.command.Targets, Target{Resource: resource})
		}
		for _, name := range args[1:] {
			p.command.Targets = append(p.command.Targets, Target{resource, name})
		}
	}
	return nil
}

func (p *parser) slashed(args []string, slashes int) error {
	if slashes != len(args) {
		return usage("there is no need to specify a resource type as a separate argument when passing arguments in" +
			" resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'")
	}
	for _, arg := range args {
		word, name, _ := strings.Cut(arg, "/")
		switch {
		case strings.Contains(name, "/"):
			return usage("arguments in resource/name form may not have more than one slash")
		case word == "" || name == "" || strings.Contains(word, ","):
			return usage("arguments in resource/name form must have a single resource and name")
		}
		p.command.Targets = append(p.command.Targets, Target{resourceName(word), name})
	}
	return nil
}

// resourceName returns the name of the resource that a word means, or the word: the server may know it.
func resourceName(word string) string {
	if res := FindResource(word); res != nil {
		return res.Name
	}
	return word
}

// FindResource finds a resource of Kubernetes by any of its names: "deployments", "deployment", "deploy",
// "deployments.apps", "deployments.v1.apps".
func FindResource(word string) *api.Resource { return findResource(nil, word) }

// findResource is FindResource with custom resources.
func findResource(custom client.Kinds, word string) *api.Resource {
	word = strings.ToLower(word)
	for _, r := range slices.Concat(api.Resources, custom) {
		names := append([]string{r.Plural, r.Singular}, r.Short...)
		for _, n := range names {
			if word == n || r.Kind.Group != "" && (word == n+"."+r.Kind.Group || word == n+"."+r.Kind.Version+"."+r.Kind.Group) {
				return r
			}
		}
	}
	return nil
}

func (p *parser) seeVerb() string {
	return "\nSee 'kubectl " + string(p.command.Verb) + " -h' for help and examples"
}
