// Spoken sentences as files for Chromium's false microphones, the truth about them, and comparisons
// with what was heard. What is not here: browsers.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Samples a second of what is made. */
const RATE = 48_000;

/** The voice of each person (flite's, inside ffmpeg). */
export const VOICES = { judge: 'rms', plaintiff: 'slt', defendant: 'awb' };

/**
 * Who says what, and how long after the end of the sentence before, ms; below zero they speak at the
 * same time.
 */
export const SCRIPT = [
  ['judge', 2_000, 'the court will look at the paper again'],
  ['judge', 1_500, 'do you have any questions for the witness'],
  ['plaintiff', 500, 'we have evidence that the contract was signed by both parties'],
  ['judge', 400, 'please tell the court what happened on that day'],
  ['plaintiff', 600, 'the money was paid in the month of may'],
  ['defendant', -1_200, 'that is not the question'],
  // More than the pause within one turn (`crates/speech`): it is a turn of its own.
  ['plaintiff', 1_000, 'i gave him the money at his house'],
  ['defendant', 300, 'i never received any money from this man'],
  ['judge', 500, 'did anybody see you give him the money'],
  ['plaintiff', 400, 'my brother was there and he saw everything'],
  ['judge', 350, 'when did you first meet the plaintiff'],
  ['defendant', 450, 'we met in the spring of last year'],
  ['judge', 500, 'is this your name on the paper'],
  ['defendant', 300, 'yes that is my name but i did not write it'],
  ['plaintiff', -1_500, 'i want to say something about the second letter'],
  ['judge', 600, 'please wait until the other side is finished'],
  ['defendant', 400, 'he said that he would pay the money back in june'],
  ['judge', 700, 'do you want to say anything more'],
  ['plaintiff', 350, 'no i have nothing more to say'],
  ['defendant', 500, 'no i have nothing more to say'],
];

/** Samples of a sentence. */
function said(voice, words) {
  const source = `flite=text='${words}':voice=${voice}`;
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', source, '-ar', String(RATE), '-ac', '1', '-f', 's16le', '-'], { maxBuffer: 1 << 26 });
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
}

/** Where it is loud: the first and last 10 ms that have a fortieth of the loudest, ms. */
function loud(samples) {
  const step = RATE / 100;
  const peaks = [];
  for (let at = 0; at < samples.length; at += step) peaks.push(samples.subarray(at, at + step).reduce((most, each) => Math.max(most, Math.abs(each)), 0));
  const bound = Math.max(...peaks) / 40;
  return [peaks.findIndex((peak) => peak > bound) * 10, peaks.findLastIndex((peak) => peak > bound) * 10 + 10];
}

function wave(samples) {
  const head = Buffer.alloc(44);
  const bytes = samples.length * 2;
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, bytes)]);
}

/**
 * Writes one file for each person, all of the same length, in which one is silent while another
 * speaks; gives the files, each sentence with from when to when it is heard, and the length, ms.
 */
export function speak(folder, silent = []) {
  const truths = [];
  const pieces = [];
  let end = 0;
  for (const [who, gap, words] of SCRIPT) {
    const samples = said(VOICES[who], words);
    const [first, last] = loud(samples);
    const from = end + gap;
    pieces.push({ who, at: from - first, samples });
    truths.push({ who, words, from, to: from + last - first });
    end = Math.max(end, from + last - first);
  }
  const length = end + 2_000;
  const files = {};
  for (const who of [...Object.keys(VOICES), ...silent]) {
    const all = new Int16Array(Math.ceil((length * RATE) / 1_000));
    for (const piece of pieces) if (piece.who === who) all.set(piece.samples, (piece.at * RATE) / 1_000);
    files[who] = `${folder}/${who}.wav`;
    writeFileSync(files[who], wave(all));
  }
  return { files, truths, length };
}

/** Words changed, left out or put in. */
export function errors(wanted, found) {
  const [want, find] = [wanted.split(/\s+/).filter(Boolean), found.split(/\s+/).filter(Boolean)];
  let row = find.map((_, at) => at + 1);
  row.unshift(0);
  for (const [i, word] of want.entries()) {
    const next = [i + 1];
    for (const [j, other] of find.entries()) next.push(Math.min(row[j] + (word === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row.at(-1);
}

/** The value below which this share of the values is. */
export function share(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)];
}

/**
 * Brings each person's turns onto the script's time and says which are right: one turn for one
 * sentence, by who said it, its beginning and its end within `within` ms. `begun` is when each
 * person's microphone began, on the time line of the turns; what the way from the microphone to the
 * record takes is the middle of what it took from all beginnings of that person.
 */
export function compare(truths, turns, begun, within) {
  const way = {};
  const left = [...turns];
  const pairs = truths.map((truth) => {
    const [from, to] = [begun[truth.who] + truth.from, begun[truth.who] + truth.to];
    const shared = (turn) => Math.min(turn.to, to) - Math.max(turn.from, from);
    const own = left.filter((turn) => turn.who === truth.who && shared(turn) > 0).sort((a, b) => shared(b) - shared(a))[0];
    if (own) left.splice(left.indexOf(own), 1);
    return { truth, turn: own, from, to };
  });
  for (const who of new Set(truths.map((truth) => truth.who))) way[who] = share(pairs.filter(({ truth, turn }) => truth.who === who && turn).map(({ turn, from }) => turn.from - from), 0.5);
  const judged = pairs.map(({ truth, turn, from, to }) => {
    const off = turn ? [turn.from - from - way[truth.who], turn.to - to - way[truth.who]] : null;
    return { truth, turn, off, right: off !== null && off.every((ms) => Math.abs(ms) <= within) };
  });
  return { judged, surplus: left, way };
}
