package kubectl

import (
	"slices"

	"orrery/sim/client"
)

// process is one running command: its tasks, done one after another.
type process struct {
	id      uint64
	command *Command
	tasks   []task   // those not yet begun, which nothing changes
	current task     // nil before the first and after the last one
	waits   []task   // for deleted objects to be gone, once all else is done
	output  []string // at most outputMax lines
	warned  []string // of the API server
	reading []error  // of reading files
	errs    []error
	over    bool
	// Of drain: nodes of which pods are left.
	undrained []string
}

// task is what a command does with one object: a chain of requests. Both methods report whether a request is under way,
// whose answer the task then gets; otherwise it is done.
type task interface {
	start(*turn) bool
	answer(*turn, *client.Response) bool
	clone() task
}

func (p *process) clone() *process {
	c := *p
	if p.current != nil {
		c.current = p.current.clone()
	}
	c.tasks, c.waits = slices.Clip(p.tasks), slices.Clip(p.waits)
	c.output, c.warned = slices.Clip(p.output), slices.Clip(p.warned)
	c.reading, c.errs = slices.Clip(p.reading), slices.Clip(p.errs)
	return &c
}

func (p *process) run() Run {
	failed := p.over && len(p.reading)+len(p.errs) > 0
	return Run{ID: p.id, Line: p.command.String(), Output: slices.Clip(p.output), Failed: failed, Done: p.over}
}

// plan makes the tasks, of the kinds that are known. When that is not all of them what is served is asked for first.
func (p *process) plan(kinds client.Kinds, asked bool) {
	c := p.command
	if !asked && c.unknown(kinds) {
		p.tasks = []task{&discovery{}}
		return
	}
	if c.Verb == Delete && c.forced() {
		p.print("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated." +
			" The resource may continue to run on the cluster indefinitely.")
	}
	for _, f := range c.Files {
		p.read(f, kinds)
	}
	for _, target := range c.Targets {
		res := findResource(kinds, target.Resource)
		if res == nil {
			p.errs = append(p.errs, usage("the server doesn't have a resource type "+quoted(target.Resource)))
			continue
		}
		namespace := scoped(res, c.namespaceOr(""))
		if target.Name == "" {
			p.tasks = append(p.tasks, &selection{resource: res, namespace: namespace})
			continue
		}
		p.add(object{resource: res, namespace: namespace, name: target.Name})
	}
	if len(p.tasks)+len(p.reading)+len(p.errs) == 0 {
		p.errs = append(p.errs, plainError("no objects passed to "+string(c.Verb)))
	}
}

// add adds what the command does with an object. Nodes are all cordoned before the first is drained.
func (p *process) add(o object) {
	p.tasks = append(p.tasks, p.command.task(o))
	if p.command.Verb == Drain {
		p.waits = append(p.waits, &draining{object: o})
	}
}

// task returns what the command does with an object that it names or selects.
func (c *Command) task(o object) task {
	switch c.Verb {
	case Delete:
		return &deletion{object: o}
	case Scale:
		return &scaling{object: o}
	case Patch:
		return &patching{object: o}
	case Undo:
		return &undoing{object: o}
	case History:
		return &recalling{object: o}
	case Status:
		return &following{object: o}
	case Logs:
		return &logging{object: o}
	case Exec:
		return &executing{object: o}
	}
	return &edit{object: o}
}

func (p *process) answer(t *turn, r *client.Response) {
	if !p.current.answer(t, r) {
		p.advance(t)
	}
}

// advance begins the next task that makes a request, or ends the process.
func (p *process) advance(t *turn) {
	for {
		if len(p.tasks) == 0 && len(p.errs)+len(p.reading) == 0 {
			p.tasks, p.waits = p.waits, nil
		}
		if len(p.tasks) == 0 {
			break
		}
		p.current, p.tasks = p.tasks[0].clone(), p.tasks[1:]
		if p.current.start(t) {
			return
		}
	}
	p.current, p.over = nil, true
	if len(p.undrained) > 0 {
		p.print("There are pending nodes to be drained:")
		for _, node := range p.undrained {
			p.print(" " + node)
		}
		for _, err := range p.errs {
			p.print(err.Error())
		}
		return
	}
	for _, line := range report(p.reading, p.errs) {
		p.print(line)
	}
}

func (p *process) print(line string) {
	if len(p.output) < outputMax {
		p.output = append(p.output, line)
	}
}

// warn prints the API server's warnings, each once in a command.
func (p *process) warn(warnings []string) {
	for _, w := range warnings {
		if !slices.Contains(p.warned, w) {
			p.warned = append(p.warned, w)
			p.print("Warning: " + w)
		}
	}
}

func (p *process) fail(err error) { p.errs = append(p.errs, err) }
