// The smallest single replacement that turns a document into another text.

import {Text} from "@codemirror/state";

// change returns {from, to, insert} for CodeMirror, or null when doc already reads as text. It compares line by line, so
// that a text of megabytes never becomes one string.
export function change(doc, text) {
  const next = Text.of(text.split(/\r\n?|\n/));
  if (doc.eq(next)) return null;
  const lines = Math.min(doc.lines, next.lines);
  let first = 1;
  while (first <= lines && doc.line(first).text === next.line(first).text) first++;
  let last = 0;
  while (last < lines - first + 1 && doc.line(doc.lines - last).text === next.line(next.lines - last).text) last++;
  return within(doc, next, first, last);
}

// within narrows the replacement of the lines from first on, but for the last ones, to the characters that differ.
function within(doc, next, first, last) {
  const start = first > 1 ? doc.line(first - 1).to : 0;
  const end = last ? doc.line(doc.lines - last + 1).from : doc.length;
  const nextEnd = last ? next.line(next.lines - last + 1).from : next.length;
  const before = doc.sliceString(start, end);
  const after = next.sliceString(start, nextEnd);
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shortest - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return {from: start + head, to: end - tail, insert: after.slice(head, after.length - tail)};
}
