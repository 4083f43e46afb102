package kubectl

import (
	"slices"
	"strings"
)

// Parse understands a line as typed at a prompt: "kubectl scale deployment/web --replicas=5". The files are those that
// -f can name. Errors are in kubectl's words, with their "error: ".
func Parse(line string, files []File) (Command, error) {
	words, err := split(line)
	if err != nil {
		return Command{}, usage(err.Error())
	}
	if len(words) == 0 || words[0] != "kubectl" {
		return Command{}, usage("a command begins with kubectl")
	}
	p := parser{files: files, command: Command{Line: strings.TrimSpace(line)}}
	if err := p.parse(words[1:]); err != nil {
		return Command{}, err
	}
	return p.command, nil
}

// parser takes a command line apart.
type parser struct {
	command Command
	files   []File
	missing []string // files that -f names and that are not there
	args    []string
	rest    []string        // of exec, after --
	given   map[string]bool // flags
}

// grammar is a command with the flags that it knows here and what it makes of its arguments.
type grammar struct {
	verb  Verb
	flags []string
	args  func(*parser) error
}

var grammars = []grammar{
	{Apply, []string{"filename", "dry-run", "server-side", "force-conflicts", "field-manager"}, (*parser).applyArgs},
	{Create, []string{"filename", "dry-run", "field-manager"}, (*parser).createArgs},
	{Delete, []string{"filename", "selector", "all", "cascade", "grace-period", "force", "now", "wait", "ignore-not-found"}, (*parser).deleteArgs},
	{Scale, []string{"filename", "selector", "all", "replicas", "current-replicas"}, (*parser).scaleArgs},
	{Label, []string{"filename", "selector", "all", "overwrite"}, (*parser).labelArgs},
	{Annotate, []string{"filename", "selector", "all", "overwrite"}, (*parser).labelArgs},
	{Taint, []string{"selector", "all", "overwrite"}, (*parser).taintArgs},
	{Cordon, []string{"selector"}, (*parser).cordonArgs},
	{Uncordon, []string{"selector"}, (*parser).cordonArgs},
	{SetImage, []string{"filename", "selector", "all"}, (*parser).imageArgs},
	{Patch, []string{"filename", "patch", "type"}, (*parser).patchArgs},
	{Drain, []string{
		"selector", "pod-selector", "force", "ignore-daemonsets", "delete-emptydir-data", "grace-period", "timeout",
	}, (*parser).cordonArgs},
	{Pause, []string{"filename", "selector"}, (*parser).rolloutArgs},
	{Resume, []string{"filename", "selector"}, (*parser).rolloutArgs},
	{Restart, []string{"filename", "selector"}, (*parser).rolloutArgs},
	{Undo, []string{"filename", "selector", "to-revision"}, (*parser).rolloutArgs},
	{History, []string{"filename", "selector"}, (*parser).rolloutArgs},
	{Status, []string{"filename", "selector", "watch"}, (*parser).rolloutArgs},
	{Logs, []string{"container", "previous", "tail", "since", "timestamps", "limit-bytes"}, (*parser).logsArgs},
	{Exec, []string{"container", "stdin", "tty", "quiet"}, (*parser).execArgs},
}

// readers are kubectl's commands that only look. The page shows what they would print.
var readers = []string{"get", "describe", "explain", "top", "events", "diff", "api-resources", "version", "wait"}

func (p *parser) parse(words []string) error {
	words, err := p.globals(words)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usage("a command is missing, such as kubectl apply -f FILE")
	}
	for i := range grammars {
		g := &grammars[i]
		name := strings.Fields(string(g.verb))
		if len(words) < len(name) || !slices.Equal(words[:len(name)], name) {
			continue
		}
		p.command.Verb = g.verb
		if err := p.options(g, words[len(name):]); err != nil {
			return err
		}
		return g.args(p)
	}
	if slices.Contains(readers, words[0]) {
		return usage("kubectl " + words[0] + " is not simulated: the page shows every object, event and log as it is")
	}
	if words[0] == "rollout" || words[0] == "set" {
		return usage("unknown command " + quoted(strings.Join(words[1:], " ")) + " for " + quoted("kubectl "+words[0]))
	}
	return usage("unknown command " + quoted(words[0]) + ` for "kubectl"`)
}

// globals takes the flags that stand before the command.
func (p *parser) globals(words []string) ([]string, error) {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		rest, err := p.option(nil, words)
		if err != nil {
			return nil, err
		}
		words = rest
	}
	return words, nil
}

// options takes the flags of a command, wherever they stand, and leaves the arguments.
func (p *parser) options(g *grammar, words []string) error {
	for len(words) > 0 {
		if words[0] == "--" && g.verb == Exec {
			p.rest = words[1:]
			return nil
		}
		if words[0] == "--" {
			p.args = append(p.args, words[1:]...)
			return nil
		}
		if len(words[0]) < 2 || words[0][0] != '-' {
			p.args = append(p.args, words[0])
			words = words[1:]
			continue
		}
		rest, err := p.option(g, words)
		if err != nil {
			return err
		}
		words = rest
	}
	return nil
}

// option takes one flag with its value.
func (p *parser) option(g *grammar, words []string) ([]string, error) {
	name, value, hasValue := flagName(g, words[0])
	f := flags[name]
	known := f != nil && (slices.Contains(global, name) || g != nil && slices.Contains(g.flags, name))
	if !known {
		return nil, p.unknownFlag(g, words[0])
	}
	words = words[1:]
	switch {
	case hasValue:
	case f.alone != "":
		value = f.alone
	case len(words) == 0:
		return nil, usage("flag needs an argument: --" + name + p.seeHelp(g))
	default:
		value, words = words[0], words[1:]
	}
	if p.given == nil {
		p.given = map[string]bool{}
	}
	p.given[name] = true
	if err := f.set(p, value); err != nil {
		return nil, usage("invalid argument " + quoted(value) + " for " + quoted("--"+name) + " flag: " + err.Error() + p.seeHelp(g))
	}
	return words, nil
}

// flagName returns the long name of a flag and the value that is written with it.
func flagName(g *grammar, word string) (name, value string, hasValue bool) {
	if long, ok := strings.CutPrefix(word, "--"); ok {
		return cutValue(long)
	}
	name = shorthands[word[1]]
	if g != nil && (g.verb == Logs || g.verb == Exec) {
		name = logShorthands[word[1]]
	}
	value = word[2:]
	return name, strings.TrimPrefix(value, "="), value != ""
}

func cutValue(s string) (name, value string, hasValue bool) { return strings.Cut(s, "=") }

func (p *parser) unknownFlag(g *grammar, word string) error {
	if strings.HasPrefix(word, "--") {
		name, _, _ := cutValue(word)
		return usage("unknown flag: " + name + p.seeHelp(g))
	}
	return usage("unknown shorthand flag: '" + word[1:2] + "' in " + word + p.seeHelp(g))
}

func (p *parser) seeHelp(g *grammar) string {
	if g == nil {
		return "\nSee 'kubectl --help' for usage."
	}
	return "\nSee 'kubectl " + string(g.verb) + " --help' for usage."
}

// usage is an error of the command line.
func usage(message string) error { return plainError("error: " + message) }

// split cuts a line into words as a shell does: quotes and backslashes, nothing else.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	in, open := byte(0), false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case in == '\'' && c != '\'', in == '"' && c != '"' && c != '\\':
			word.WriteByte(c)
		case in != 0 && c == in:
			in = 0
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			open = true
		case c == '\'' || c == '"':
			in, open = c, true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if in != 0 {
		return nil, plainError("a quote is not closed: " + string(in))
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

// quote writes a word so that split reads it back.
func quote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n\r'\"\\") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
