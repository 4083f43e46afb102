package image

import (
	"slices"
	"strings"
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/shell"
)

// Program is what the process of a container does. Once it runs, it does not change.
type Program struct {
	Ends     bool           // by itself, after Runs
	Runs     time.Duration  // how long, when it ends by itself
	Code     int32          // its exit code then
	Reason   string         // "OOMKilled", when that is how it ends
	Stop     engine.Latency // how long it takes to end after SIGTERM
	StopCode int32          // its exit code then
	Deaf     bool           // it does not end on SIGTERM, as a shell or sleep that is process 1
	Ports    []int32        // what it listens on; none means every port
	Paths    []string       // what it serves over HTTP; none means everything
	Warm     time.Duration  // from its start until it listens
	Missing  string         // the executable does not exist: the container cannot start
	Varies   bool           // what it answers may change while it runs
	Prints   []string       // what a server prints when it starts

	behaviour Behaviour
	script    *shell.Script // of a server, its command line
	scripted  bool          // a script runs, which may become a server
	machine   shell.Machine
}

// Killed is the exit code of a process that was killed: 128 + SIGKILL.
const Killed = 137

// shellEnds is how long a shell runs that has nobody to listen to.
const shellEnds = 10 * time.Millisecond

// Start is what a container is started with.
type Start struct {
	Command []string // as in the pod, expanded
	Args    []string
	Host    string   // the host's name
	Env     []string // "NAME=value"
	Files   map[string]string
	Memory  int64 // limit, in bytes; 0 for none
	Behaviour
}

// Run returns what a container of the image does.
func (i *Image) Run(s Start) *Program {
	line := s.Command
	if len(s.Command) > 0 || i.kind.entrypoint && len(s.Args) > 0 && !strings.HasPrefix(s.Args[0], "-") {
		line = append(slices.Clip(s.Command), s.Args...)
	}
	p := i.kind.program
	p.Prints = i.kind.prints
	if i.kind == &server {
		p.Prints = []string{"orrery: nothing is known of " + i.Reference.String() + ": it runs a server that answers on every port"}
	}
	p.machine = shell.Machine{Name: s.Host, Env: s.Env, Files: s.Files, Serves: i.serves}
	if len(line) == 0 && i.kind.shell {
		p.Ends, p.Runs, p.Ports, p.Varies = true, shellEnds, []int32{-1}, true
	}
	if len(line) > 0 {
		p.run(i, line)
	}
	p.behave(s.Behaviour, i.kind.memory+needs(line), s.Memory)
	return &p
}

// serves says of a program that the shell does not know whether the image has it, and whether it stays.
func (i *Image) serves(name string) (known, stays bool) {
	name = base(name)
	if slices.Contains(servers, name) || slices.Contains(i.kind.servers, name) {
		return true, true
	}
	return !i.kind.shell && !isMissing(name), false
}

// servers are programs that stay, whatever image they are of.
var servers = []string{
	"nginx", "httpd", "httpd-foreground", "apache2", "redis-server", "catalina.sh", "postgres", "mysqld", "mariadbd", "mongod", "node",
	"java", "python", "python3", "gunicorn", "uwsgi", "php-fpm", "memcached", "rabbitmq-server", "etcd", "stress", "pause",
}

// run makes the program that of a command line, unless the command is the image's own business.
func (p *Program) run(i *Image, line []string) {
	name := line[0]
	script := shell.Of(line)
	if slices.Contains(i.kind.interprets, base(name)) && slices.ContainsFunc(line[1:], isText) {
		p.Ends, p.Runs, p.Deaf, p.Ports, p.Paths, p.Prints = true, computes, true, []int32{-1}, nil, nil
		return
	}
	if !script.Knows(name) {
		known, stays := i.serves(name)
		switch {
		case !known && i.kind.shell, isMissing(name):
			*p = Program{Missing: name}
		case stays || i.kind == &server:
		default:
			p.script = script
		}
		return
	}
	p.script, p.scripted = script, true
	r := script.Run(&p.machine, shell.Forever, -1)
	p.Prints, p.Warm, p.Varies = nil, 0, script.Writes()
	if r.Serves != "" {
		p.Warm, p.Deaf = r.Since+i.kind.program.Warm, !r.Direct
		return
	}
	p.Deaf = true
	if r.Ended {
		p.Ends, p.Runs, p.Code = true, max(r.At, time.Millisecond), int32(r.Code)
	}
	p.Stop, p.StopCode = engine.Latency{}, 0
	p.Varies = p.Varies || r.Ended
	if !slices.ContainsFunc(line, func(a string) bool { return strings.Contains(a, "nc ") || strings.Contains(a, "http.server") }) {
		p.Ports, p.Paths = []int32{-1}, nil // it listens on no port
	}
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// isText reports whether an argument says that the next is the text of a program.
func isText(arg string) bool {
	return slices.Contains([]string{"-c", "-e", "-wle", "-le", "-Mbignum=bpi"}, arg)
}

// Asked returns what SIGTERM does to the program some time after its start: how long it takes to end, if it ends by itself
// in reaction, and its exit code then.
func (p *Program) Asked(ran time.Duration, draw func(engine.Latency) time.Duration) (after time.Duration, code int32, ends bool) {
	if p.scripted && p.Deaf {
		r := p.script.Run(&p.machine, ran+shell.Forever/2, ran)
		return r.At - ran, int32(r.Code), r.Ended && r.At >= ran
	}
	return draw(p.Stop), p.StopCode, !p.Deaf
}

// Listens reports whether the program accepts connections on a port when it has run for some time.
func (p *Program) Listens(port int32, ran time.Duration) bool {
	return p.Missing == "" && ran >= p.Warm && (len(p.Ports) == 0 || slices.Contains(p.Ports, port))
}

// Get returns the HTTP status of a request for a path, and how long the answer takes.
func (p *Program) Get(path string, ran time.Duration) (status int, took time.Duration) {
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	took = p.behaviour.Latency
	switch {
	case p.behaviour.fails(ran):
		return 500, took
	case ran < p.behaviour.Ready:
		return 503, took
	case path == "/fail":
		return 500, took
	case len(p.Paths) == 0 || path == "" || slices.Contains(p.Paths, path):
		return 200, took
	}
	return 404, took
}

// Exec runs a command in the container when it has run for some time. What it cannot find is Missing.
func (p *Program) Exec(line []string, ran time.Duration, began time.Time) (r shell.Result, missing string) {
	if len(line) == 0 {
		return r, ""
	}
	c := shell.Of(line)
	if known, _ := p.machine.Serves(line[0]); !c.Knows(line[0]) && !known || isMissing(line[0]) {
		return r, line[0]
	}
	m := p.machine
	m.Begin = began
	return p.main().Check(&m, ran, c), ""
}

// main is the script of process 1.
func (p *Program) main() *shell.Script {
	if p.script != nil {
		return p.script
	}
	return idle
}

// idle is what a server is for the shell: something that stays.
var idle = shell.Words([]string{"sleep", "infinity"})

// With returns the program after somebody ran a command in its container some time after its start, which may have sent
// it SIGTERM.
func (p *Program) With(at time.Duration, line []string, killed bool) *Program {
	n := *p
	n.machine.Inputs = append(slices.Clip(p.machine.Inputs), shell.Input{At: at, Line: shell.Of(line)})
	n.Varies = true
	if killed && !n.Deaf {
		n.Ends, n.Runs, n.Code = true, at+n.Stop.Max, n.StopCode
	} else if n.scripted && n.Deaf {
		r := n.script.Run(&n.machine, shell.Forever, -1)
		n.Ends, n.Runs, n.Code = r.Ended, r.At, int32(r.Code) // when it does not end, Runs does not count
	}
	return &n
}

// Log returns what the program has printed when it has run for some time: the latest lines.
func (p *Program) Log(ran time.Duration, signal time.Duration, began time.Time) []shell.Line {
	m := p.machine
	m.Begin = began
	var lines []shell.Line
	if p.scripted {
		lines = p.script.Run(&m, ran, signal).Lines
	}
	if !p.scripted || p.Prints != nil {
		for _, text := range p.Prints {
			lines = append(lines, shell.Line{At: min(p.Warm, ran), Text: text})
		}
	}
	return lines
}
