// What the keyboard does: editing, search, and a way out of the editor for those who tab through the page.

import {defaultKeymap, history, historyKeymap, indentLess, indentMore, insertNewlineKeepIndent} from "@codemirror/commands";
import {bracketMatching} from "@codemirror/language";
import {highlightSelectionMatches, search, searchKeymap} from "@codemirror/search";
import {EditorState, StateEffect, StateField} from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";

// editing is everything that an editor is expected to do.
export const editing = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  dropCursor(),
  EditorState.allowMultipleSelections.of(true),
  bracketMatching(),
  highlightSelectionMatches({minSelectionLength: 2}),
  search({top: false}),
  keymap.of([{key: "Enter", run: insertNewlineKeepIndent}, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
];

const enter = StateEffect.define();

// entered says whether the editor was entered deliberately (by typing or with the pointer). Only then does Tab indent;
// otherwise it moves on through the page, as it does everywhere else. Escape gives Tab back to the page.
const entered = StateField.define({
  create: () => false,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(enter)) return effect.value;
    return value || transaction.isUserEvent("input") || transaction.isUserEvent("delete");
  },
});

// set records whether the editor is entered, and leaves the key to others.
const set = (value) => (view) => {
  if (view.state.field(entered) !== value) view.dispatch({effects: enter.of(value)});
  return false;
};

const whenEntered = (command) => (view) => view.state.field(entered) && command(view);

// leaveByTab keeps the page usable without a pointer: Escape, then Tab, leaves the editor.
export const leaveByTab = [
  entered,
  keymap.of([
    {key: "Escape", run: set(false)},
    {key: "Tab", run: whenEntered(indentMore), shift: whenEntered(indentLess)},
  ]),
  EditorView.domEventHandlers({
    mousedown: (_, view) => set(true)(view),
    blur: (_, view) => set(false)(view),
  }),
];
