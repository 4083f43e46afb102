package kubectl

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// flag is one of kubectl's flags.
type flag struct {
	alone string // its value when none is written; empty when one must be
	set   func(*parser, string) error
}

var shorthands = map[byte]string{'f': "filename", 'n': "namespace", 'l': "selector", 'p': "patch"}

// global are the flags that every command has.
var global = []string{"namespace", "as", "as-group"}

var flags = map[string]*flag{
	"namespace":        {set: func(p *parser, v string) error { p.command.Namespace = v; return nil }},
	"as":               {set: func(p *parser, v string) error { p.command.As = v; return nil }},
	"as-group":         {set: func(p *parser, v string) error { p.command.AsGroups = append(p.command.AsGroups, v); return nil }},
	"filename":         {set: (*parser).addFiles},
	"selector":         {set: func(p *parser, v string) error { p.command.Selector = v; return nil }},
	"all":              boolean(func(c *Command, v bool) { c.All = v }),
	"overwrite":        boolean(func(c *Command, v bool) { c.Overwrite = v }),
	"force":            boolean(func(c *Command, v bool) { c.Force = v }),
	"wait":             boolean(func(c *Command, v bool) { c.NoWait = !v }),
	"watch":            boolean(func(c *Command, v bool) { c.NoWait = !v }),
	"ignore-not-found": boolean(func(c *Command, v bool) { c.IgnoreNotFound = v }),
	"now": boolean(func(c *Command, v bool) {
		if one := int64(1); v {
			c.Grace = &one
		}
	}),
	"server-side":          boolean(func(c *Command, v bool) { c.ServerSide = v }),
	"force-conflicts":      boolean(func(c *Command, v bool) { c.ForceConflicts = v }),
	"field-manager":        {set: func(p *parser, v string) error { p.command.FieldManager = v; return nil }},
	"grace-period":         integer(64, func(c *Command, n int64) { c.Grace = &n }),
	"to-revision":          integer(64, func(c *Command, n int64) { c.Revision = n }),
	"replicas":             integer(32, func(c *Command, n int64) { c.Replicas = int32(n) }),
	"current-replicas":     integer(32, func(c *Command, n int64) { m := int32(n); c.CurrentReplicas = &m }),
	"patch":                {set: func(p *parser, v string) error { p.command.Patch = v; return nil }},
	"type":                 {set: func(p *parser, v string) error { p.command.PatchType = strings.ToLower(v); return nil }},
	"dry-run":              {alone: "unchanged", set: setDryRun},
	"ignore-daemonsets":    boolean(func(c *Command, v bool) { c.IgnoreDaemonSets = v }),
	"delete-emptydir-data": boolean(func(c *Command, v bool) { c.DeleteEmptyDirData = v }),
	"pod-selector":         {set: func(p *parser, v string) error { p.command.PodSelector = v; return nil }},
	"timeout":              {set: setTimeout},
	"cascade":              {alone: "background", set: setCascade},

	"container":   {set: func(p *parser, v string) error { p.log().Container = v; return nil }},
	"previous":    ofLog(func(o *corev1.PodLogOptions, v bool) { o.Previous = v }),
	"timestamps":  ofLog(func(o *corev1.PodLogOptions, v bool) { o.Timestamps = v }),
	"tail":        {set: setTail},
	"since":       {set: setSince},
	"limit-bytes": {set: setLimit},
	"stdin":       ofLog(func(*corev1.PodLogOptions, bool) {}),
	"tty":         ofLog(func(*corev1.PodLogOptions, bool) {}),
	"quiet":       ofLog(func(*corev1.PodLogOptions, bool) {}),
}

func boolean(set func(*Command, bool)) *flag {
	return &flag{alone: "true", set: func(p *parser, v string) error {
		b, err := strconv.ParseBool(v)
		if err == nil {
			set(&p.command, b)
		}
		return err
	}}
}

func integer(bits int, set func(*Command, int64)) *flag {
	return &flag{set: func(p *parser, v string) error {
		n, err := strconv.ParseInt(v, 0, bits)
		if err == nil {
			set(&p.command, n)
		}
		return err
	}}
}

func setDryRun(p *parser, v string) error {
	switch v {
	case "server":
		p.command.DryRun = true
	case "none":
	case "client":
		return errors.New("only the server's dry run is simulated")
	default:
		return errors.New(`must be "none", "server", or "client"`)
	}
	return nil
}

func setTimeout(p *parser, v string) (err error) {
	p.command.Timeout, err = time.ParseDuration(v)
	return err
}

func setCascade(p *parser, v string) error {
	if !slices.Contains([]string{"background", "foreground", "orphan"}, v) {
		return errors.New(`must be "background", "foreground", or "orphan"`)
	}
	p.command.Cascade = v
	return nil
}

// addFiles adds the files of a flag -f: names with commas between them, or "." for all manifests.
func (p *parser) addFiles(v string) error {
	for _, name := range strings.Split(v, ",") {
		name = path.Clean(name)
		var found []File
		for _, f := range p.files {
			switch ext := path.Ext(f.Name); {
			case f.Name == name, name == "." && slices.Contains([]string{".yaml", ".yml", ".json"}, ext):
				found = append(found, f)
			}
		}
		slices.SortStableFunc(found, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
		if len(found) == 0 {
			p.command.Files = append(p.command.Files, File{Name: name})
			p.missing = append(p.missing, name)
		}
		p.command.Files = append(p.command.Files, found...)
	}
	return nil
}

func quoted(s string) string { return strconv.Quote(s) }
