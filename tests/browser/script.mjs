// Reads a script of `tests/scripts` for real pages: its acts and questions in order, each act with
// what the program says follows from it (`assize simulate --script`). What is not here: pages.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The people, the brief and the lines of a script. A line is `{ number, text, words, step }` for an
 * act and `{ number, text, words, answer }` for a question.
 */
export function readScript(binary, path) {
  const told = execFileSync(binary, ['simulate', '--script', path], { encoding: 'utf8', maxBuffer: 64 << 20 });
  const [head, ...steps] = told.trim().split('\n').map((line) => JSON.parse(line));
  const byLine = new Map(steps.map((step) => [step.line, step]));
  const lines = [];
  for (const [index, raw] of readFileSync(path, 'utf8').split('\n').entries()) {
    const text = raw.trim();
    const number = index + 1;
    if (text === '' || text.startsWith('#') || text.startsWith('<')) continue;
    const step = byLine.get(number);
    if (step) lines.push({ number, text, words: wordsOf(text), step });
    else if (text.includes(' = ')) {
      const at = text.indexOf(' = ');
      lines.push({ number, text, words: text.slice(0, at).split(/\s+/), answer: text.slice(at + 3) });
    }
  }
  return { people: head.people, brief: head.brief, lines };
}

/** The words of a line; a text in quotation marks is one. */
function wordsOf(text) {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map((found) => found[1] ?? found[2]);
}

/** The code with which an act is refused by the script, if it is. */
export function refusalOf(step) {
  for (const effect of step.effects) {
    const found = / refused: (\w+)$/.exec(effect);
    if (found && !effect.startsWith('minute')) return found[1];
  }
  return undefined;
}
