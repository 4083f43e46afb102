// The manifest editor: CodeMirror 6 behind one small interface that the page's Go code can hold.
//
//   OrreryEditor.mount(element, {text, dark, label, onChange(text)}) → Handle
//
// The page never sees CodeMirror's types, so that the editor can be replaced without touching Go.

import {Annotation, Compartment, EditorState} from "@codemirror/state";
import {EditorView} from "@codemirror/view";
import {diagnostics, showDiagnostics} from "./diagnostics.js";
import {leaveByTab, editing} from "./keyboard.js";
import {highlighting} from "./yaml.js";
import {theme} from "./theme.js";
import {change} from "./change.js";

// Marks a transaction that the page asked for, so that it is not reported back as the user's typing.
const fromPage = Annotation.define();

// mount puts an editor into element. onChange is called with the whole text.
export function mount(element, options) {
  const text = options.text ?? "";
  const look = new Compartment();
  const report = reporter(options.onChange);
  const view = new EditorView({
    parent: element,
    state: EditorState.create({
      doc: text,
      extensions: [
        leaveByTab,
        editing,
        diagnostics,
        look.of(theme(options.dark)),
        highlighting(text.length),
        // Whoever leaves the editor, perhaps for Apply, leaves nothing behind that the page does not know of.
        EditorView.domEventHandlers({blur: (_, view) => report.now(view)}),
        EditorView.contentAttributes.of({"aria-label": options.label ?? "Manifest editor", "aria-multiline": "true", tabindex: "0"}),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((t) => t.annotation(fromPage))) report.later(update.view);
        }),
      ],
    }),
  });
  return new Handle(view, look, report);
}

// Handle is what the page holds of a mounted editor.
class Handle {
  constructor(view, look, report) {
    this.view = view;
    this.look = look;
    this.report = report;
  }

  // setText replaces the text where it differs: the cursor stays in its place, and the change can be undone.
  setText(text) {
    const changes = change(this.view.state.doc, text);
    if (!changes) return;
    this.report.forget();
    this.view.dispatch({changes, annotations: fromPage.of(true)});
  }

  // setDiagnostics shows what is wrong: a list of {line, column, endCol, severity, message}, counted from 1.
  setDiagnostics(list) {
    showDiagnostics(this.view, list ?? []);
  }

  setTheme(dark) {
    this.view.dispatch({effects: this.look.reconfigure(theme(dark))});
  }

  focus() {
    this.view.focus();
  }

  // destroy reports what was typed last before it takes the editor out of the page.
  destroy() {
    this.report.now(this.view);
    this.view.destroy();
  }
}

// Texts above this many characters are reported only when typing rests: copying them for each key would be felt.
const promptLimit = 200_000;
const restMilliseconds = 250;

// reporter tells onChange what was typed: at once for manifests of a usual size, at rest for huge ones.
function reporter(onChange) {
  let timer = 0;
  const now = (view) => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    onChange?.(view.state.doc.toString());
  };
  return {
    now,
    later(view) {
      clearTimeout(timer);
      timer = setTimeout(() => now(view), view.state.doc.length > promptLimit ? restMilliseconds : 0);
    },
    forget() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}
