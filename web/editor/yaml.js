// YAML's colours, taken from the page's CSS variables so that both themes just work.

import {HighlightStyle, indentUnit, syntaxHighlighting} from "@codemirror/language";
import {yaml} from "@codemirror/lang-yaml";
import {Compartment, EditorState} from "@codemirror/state";
import {Decoration, MatchDecorator, ViewPlugin} from "@codemirror/view";
import {tags} from "@lezer/highlight";

// A parse of a larger text would hold up the page; such a text is shown plain.
const highlightLimit = 500_000;

const colours = HighlightStyle.define([
  {tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--key, var(--watch))"},
  {tag: [tags.content, tags.string, tags.special(tags.string)], color: "var(--string, var(--ok))"},
  {tag: [tags.lineComment, tags.meta], color: "var(--dim)"},
  {tag: [tags.labelName, tags.typeName, tags.keyword], color: "var(--work)"},
]);

// Lezer's YAML grammar does not tell numbers and booleans from other plain scalars, so they are found by their looks.
const scalar = new MatchDecorator({
  regexp: /(?<=(?::|-|\[|,)[ ]+)(?:[-+]?(?:0x[\da-fA-F]+|0o?[0-7]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)|true|false|null|~)(?=[ ]*(?:$|#|,|\]|\}))/gm,
  decoration: Decoration.mark({class: "cm-scalar"}),
});

const scalars = ViewPlugin.define(
  (view) => ({
    decorations: scalar.createDeco(view),
    update(update) {
      this.decorations = scalar.updateDeco(update, this.decorations);
    },
  }),
  {decorations: (plugin) => plugin.decorations},
);

const language = new Compartment();

const coloured = (length) => (length > highlightLimit ? [] : [yaml(), syntaxHighlighting(colours), scalars]);

// follow turns the colours off when a text grows over the limit, and on again when it shrinks.
const follow = EditorState.transactionExtender.of((transaction) => {
  const before = transaction.startState.doc.length > highlightLimit;
  const after = transaction.newDoc.length > highlightLimit;
  return before === after ? null : {effects: language.reconfigure(coloured(transaction.newDoc.length))};
});

// highlighting is the language of a text that begins with this many characters.
export function highlighting(length) {
  return [language.of(coloured(length)), follow, indentUnit.of("  "), EditorState.tabSize.of(2)];
}
