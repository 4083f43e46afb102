// Package kubectl is the user's kubectl: each command becomes the requests that kubectl 1.36 makes of the API server,
// one after another, and prints the lines that it prints.
//
// It leaves out what only reads (get, describe) but for logs, and the discovery requests with which kubectl begins. Models k8s.io/kubectl/pkg/cmd and k8s.io/cli-runtime/pkg/resource.
//
// How kubectl treats a file with several documents: it reads all of them first. A document of an unknown kind is noted
// and skipped; at one that is no YAML, or has no kind, reading stops. Then every object that was read is applied, in
// order, whatever became of those before it, and in the end all errors are printed together.
package kubectl

import (
	"time"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// Address is where commands are sent to.
const Address engine.Address = "kubectl"

// Config holds kubectl's knobs.
type Config struct {
	Start engine.Latency // from the command to its first request; a real kubectl takes 40 to 80 ms to start
	Next  engine.Latency // from an answer to the next request
}

// DefaultConfig has kubectl start faster than it does, as nobody learns from that delay.
var DefaultConfig = Config{
	Start: engine.Latency{Min: 5 * time.Millisecond, Max: 10 * time.Millisecond},
	Next:  engine.Latency{Min: 500 * time.Microsecond, Max: 1500 * time.Microsecond},
}

// Terminal is where the user's commands run, each a process of its own. See New.
type Terminal struct {
	Config    Config
	conn      client.Conn
	processes []*process        // that still run, oldest first
	waiting   map[uint64]uint64 // process by request under way or watch that is open
	history   []Run             // that ended, oldest first
	started   uint64
	kinds     client.Kinds // that discovery found
}

// Run is a command and what it printed so far.
type Run struct {
	ID     uint64 // from 1, in order of starting
	Line   string
	Output []string
	Failed bool
	Done   bool
}

// historyMax is how many ended commands are remembered, outputMax how many lines each may print.
const (
	historyMax = 100
	outputMax  = 1000
)

// New returns a terminal in which nothing runs.
func New() *Terminal {
	return &Terminal{Config: DefaultConfig, conn: client.Conn{User: "kubectl"}, waiting: map[uint64]uint64{}}
}

// Busy reports whether a command runs.
func (k *Terminal) Busy() bool { return len(k.processes) > 0 }

// Runs returns the commands that are remembered, oldest first: those that ended, then those that run.
func (k *Terminal) Runs() []Run {
	runs := append([]Run(nil), k.history...)
	for _, p := range k.processes {
		runs = append(runs, p.run())
	}
	return runs
}

// Clone implements engine.Component.
func (k *Terminal) Clone() engine.Component {
	c := *k
	c.processes = make([]*process, len(k.processes))
	for i, p := range k.processes {
		c.processes[i] = p.clone()
	}
	c.waiting = make(map[uint64]uint64, len(k.waiting))
	for request, process := range k.waiting { // any order
		c.waiting[request] = process
	}
	c.history = k.history[:len(k.history):len(k.history)]
	return &c
}

// CommandData is what the trace says of a command.
type CommandData struct {
	Line string `json:"line"`
}

// AnswerData is what the trace says of an answer: the lines that the command then printed.
type AnswerData struct {
	Line   string   `json:"line"`
	Output []string `json:"output,omitempty"`
	Done   bool     `json:"done,omitempty"`
}

// Handle implements engine.Component.
func (k *Terminal) Handle(t *engine.Turn, body any) {
	switch m := body.(type) {
	case *Command:
		k.started++
		p := &process{id: k.started, command: m}
		t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Command, k.conn.User, string(m.Verb)
		t.Entry.Data = CommandData{Line: m.String()}
		k.processes = append(k.processes, p)
		p.plan(k.kinds, false)
		p.advance(&turn{Turn: t, terminal: k, process: p, delay: t.Rand().Draw(k.Config.Start)})
		k.reap()
	case *client.Response:
		k.answer(t, m)
	case *client.Change:
		k.change(t, m)
	case alarm:
		k.alarm(t, m)
	default:
		panic("kubectl: unknown message")
	}
}

// answer hands a response to the process that waits for it.
func (k *Terminal) answer(t *engine.Turn, r *client.Response) {
	e, q := t.Entry, r.Request
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Answer, q.User, string(q.Verb), q.Resource, q.Subresource
	e.Namespace, e.Name, e.Code = q.Namespace, q.Name, r.Code
	if r.Error != nil {
		e.Message = r.Error.Message
	}
	if r.Object != nil {
		e.Name = r.Object.GetName()
	}
	p := k.find(k.waiting[r.ID])
	if p == nil {
		return
	}
	if q.Verb != client.WatchVerb || r.Error != nil {
		delete(k.waiting, r.ID)
	}
	printed := len(p.output)
	p.warn(r.Warnings)
	p.answer(&turn{Turn: t, terminal: k, process: p, delay: t.Rand().Draw(k.Config.Next)}, r)
	e.Data = AnswerData{Line: p.command.String(), Output: p.output[printed:len(p.output):len(p.output)], Done: p.over}
	k.reap()
}

// change hands what a watch delivered to the process that opened it.
func (k *Terminal) change(t *engine.Turn, c *client.Change) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, c.User, string(c.Type), c.Resource, c.Subresource
	e.Namespace, e.Name, e.Revision = c.Object.GetNamespace(), c.Object.GetName(), c.Revision
	p := k.find(k.waiting[c.Watch])
	if p == nil {
		return
	}
	printed := len(p.output)
	if w, ok := p.current.(watcher); ok && w.changed(&turn{Turn: t, terminal: k, process: p}, c) {
		e.Data = AnswerData{Line: p.command.String(), Output: p.output[printed:len(p.output):len(p.output)]}
		return
	}
	delete(k.waiting, c.Watch)
	t.Send(client.Server, t.Rand().Draw(k.Config.Next), client.Unwatch{ID: c.Watch})
	p.advance(&turn{Turn: t, terminal: k, process: p, delay: t.Rand().Draw(k.Config.Next)})
	if _, ok := p.current.(watcher); ok || len(p.output) > printed {
		e.Data = AnswerData{Line: p.command.String(), Output: p.output[printed:len(p.output):len(p.output)], Done: p.over}
	}
	k.reap()
}

// watcher is a task that watches an object. changed takes a change of it and reports whether the task goes on watching.
type watcher interface {
	changed(*turn, *client.Change) bool
}

// alarm tells a task that waits for time to pass.
type alarm struct {
	process uint64
	object  object // that it waits with
}

// waiter is a task that waits for time to pass.
type waiter interface {
	task
	wake(*turn, object) bool
}

func (k *Terminal) alarm(t *engine.Turn, a alarm) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "wait"
	p := k.find(a.process)
	if p == nil {
		return
	}
	turn := &turn{Turn: t, terminal: k, process: p, delay: t.Rand().Draw(k.Config.Next)}
	if w, ok := p.current.(waiter); ok && !w.wake(turn, a.object) {
		p.advance(turn)
	}
	k.reap()
}

func (k *Terminal) find(id uint64) *process {
	for _, p := range k.processes {
		if p.id == id {
			return p
		}
	}
	return nil
}

// reap moves processes that ended into the history.
func (k *Terminal) reap() {
	kept := k.processes[:0]
	for _, p := range k.processes {
		if !p.over {
			kept = append(kept, p)
			continue
		}
		k.history = append(k.history[max(0, len(k.history)-historyMax+1):len(k.history):len(k.history)], p.run())
	}
	clear(k.processes[len(kept):])
	k.processes = kept
}

// turn is a process' turn.
type turn struct {
	*engine.Turn
	terminal *Terminal
	process  *process
	delay    time.Duration // before the next request
}

// send makes a request, whose answer the process gets. It returns true, as a task does that made one.
func (t *turn) send(r client.Request) bool {
	if c := t.process.command; c.As != "" || len(c.AsGroups) > 0 {
		r.Impersonate = &client.Impersonate{User: c.As, Groups: c.AsGroups}
	}
	id := t.terminal.conn.SendAfter(t.Turn, t.delay, r)
	t.terminal.waiting[id] = t.process.id
	return true
}

// later wakes the running task after d, with an object.
func (t *turn) later(d time.Duration, o object) { t.After(d, alarm{t.process.id, o}) }

// fail notes an error of the running task. It returns false, as a task does that is done.
func (t *turn) fail(err error) bool {
	t.process.fail(err)
	return false
}

// print prints a line and returns false, as a task does that is done.
func (t *turn) print(line string) bool {
	t.process.print(line)
	return false
}
