package shell

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// program runs a program of busybox; false when it is none.
func (r *run) program(name string, args []string) (code int, ok bool) {
	switch name {
	case "sleep":
		return r.sleep(args), true
	case "echo":
		r.echo(args)
	case "printf":
		r.printf(args)
	case "test", "[":
		if name == "[" && len(args) > 0 {
			args = args[:len(args)-1]
		}
		return 1 - int(truth(r.holds(args))), true
	case "true":
	case "false":
		return 1, true
	case "sh", "bash", "ash":
		return r.shell(append([]string{name}, args...)), true
	case "date":
		r.date(args)
	case "hostname":
		r.print(r.m.Name + "\n")
	case "whoami":
		r.print("root\n")
	case "id":
		r.print("uid=0(root) gid=0(root) groups=0(root)\n")
	case "uname":
		r.print(map[bool]string{true: "Linux " + r.m.Name + " 6.1.0-40-amd64 #1 SMP x86_64 GNU/Linux", false: "Linux"}[len(args) > 0] + "\n")
	case "env", "printenv":
		return r.environment(args), true
	case "seq":
		r.sequence(args)
	case "expr":
		s := &sum{text: strings.Join(args, " "), value: r.variable}
		r.print(strconv.FormatInt(s.compare(), 10) + "\n")
	case "kill":
		r.kill(args)
	case "yes", "top", "watch":
		r.forever()
	case "timeout":
		return r.timeout(args), true
	default:
		if code, ok = r.fileProgram(name, args); ok {
			return code, true
		}
		return 0, slices.Contains(silent, name)
	}
	return 0, true
}

// silent are programs that succeed and print nothing here.
var silent = []string{
	"apk", "apt", "apt-get", "awk", "basename", "chmod", "chown", "curl", "dd", "dirname", "find", "git", "ip", "iptables", "jq", "ln",
	"mkfifo", "mount", "nc", "netstat", "npm", "nslookup", "openssl", "ping", "pip", "ps", "sed", "sort", "stty", "su", "sync", "sysctl",
	"tar", "tr", "ulimit", "umask", "uniq", "wget", "xargs",
}

func (r *run) sleep(args []string) int {
	if len(args) == 0 {
		return r.complain("BusyBox v1.37.0 multi-call binary.\n\nUsage: sleep [N]...")
	}
	for _, a := range args {
		d, ok := Duration(a)
		if !ok {
			return r.complain("sleep: invalid number '" + a + "'")
		}
		if d == Forever {
			r.forever()
			return 0
		}
		if r.pass(d); r.over() {
			return 0
		}
	}
	return 0
}

func (r *run) echo(args []string) {
	end, escapes := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && strings.Trim(args[0], "neE") == "-" {
		if strings.Contains(args[0], "n") {
			end = ""
		}
		escapes = escapes || strings.Contains(args[0], "e")
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		text = unescape(text)
	}
	r.print(text + end)
}

func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`, `\r`, "\r", `\"`, `"`).Replace(s)
}

// printf prints its arguments by a format, again and again until all are used.
func (r *run) printf(args []string) {
	if len(args) == 0 {
		return
	}
	format, rest := unescape(args[0]), args[1:]
	for first := true; first || len(rest) > 0; first = false {
		used := false
		var b strings.Builder
		for i := 0; i < len(format); i++ {
			if format[i] != '%' || i+1 == len(format) {
				b.WriteByte(format[i])
				continue
			}
			for i++; i+1 < len(format) && strings.IndexByte("0123456789.-", format[i]) >= 0; i++ {
			}
			if format[i] == '%' {
				b.WriteByte('%')
				continue
			}
			if used = true; len(rest) > 0 {
				b.WriteString(rest[0])
				rest = rest[1:]
			}
		}
		r.print(b.String())
		if !used {
			return
		}
	}
}

// shell runs a shell within the script.
func (r *run) shell(line []string) int {
	s := Of(line)
	if !s.shell {
		if len(line) > 1 && !strings.HasPrefix(line[1], "-") { // a file with a script
			text, ok := r.files[r.path(line[1])]
			if !ok {
				r.complain("sh: can't open '" + line[1] + "': No such file or directory")
				return 2
			}
			s = Parse(text)
		} else {
			s = Parse(r.input)
		}
	}
	if s.Wrong != "" {
		r.complain(s.Wrong)
		return 2
	}
	if r.depth++; r.depth > depthMax {
		r.exit(2)
	}
	r.within(s.list)
	r.depth--
	return r.code
}

func (r *run) date(args []string) {
	now := r.m.Begin.Add(r.clock)
	format := ""
	for _, a := range args {
		if strings.HasPrefix(a, "+") {
			format = a[1:]
		}
	}
	if format == "" {
		r.print(now.Format("Mon Jan _2 15:04:05 MST 2006") + "\n")
		return
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		b.WriteString(moment(now, format[i]))
	}
	r.print(b.String() + "\n")
}

// moment returns a time by a letter of date's formats.
func moment(t time.Time, letter byte) string {
	layout, ok := map[byte]string{
		'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'T': "15:04:05", 'F': "2006-01-02", 'a': "Mon", 'A': "Monday",
		'b': "Jan", 'B': "January", 'y': "06", 'Z': "MST", 'z': "-0700", 'D': "01/02/06", 'R': "15:04", 'c': "Mon Jan _2 15:04:05 2006",
		'j': "002", 'e': "_2", 'I': "03", 'p': "PM", 'N': "000000000",
	}[letter]
	switch {
	case letter == 's':
		return strconv.FormatInt(t.Unix(), 10)
	case letter == 'n':
		return "\n"
	case !ok:
		return string(letter)
	}
	return t.Format(layout)
}

func (r *run) environment(args []string) int {
	if len(args) > 0 {
		if !slices.Contains(r.env, args[0]) {
			return 1
		}
		r.print(r.vars[args[0]] + "\n")
		return 0
	}
	r.print("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=" + r.m.Name + "\n")
	for _, name := range r.env {
		r.print(name + "=" + r.vars[name] + "\n")
	}
	r.print("HOME=/root\n")
	return 0
}

func (r *run) sequence(args []string) {
	numbers := []int{1, 1, 1}
	for i, a := range args[:min(3, len(args))] {
		numbers[i], _ = strconv.Atoi(a)
	}
	first, step, last := numbers[0], 1, numbers[1]
	switch len(args) {
	case 1:
		first, last = 1, numbers[0]
	case 3:
		step, last = numbers[1], numbers[2]
	}
	for n := first; step != 0 && (step > 0 && n <= last || step < 0 && n >= last) && r.steps < stepsMax; n += step {
		r.steps++
		r.print(strconv.Itoa(n) + "\n")
	}
}

// kill sends a signal to process 1, which whoever runs the machine acts on.
func (r *run) kill(args []string) {
	if slices.Contains(args, "1") {
		r.vars[killedMark] = "1"
	}
}

// timeout runs a command for no longer than some time.
func (r *run) timeout(args []string) int {
	if len(args) < 2 {
		return 1
	}
	d, ok := Duration(args[0])
	if !ok {
		return 1
	}
	until, end := r.until, r.clock+d
	r.until = min(until, end)
	r.simple(Words(args[1:]).list.items[0].pipes[0][0])
	r.until = until
	if r.stopped && end <= until {
		r.stopped, r.clock, r.serves = false, end, ""
		return 143
	}
	return r.code
}
