// Shows what the parser or the API server has to say about a manifest: the line marked, the place underlined, a dot in
// the gutter and the words themselves under the line.

import {RangeSet, StateEffect, StateField} from "@codemirror/state";
import {Decoration, EditorView, gutter, GutterMarker, WidgetType} from "@codemirror/view";

// More messages than this help nobody and would slow the page down.
const shown = 100;

const replace = StateEffect.define();

// showDiagnostics replaces what is shown.
export function showDiagnostics(view, list) {
  view.dispatch({effects: replace.of(list)});
}

// Message is the words under a line.
class Message extends WidgetType {
  constructor(severity, text) {
    super();
    this.severity = severity;
    this.text = text;
  }

  eq(other) {
    return other.severity === this.severity && other.text === this.text;
  }

  toDOM() {
    const element = document.createElement("div");
    element.className = `cm-message cm-message-${this.severity}`;
    element.setAttribute("role", "note");
    element.textContent = this.text;
    return element;
  }

  ignoreEvent() {
    return true; // so that the words can be selected and copied
  }
}

// Dot is the mark in the gutter.
class Dot extends GutterMarker {
  constructor(severity, text) {
    super();
    this.severity = severity;
    this.text = text;
  }

  eq(other) {
    return other.severity === this.severity && other.text === this.text;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = `cm-problem-${this.severity}`;
    element.title = this.text;
    return element;
  }
}

const none = {marks: Decoration.none, dots: RangeSet.empty};

// problems holds the decorations; they move with the text until the next check replaces them.
const problems = StateField.define({
  create: () => none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(replace)) return decorate(transaction.state.doc, effect.value);
    if (!transaction.docChanged || value === none) return value;
    return {marks: value.marks.map(transaction.changes), dots: value.dots.map(transaction.changes)};
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.marks),
});

// decorate turns diagnostics into decorations of doc.
function decorate(doc, list) {
  const marks = [];
  const dots = new Map();
  for (const diagnostic of list.slice(0, shown)) {
    const severity = diagnostic.severity === "warning" ? "warning" : "error";
    const line = doc.line(Math.min(Math.max(diagnostic.line, 1), doc.lines));
    const [from, to] = span(line, diagnostic);
    marks.push(Decoration.line({class: `cm-line-${severity}`}).range(line.from));
    if (to > from) marks.push(Decoration.mark({class: `cm-under-${severity}`}).range(from, to));
    marks.push(Decoration.widget({widget: new Message(severity, diagnostic.message), block: true, side: 1}).range(line.to));
    if (!dots.has(line.from) || severity === "error") dots.set(line.from, new Dot(severity, diagnostic.message));
  }
  return {
    marks: Decoration.set(marks, true),
    dots: RangeSet.of([...dots].map(([at, dot]) => dot.range(at)), true),
  };
}

// span returns what to underline: the columns given or, where only a point is known, the word there.
function span(line, diagnostic) {
  const start = Math.min(Math.max(diagnostic.column, 1) - 1, line.length);
  if (diagnostic.endCol > diagnostic.column) return [line.from + start, line.from + Math.min(diagnostic.endCol - 1, line.length)];
  const word = /^[^\s:,{}[\]]+/.exec(line.text.slice(start));
  if (word) return [line.from + start, line.from + start + word[0].length];
  return [line.from + line.text.search(/\S|$/), line.to];
}

export const diagnostics = [
  problems,
  gutter({
    class: "cm-gutter-problem",
    markers: (view) => view.state.field(problems).dots,
    initialSpacer: () => new Dot("error", ""),
  }),
];
