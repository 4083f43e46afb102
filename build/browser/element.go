package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long an element may take to appear.
const patience = 10 * time.Second

// Element is an element of the page as assistive technology finds it: by role and accessible name.
type Element struct {
	tab  *Tab
	id   cdp.BackendNodeID
	what string
}

// Find waits for an element that assistive technology can see, by its role ("button", "tab", "textbox", ...) and its exact
// name, or a beginning of it that ends in "…". It returns the first that fits.
func (t *Tab) Find(role, name string) (Element, error) {
	deadline := time.Now().Add(patience)
	for {
		found, err := t.query(role, name)
		if err == nil && len(found) > 0 {
			return found[0], nil
		}
		if time.Now().After(deadline) {
			return Element{}, fmt.Errorf("the page has no %s named %q (%v)", role, name, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Has says whether the page has such an element now.
func (t *Tab) Has(role, name string) bool {
	found, err := t.query(role, name)
	return err == nil && len(found) > 0
}

// query finds what Find describes, in the order of the document.
func (t *Tab) query(role, name string) (found []Element, err error) {
	beginning, cut := strings.CutSuffix(name, "…")
	exact := name
	if cut {
		exact = ""
	}
	err = t.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		document, err := cdp.Call(ctx, target, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		tree, err := cdp.Call(ctx, target, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
			NodeID: document.Root.NodeID, Role: role, AccessibleName: exact,
		})
		if err != nil {
			return err
		}
		for _, node := range tree.Nodes {
			if node.Ignored || cut && !strings.HasPrefix(nameOf(node), beginning) {
				continue
			}
			found = append(found, Element{tab: t, id: node.BackendDOMNodeID, what: role + " " + nameOf(node)})
		}
		return nil
	}))
	return found, err
}

func nameOf(node *accessibility.Node) (name string) {
	if node.Name == nil || json.Unmarshal(node.Name.Value, &name) != nil {
		return ""
	}
	return name
}

// middle is a function in JavaScript: the middle of the part of an element that its scrolling ancestors and the window
// leave to be seen, as "x y"; empty when they leave nothing.
const middle = `e => {
	let {left, top, right, bottom} = e.getClientRects()[0] ?? {};
	const cut = (r) => [left, top, right, bottom] =
		[Math.max(left, r.left), Math.max(top, r.top), Math.min(right, r.right), Math.min(bottom, r.bottom)];
	cut({left: 0, top: 0, right: innerWidth, bottom: innerHeight});
	for (let p = e.parentElement; p; p = p.parentElement) {
		if (p instanceof HTMLElement && getComputedStyle(p).overflow !== "visible") cut(p.getBoundingClientRect());
	}
	return left < right && top < bottom ? (left + right) / 2 + " " + (top + bottom) / 2 : "";
}`

// Press clicks the middle of what is seen of the element with the mouse, as a user would: what lies over it gets the click.
func (e Element) Press() error {
	err := e.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.id})
		return err
	}))
	if err != nil {
		return e.wrap("scroll to", err)
	}
	at, err := e.Call(middle)
	if err != nil {
		return err
	}
	var x, y float64
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		return e.wrap("press", errors.New("it is not on the screen"))
	}
	return e.wrap("press", e.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.MouseClickXY(x, y)(ctx, target)
		return err
	})))
}

// Call calls a JavaScript function with the element as its argument and returns what it returns as a string.
func (e Element) Call(function string) (result string, err error) {
	err = e.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		node, err := cdp.Call(ctx, target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: e.id})
		if err != nil {
			return err
		}
		byValue := true
		answer, err := cdp.Call(ctx, target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
			FunctionDeclaration: "function() { return String((" + function + ")(this)) }",
			ObjectID:            node.Object.ObjectID,
			ReturnByValue:       &byValue,
		})
		if err != nil {
			return err
		}
		if answer.ExceptionDetails != nil {
			return fmt.Errorf("%s", answer.ExceptionDetails.Text)
		}
		return json.Unmarshal(answer.Result.Value, &result)
	}))
	return result, e.wrap("look at", err)
}

// Text returns the text that the element shows.
func (e Element) Text() (string, error) { return e.Call("e => e.innerText") }

func (e Element) wrap(verb string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s the %s: %w", verb, e.what, err)
}

// Press finds an element and clicks it.
func (t *Tab) Press(role, name string) error {
	element, err := t.Find(role, name)
	if err != nil {
		return err
	}
	return element.Press()
}

// Replace replaces all text of a textbox by typing over it, and makes sure that the textbox took it.
func (t *Tab) Replace(name, text string) error {
	if err := t.Press("textbox", name); err != nil {
		return err
	}
	err := t.Do(
		chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
			return err
		}),
	)
	if err != nil {
		return err
	}
	box, err := t.Find("textbox", name)
	if err != nil {
		return err
	}
	shown, err := box.Text()
	for line := range strings.Lines(text) {
		if err == nil && !strings.Contains(shown, strings.TrimRight(line, "\n")) {
			err = fmt.Errorf("the textbox %s did not take the line %q; it shows\n%s", name, line, shown)
		}
	}
	return err
}

// Before has a script run in every page before its own scripts.
func (t *Tab) Before(script string) error {
	return t.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}
