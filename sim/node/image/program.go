package image

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"orrery/sim/engine"
)

// Program is what the process of a container does.
type Program struct {
	Ends     bool           // by itself, after Runs
	Runs     time.Duration  // how long, when it ends by itself
	Code     int32          // its exit code then
	Stop     engine.Latency // how long it takes to end after SIGTERM
	StopCode int32          // its exit code then
	Deaf     bool           // it does not end on SIGTERM, as a shell or sleep that is process 1
	Ports    []int32        // what it listens on; none means every port
	Paths    []string       // what it serves over HTTP; none means everything
	Warm     time.Duration  // from its start until it listens
	Missing  string         // the executable does not exist: the container cannot start
}

// Killed is the exit code of a process that was killed: 128 + SIGKILL.
const Killed = 137

// Run returns what a container of the image does with a command and arguments as they stand in a pod.
func (i *Image) Run(command, args []string) Program {
	line := command
	if len(command) > 0 || i.kind.entrypoint && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		line = append(slices.Clip(command), args...)
	}
	if len(line) == 0 {
		return i.kind.program
	}
	if p, ok := run(line, i.kind.program); ok {
		return p
	}
	return i.kind.program
}

// run interprets a command line; false when the command is the image's own business.
//
// Simplified: sleep, exit, true, false, loops and traps decide how long a script runs and how it ends; everything else
// in it takes no time and succeeds.
func run(line []string, own Program) (Program, bool) {
	name := line[0][strings.LastIndexByte(line[0], '/')+1:]
	switch name {
	case "sh", "bash", "ash":
		for j, a := range line[1:] {
			if strings.HasPrefix(a, "-") && strings.HasSuffix(a, "c") && j+2 < len(line) {
				return script(line[j+2], own), true
			}
		}
		return shell.program, true
	case "sleep":
		if len(line) < 2 {
			return Program{Ends: true, Code: 1}, true
		}
		d, forever := pause(line[1])
		return Program{Ends: !forever, Runs: d, Deaf: true}, true
	case "tail", "watch", "top", "yes":
		return Program{Deaf: true}, true
	case "false":
		return Program{Ends: true, Runs: time.Millisecond, Code: 1}, true
	case "true", "echo", "date", "ls", "cat", "env", "printenv", "hostname", "id", "pwd", "uname", "printf", "test", "touch":
		return Program{Ends: true, Runs: time.Millisecond}, true
	}
	if isMissing(line[0]) {
		return Program{Missing: line[0]}, true
	}
	return Program{}, false
}

// script interprets what a shell is told to run.
func script(text string, own Program) Program {
	p := Program{Ends: true, Runs: 5 * time.Millisecond, Deaf: true}
	split := func(c rune) bool { return c == ';' || c == '\n' || c == '&' || c == '|' }
	for _, part := range strings.FieldsFunc(text, split) {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		if words[0] == "exec" {
			words = words[1:]
		}
		switch {
		case len(words) == 0:
		case words[0] == "exit":
			return exit(p, words)
		case words[0] == "while" || words[0] == "until":
			p.Ends, p.Runs, p.Ports = false, 0, nil
			return p
		case words[0] == "trap":
			p.Deaf, p.Stop = false, stop
		default:
			next, ok := run(words, own)
			switch {
			case !ok && isServer(words[0]):
				own.Ends = false
				return own
			case !ok:
				p.Code = 0
			case next.Missing != "":
				p.Code = 127
			case next.Ends:
				p.Runs, p.Code = p.Runs+next.Runs, next.Code
			default:
				next.Deaf = next.Deaf && p.Deaf
				return next
			}
		}
	}
	return p
}

func exit(p Program, words []string) Program {
	if len(words) > 1 {
		n, _ := strconv.Atoi(words[1])
		p.Code = int32(n & 0xff)
	}
	return p
}

// isServer reports whether a command in a script is one that stays.
func isServer(name string) bool {
	return slices.Contains([]string{"nginx", "httpd", "redis-server", "catalina.sh", "postgres", "mysqld", "node", "python", "python3", "java"},
		name[strings.LastIndexByte(name, '/')+1:])
}

// pause reads the argument of sleep: "5", "0.5", "2m", "infinity".
func pause(s string) (d time.Duration, forever bool) {
	unit := time.Second
	switch {
	case s == "infinity" || s == "inf":
		return 0, true
	case strings.HasSuffix(s, "m"):
		unit = time.Minute
	case strings.HasSuffix(s, "h"):
		unit = time.Hour
	case strings.HasSuffix(s, "d"):
		unit = 24 * time.Hour
	}
	whole, part, _ := strings.Cut(strings.TrimRight(s, "smhd"), ".")
	n, err := strconv.ParseInt("0"+whole, 10, 64)
	if err != nil || n > int64(1<<31) {
		return 0, true
	}
	d = time.Duration(n) * unit
	for _, c := range part {
		unit /= 10
		d += time.Duration(c-'0') * unit
	}
	return d, false
}

// Listens reports whether the program accepts connections on a port when it has run for some time.
func (p *Program) Listens(port int32, ran time.Duration) bool {
	return p.Missing == "" && ran >= p.Warm && (len(p.Ports) == 0 || slices.Contains(p.Ports, port))
}

// Get returns the HTTP status of a request for a path.
func (p *Program) Get(path string) int {
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	switch {
	case path == "/fail":
		return 500
	case len(p.Paths) == 0 || path == "" || slices.Contains(p.Paths, path):
		return 200
	}
	return 404
}

// Command returns what a command line does in a container that has been running: what an exec probe runs.
func Command(line []string) Program {
	if len(line) == 0 {
		return Program{}
	}
	p, _ := run(line, Program{})
	return p
}
