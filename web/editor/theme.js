// The editor's looks: spaces, sizes and colours from the page's tokens.

import {EditorView} from "@codemirror/view";

const shared = {
  "&": {height: "100%", color: "var(--text)", backgroundColor: "transparent", fontSize: "var(--t1)"},
  "&.cm-focused": {outline: "none"},
  "&.cm-focused .cm-content": {outline: "none"},
  ".cm-scroller": {fontFamily: "var(--mono)", lineHeight: "20px", overflow: "auto"},
  ".cm-content": {padding: "var(--s2) 0", caretColor: "var(--accent)"},
  ".cm-line": {padding: "0 var(--s2) 0 0"},
  ".cm-cursor, .cm-dropCursor": {borderLeftColor: "var(--accent)", borderLeftWidth: "2px"},
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "var(--accent-soft)",
  },
  ".cm-gutters": {backgroundColor: "transparent", color: "var(--faint)", border: "none"},
  ".cm-lineNumbers .cm-gutterElement": {minWidth: "30px", padding: "0 10px 0 0", fontSize: "var(--t1)"},
  ".cm-activeLine, .cm-activeLineGutter": {backgroundColor: "transparent"},
  "&.cm-focused .cm-activeLineGutter": {color: "var(--text)"},
  ".cm-scalar, .cm-scalar *": {color: "var(--number, var(--accent)) !important"},
  ".cm-lint-marker": {width: "8px", height: "8px"},
  ".cm-gutter-problem": {width: "8px"},
  ".cm-problem-error": {color: "var(--bad)"},
  ".cm-problem-warning": {color: "var(--warn)"},
  ".cm-problem-error::before, .cm-problem-warning::before": {content: "'●'", fontSize: "8px", lineHeight: "20px"},
  ".cm-line.cm-line-error": {
    background: "color-mix(in srgb, var(--bad) 8%, transparent)",
    boxShadow: "inset 2px 0 var(--bad)",
  },
  ".cm-line.cm-line-warning": {
    background: "color-mix(in srgb, var(--warn) 8%, transparent)",
    boxShadow: "inset 2px 0 var(--warn)",
  },
  ".cm-under-error": {textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px"},
  ".cm-under-warning": {textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px"},
  ".cm-message": {
    font: "var(--t1)/1.4 var(--ui)",
    padding: "2px 12px 4px 0",
    whiteSpace: "normal",
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  ".cm-message-error": {color: "var(--bad)"},
  ".cm-message-warning": {color: "var(--warn)"},
  ".cm-panels": {backgroundColor: "var(--raise)", color: "var(--text)", fontFamily: "var(--ui)"},
  ".cm-panels.cm-panels-bottom": {borderTop: "1px solid var(--line)"},
  ".cm-textfield": {backgroundColor: "var(--panel)", border: "1px solid var(--line)", borderRadius: "var(--r2)"},
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--raise)",
    border: "1px solid var(--line)",
    borderRadius: "var(--r2)",
  },
  ".cm-searchMatch": {backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)"},
  ".cm-selectionMatch": {backgroundColor: "var(--accent-soft)"},
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--faint)",
  },
};

// theme returns the looks; dark only tells CodeMirror which defaults to build on.
export function theme(dark) {
  return EditorView.theme(shared, {dark: Boolean(dark)});
}
