package shell

import (
	"slices"
	"strconv"
	"strings"
)

// directory returns the working directory.
func (r *run) directory() string {
	if d := r.vars["PWD"]; d != "" {
		return d
	}
	return "/"
}

// path returns the full name of a file.
func (r *run) path(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = strings.TrimSuffix(r.directory(), "/") + "/" + name
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			parts = parts[:max(0, len(parts)-1)]
		default:
			parts = append(parts, part)
		}
	}
	return "/" + strings.Join(parts, "/")
}

// folders are there in every image.
var folders = []string{"/", "/bin", "/dev", "/etc", "/home", "/proc", "/root", "/sys", "/tmp", "/usr", "/var", "/var/log", "/var/run"}

// isFolder reports whether a name is that of a folder: one of every image, one that was made, or one with a file in it.
func (r *run) isFolder(name string) bool {
	if slices.Contains(folders, name) {
		return true
	}
	for f := range r.files { // any order
		if strings.HasPrefix(f, name+"/") {
			return true
		}
	}
	return false
}

// read returns a file's contents.
func (r *run) read(name string) (string, bool) {
	if text, ok := r.files[name]; ok {
		return text, true
	}
	switch name {
	case "/dev/null":
		return "", true
	case "/etc/hostname":
		return r.m.Name + "\n", true
	}
	return "", false
}

// fileProgram runs a program that works on files.
func (r *run) fileProgram(name string, args []string) (code int, ok bool) {
	flags := ""
	var names []string
	for i, a := range args {
		switch {
		case a == "-n" && (name == "head" || name == "tail") && i+1 < len(args):
			flags += "n"
		case strings.HasPrefix(a, "-") && len(a) > 1:
			flags += a[1:]
		default:
			names = append(names, a)
		}
	}
	switch name {
	case "cat", "head", "tail", "wc", "grep", "tee":
		return r.filter(name, flags, names), true
	case "ls":
		return r.listFiles(names), true
	case "touch", "mkdir", "rm", "rmdir", "cp", "mv":
		return r.change(name, flags, names), true
	case "pwd":
		r.print(r.directory() + "\n")
		return 0, true
	}
	return 0, false
}

// change makes, removes, copies and moves files.
func (r *run) change(name, flags string, names []string) (code int) {
	if name == "cp" || name == "mv" {
		if len(names) < 2 {
			return 1
		}
		from, to := r.path(names[0]), r.path(names[1])
		text, ok := r.read(from)
		if !ok {
			return r.complain(name + ": can't stat '" + names[0] + "': No such file or directory")
		}
		if r.isFolder(to) {
			to = strings.TrimSuffix(to, "/") + from[strings.LastIndexByte(from, '/'):]
		}
		r.files[to] = text
		if name == "mv" {
			delete(r.files, from)
		}
		return 0
	}
	for _, n := range names {
		p := r.path(n)
		_, there := r.files[p]
		switch {
		case name == "touch" && !there:
			r.files[p] = ""
		case name == "mkdir":
			r.files[p+"/."] = ""
		case name == "touch":
		case there:
			delete(r.files, p)
		case strings.ContainsAny(flags, "r") || name == "rmdir":
			for f := range r.files { // any order
				if strings.HasPrefix(f, p+"/") {
					delete(r.files, f)
				}
			}
		case !strings.Contains(flags, "f"):
			code = r.complain("rm: can't remove '" + n + "': No such file or directory")
		}
	}
	return code
}

func (r *run) listFiles(names []string) (code int) {
	if names == nil {
		names = []string{r.directory()}
	}
	for _, n := range names {
		p := r.path(n)
		if _, ok := r.read(p); ok {
			r.print(n + "\n")
			continue
		}
		if !r.isFolder(p) {
			code = r.complain("ls: " + n + ": No such file or directory")
			continue
		}
		var found []string
		prefix := strings.TrimSuffix(p, "/") + "/"
		add := func(f string) {
			if rest, ok := strings.CutPrefix(f, prefix); ok && rest != "" && rest != "." {
				first, _, _ := strings.Cut(rest, "/")
				found = append(found, first)
			}
		}
		for f := range r.files { // any order
			add(f)
		}
		for _, f := range folders {
			add(f)
		}
		slices.Sort(found)
		for _, f := range slices.Compact(found) {
			r.print(f + "\n")
		}
	}
	return code
}

// filter runs a program that reads files, or what is piped to it.
func (r *run) filter(name, flags string, names []string) (code int) {
	pattern, count := "", 10
	if name == "grep" && len(names) > 0 {
		pattern, names = names[0], names[1:]
	}
	if strings.Contains(flags, "n") && name != "grep" && len(names) > 0 {
		count, _ = strconv.Atoi(names[0])
		names = names[1:]
	}
	if name == "tee" {
		for _, n := range names {
			r.files[r.path(n)] = r.input
		}
		r.print(r.input)
		return 0
	}
	var text strings.Builder
	if len(names) == 0 {
		text.WriteString(r.input)
	}
	for _, n := range names {
		t, ok := r.read(r.path(n))
		if !ok {
			code = r.complain(name + ": can't open '" + n + "': No such file or directory")
		}
		text.WriteString(t)
	}
	lines := strings.SplitAfter(text.String(), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	switch name {
	case "head":
		lines = lines[:min(max(count, 0), len(lines))]
	case "tail":
		lines = lines[max(0, len(lines)-max(count, 0)):]
	case "wc":
		r.print(strconv.Itoa(len(lines)) + "\n")
		return code
	case "grep":
		return max(code, r.grep(flags, pattern, lines))
	}
	r.print(strings.Join(lines, ""))
	if name == "tail" && strings.ContainsAny(flags, "fF") {
		r.forever()
	}
	return code
}

func (r *run) grep(flags, pattern string, lines []string) int {
	found := 1
	for _, l := range lines {
		if strings.Contains(l, strings.Trim(pattern, "^$")) != strings.Contains(flags, "v") {
			if found = 0; !strings.Contains(flags, "q") {
				r.print(l)
			}
		}
	}
	return found
}

// holds evaluates what test is asked.
func (r *run) holds(args []string) bool {
	for i := len(args) - 1; i > 0; i-- {
		switch args[i] {
		case "-o":
			return r.holds(args[:i]) || r.holds(args[i+1:])
		case "-a":
			return r.holds(args[:i]) && r.holds(args[i+1:])
		}
	}
	if len(args) > 1 && args[0] == "!" {
		return !r.holds(args[1:])
	}
	switch len(args) {
	case 1:
		return args[0] != ""
	case 2:
		return r.isSo(args[0], args[1])
	case 3:
		return compare(args[0], args[1], args[2])
	}
	return false
}

func (r *run) isSo(what, arg string) bool {
	text, file := r.read(r.path(arg))
	switch what {
	case "-z":
		return arg == ""
	case "-n":
		return arg != ""
	case "-f":
		return file
	case "-s":
		return text != ""
	case "-d":
		return r.isFolder(r.path(arg))
	}
	return file || r.isFolder(r.path(arg))
}

func compare(a, op, b string) bool {
	x, _ := strconv.ParseInt(a, 10, 64)
	y, _ := strconv.ParseInt(b, 10, 64)
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	case "-ge":
		return x >= y
	}
	return false
}
