package manifest

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// Error is why a file cannot be read further. Lines and columns count from 1, columns in characters; EndColumn is past
// the last one.
type Error struct {
	File      string
	Line      int
	Column    int
	EndColumn int
	Message   string // for an editor, which shows the place itself
	said      string // kubectl's words, with fileMark for the file
}

// Error implements error: the message with its place.
func (e *Error) Error() string {
	return e.File + ":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + e.Message
}

// Kubectl returns the error in kubectl's words: without the place, as kubectl does not say it.
func (e *Error) Kubectl() string {
	if e.said == "" {
		return "error parsing " + e.File + ": " + e.Message
	}
	return strings.ReplaceAll(e.said, fileMark, e.File)
}

// fileMark stands for the file's name where a message is made before the name is known.
const fileMark = "\x00"

const dontValidate = "; if you choose to ignore these errors, turn validation off with --validate=false"

// invalid is the error of an object that says too little to be sent.
func (c *chunk) invalid(n *yaml.Node, problem string) *Error {
	e := c.at(n, problem)
	e.said = `error validating "` + fileMark + `": error validating data: ` + problem + dontValidate
	return e
}

// at is an error at a node.
func (c *chunk) at(n *yaml.Node, message string) *Error {
	line, col, end := c.span(n)
	return &Error{Line: line, Column: col, EndColumn: end, Message: message}
}

// conversion is an error at a node which kubectl reports as one of reading the YAML.
func (c *chunk) conversion(n *yaml.Node, message string) *Error {
	e := c.at(n, message)
	e.said = "error parsing " + fileMark + ": error converting YAML to JSON: " + message
	return e
}

var lineNumber = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// grammar are the complaints of YAML's parser as opposed to its scanner: it counts lines from 0.
var grammar = []string{
	"did not find expected key", "did not find expected '-'", "did not find expected ','", "did not find expected node",
	"did not find expected <", "found undefined tag handle", "found duplicate", "found incompatible",
}

// syntaxError explains what yaml.v3 could not parse. The words and the line come from the parser that kubectl uses,
// yaml.v2, which sees the same and has the better aim; neither tells the column.
func (c *chunk) syntaxError(err error) *Error {
	said := err.Error()
	if _, err := sigsyaml.YAMLToJSON([]byte(c.text)); err != nil {
		said = err.Error()
	}
	said = strings.TrimPrefix(said, "error converting YAML to JSON: ")
	match := lineNumber.FindStringSubmatch(said)
	message := said
	line := 1
	if match != nil {
		message = said[len(match[0]):]
		if n, err := strconv.Atoi(match[1]); err == nil {
			line = n
			for _, g := range grammar {
				if strings.HasPrefix(message, g) {
					line++
					break
				}
			}
		}
	}
	e := c.lineError(line, message)
	e.said = "error parsing " + fileMark + ": error converting YAML to JSON: " + said
	return e
}

// lineError is an error somewhere in a line of the chunk: all of its text is meant.
func (c *chunk) lineError(line int, message string) *Error {
	lines := strings.Split(c.text, "\n")
	line = min(max(line, 1), len(lines))
	text := strings.TrimRight(lines[line-1], " \t\r")
	column := 1 + utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " \t"))
	end := max(column, 1+utf8.RuneCountInString(text))
	return &Error{Line: c.line + line - 1, Column: column, EndColumn: end, Message: message}
}
