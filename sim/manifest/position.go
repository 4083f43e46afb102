package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Position returns where the field of a Kubernetes field path stands in the file, such as
// "spec.template.spec.containers[0].image", "metadata.labels[example.com/a]" or "spec.ports[http].port" (an element by
// its name). Where there is no such field it is the nearest one around it that exists. Line and column count from 1,
// the column in characters; endCol is past the last one.
func (d *Document) Position(path string) (line, col, endCol int) {
	key, value := d.find(path)
	return d.chunk.place(key, value)
}

// place returns where an entry stands: its value when that fits in a line, otherwise its key.
func (c *chunk) place(key, value *yaml.Node) (line, col, endCol int) {
	if value.Kind == yaml.ScalarNode && value.Value != "" || value.Kind == yaml.AliasNode || key == nil {
		return c.span(value)
	}
	return c.span(key)
}

// find returns the key and value of the deepest entry on a path that exists; key is nil for elements of lists.
func (d *Document) find(path string) (key, value *yaml.Node) {
	value = d.node
	for _, step := range steps(path) {
		k, v := entry(value, step)
		if v == nil {
			break
		}
		key, value = k, v
	}
	return key, value
}

// steps takes a field path apart. What is in brackets may hold dots.
func steps(path string) []string {
	var out []string
	for path != "" {
		switch path[0] {
		case '.':
			path = path[1:]
		case '[':
			end := strings.IndexByte(path, ']')
			// A key may hold a bracket itself; the one that ends the step is followed by another step.
			for end > 0 && end+1 < len(path) && path[end+1] != '.' && path[end+1] != '[' {
				next := strings.IndexByte(path[end+1:], ']')
				if next < 0 {
					break
				}
				end += 1 + next
			}
			if end < 0 {
				return append(out, path[1:])
			}
			out = append(out, path[1:end])
			path = path[end+1:]
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			out = append(out, path[:end])
			path = path[end:]
		}
	}
	return out
}

// entry returns an entry of a mapping by its key, or an element of a list by its index or its name.
func entry(n *yaml.Node, step string) (key, value *yaml.Node) {
	n = target(n)
	switch n.Kind {
	case yaml.MappingNode:
		return lookup(n, step)
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil {
			return nil, element(n, i)
		}
		name := strings.Trim(strings.TrimPrefix(step, "name="), `"`)
		for _, e := range n.Content {
			if v := child(e, "name"); v != nil && v.Value == name {
				return nil, e
			}
		}
	}
	return nil, nil
}

// lookup returns the entry of a mapping that counts: the last of equal keys, or what a merge key brings in.
func lookup(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		k, v := n.Content[i], n.Content[i+1]
		if isMerge(k) {
			sources := []*yaml.Node{v}
			if v.Kind == yaml.SequenceNode {
				sources = v.Content
			}
			for _, s := range sources {
				if s = target(s); s.Kind == yaml.MappingNode && s != n {
					if k, v := lookup(s, name); v != nil {
						return k, v
					}
				}
			}
			continue
		}
		if keyName(k) == name {
			return k, v
		}
	}
	return nil, nil
}

// keyName returns a key as it is in JSON.
func keyName(n *yaml.Node) string {
	n = target(n)
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	budget := 0
	r := resolver{chunk: &chunk{}, budget: &budget}
	name, err := r.key(n)
	if err != nil {
		return n.Value
	}
	return name
}

// child returns the value of a mapping's entry, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	if n = target(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	_, v := lookup(n, name)
	return v
}

// element returns an element of a list, or nil.
func element(n *yaml.Node, i int) *yaml.Node {
	if n = target(n); n == nil || n.Kind != yaml.SequenceNode || i < 0 || i >= len(n.Content) {
		return nil
	}
	return n.Content[i]
}

// target follows an alias.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// span returns where a node stands in the file: the text of a scalar or an alias, the first key of a mapping, the first
// character of anything else.
func (c *chunk) span(n *yaml.Node) (line, col, endCol int) {
	if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0 {
		n = n.Content[0]
	}
	text := c.textAt(n)
	width := 1
	switch {
	case n.Kind == yaml.AliasNode:
		width = 1 + utf8.RuneCountInString(n.Value)
	case n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
	case n.Style&yaml.DoubleQuotedStyle != 0:
		width = quotedWidth(text, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		width = quotedWidth(text, '\'')
	case n.Value == "":
		width = 0
	default:
		if i := strings.Index(text, n.Value); i >= 0 {
			text = text[:i+len(n.Value)]
		}
		width = utf8.RuneCountInString(strings.TrimRight(text, " \t\r"))
	}
	return c.line + n.Line - 1, n.Column, n.Column + width
}

// textAt returns the line of a node from where it begins.
func (c *chunk) textAt(n *yaml.Node) string {
	text := c.text
	for range n.Line - 1 {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return ""
		}
		text = text[i+1:]
	}
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return text
}

// quotedWidth returns how many characters a quoted scalar takes on its line, from before its first quote, where a tag
// or an anchor may stand.
func quotedWidth(text string, quote byte) int {
	open := strings.IndexByte(text, quote)
	for i := open + 1; open >= 0 && i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return utf8.RuneCountInString(text[:i+1])
		}
	}
	return utf8.RuneCountInString(text)
}
