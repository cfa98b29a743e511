// A hearing driven by spoken audio through Chromium's false microphones: judge and two parties speak
// by a script with known times, each from a file of their own, in a Chromium of their own; what the
// recogniser (tests/speech/engine.py) makes of it stands on the clerk's page. Turns are compared with
// the script, words counted, and the time from the end of speech to the draft on the page measured.
// What is not here: Mandarin, which was not measured, and engines that misbehave.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { join as path } from 'node:path';
import { createInterface } from 'node:readline';
import { House, ROOT, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, open, signIn, soundOnly } from './people.mjs';
import { compare, errors, share, speak } from './spoken.mjs';

/** Beginnings and ends of turns may be off by so much, ms. */
const WITHIN_MS = 300;
const PICTURES = path(ROOT, 'tests', 'output', 'speech');
let engine, house, folder, spoken, people, hearing, zero;
/** When the script began, ms of the record's time line. */
let since = 0;

/** The recogniser of the tests, behind the FunASR protocol; gives its port. */
async function recogniser() {
  const programs = path(ROOT, 'tests', 'speech');
  engine = spawn(path(programs, '.venv', 'bin', 'python3'), [path(programs, 'engine.py'), '0', 'hears'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: engine.stdout });
  return new Promise((done, fail) => {
    engine.on('exit', (code) => fail(new Error(`the recogniser ended (${code})`)));
    lines.on('line', (line) => { const { port } = JSON.parse(line); if (port) done(port); });
  });
}

/** In every page: notes when the microphone was opened last. */
function noteMicrophone() {
  const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await take(wish);
    if (wish.audio) window.__microphone = Date.now();
    return stream;
  };
}

/** On the clerk's page: notes when each draft was seen to change last. */
function noteDrafts() {
  window.__drafts = {};
  const look = () => {
    for (const line of document.querySelectorAll('[data-line][data-draft="true"]')) {
      const text = line.querySelector('textarea')?.value ?? line.querySelector('.words')?.textContent ?? '';
      const known = window.__drafts[line.dataset.line];
      if (known?.text !== text) window.__drafts[line.dataset.line] = { text, label: line.querySelector('.who').textContent, at: Date.now() };
    }
  };
  setInterval(look, 20);
}

/** Switches somebody's microphone off. */
async function silence(person) {
  await person.see('toggle-microphone');
  if (await person.page.$('[data-testid="toggle-microphone"][aria-pressed="true"]')) await person.press('toggle-microphone');
  await person.see('toggle-microphone', '[aria-pressed="false"]');
}

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  folder = mkdtempSync(path(tmpdir(), 'assize-spoken-'));
  spoken = speak(folder, ['clerk']);
  house = await House.open({ settings: `speech_engine = "funasr"\nspeech_url = "ws://127.0.0.1:${await recogniser()}"\n` });
  // What a microphone gives is a flag of the whole process.
  const browser = async (who) => {
    return house.chromium({ devices: [...SLOW_DEVICES, `--use-file-for-fake-audio-capture=${spoken.files[who]}%noloop`] });
  };
  const [ofJudge, ofClerk, ofPlaintiff, ofDefendant] = await Promise.all(['judge', 'clerk', 'plaintiff', 'defendant'].map(browser));
  const person = house.person.bind(house);
  house.person = async (...given) => {
    const made = await person(...given);
    await made.page.evaluateOnNewDocument(noteMicrophone);
    return made;
  };
  const judge = await signIn(house, ofJudge, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  const clerk = await signIn(house, ofClerk, 'clerk');
  await enterFromDocket(clerk);
  const [plaintiff, defendant] = await Promise.all([join(house, ofPlaintiff, 'plaintiff'), join(house, ofDefendant, 'defendant')]);
  people = { judge, clerk, plaintiff, defendant };
  for (const party of [plaintiff, defendant]) {
    await checkIn(party, { hearsItself: false });
    await admit(judge, party.participant);
    await party.see('face', '[data-face="room"]');
  }
  // What a file still says of the check-in is not on the record.
  for (const party of [plaintiff, defendant]) await silence(party);
  // Nothing is opened before the judge is heard.
  await open(judge);
  await silence(judge);
  hearing = Number(new URL(judge.page.url()).pathname.split('/').pop());
  // Four browsers with pictures are too much for two cores: false microphones would fall behind.
  for (const each of Object.values(people)) await soundOnly(each);
  for (const each of [clerk, plaintiff, defendant]) {
    await each.press('toggle-camera', '[aria-pressed="true"]');
    await each.see('toggle-camera', '[aria-pressed="false"]');
  }
  await clerk.desk('transcript');
  await clerk.see('transcript', '[data-known="true"]');
  await clerk.page.evaluate(noteDrafts);
});

after(async () => {
  if (house) writeFileSync(path(PICTURES, 'server.log'), house.log);
  await house?.close();
  engine?.removeAllListeners('exit');
  engine?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Turns as they are kept beside the record, ms of its time line. */
function turns() {
  let text = '';
  try {
    text = readFileSync(path(house.folder, 'data', 'turns', `h${hearing}.jsonl`), 'utf8');
  } catch { /* nobody spoke yet */ }
  const byId = Object.fromEntries(Object.entries(people).map(([who, person]) => [person.participant, who]));
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line)).map((line) => ({ who: byId[line.who] ?? String(line.who), turn: line.turn, from: line.from_ms, to: line.to_ms, cross: line.cross_ms })).filter((turn) => turn.from >= since);
}

const transcript = () => people.clerk.page.evaluate((id) => fetch(`/api/hearings/${id}/transcript`).then((answer) => answer.json()), hearing);

test('all speak by the script, and every sentence becomes a draft on the clerk\'s page', async () => {
  const speakers = ['judge', 'plaintiff', 'defendant'].map((who) => people[who]);
  for (const person of Object.values(people)) person.participant = (await person.view()).me.id;
  for (const person of speakers) {
    await silence(person);
    await person.page.evaluate(() => { window.__microphone = null; });
  }
  zero = (await people.clerk.page.evaluate((id) => fetch(`/api/archive/${id}`).then((answer) => answer.json()), hearing)).media_zero;
  since = Date.now() - zero;
  // Each file begins when its microphone is switched on: all at once.
  await Promise.all(speakers.map((person) => person.page.evaluate(() => document.querySelector('[data-testid="toggle-microphone"]').click())));
  for (const person of speakers) await person.see('toggle-microphone', '[aria-pressed="true"]');
  await people.clerk.page.evaluate(() => { window.__drafts = {}; });
  await until('as many turns as there are sentences', () => turns().length >= spoken.truths.length, spoken.length + 20_000).catch(() => {});
  await until('a draft of every turn', async () => Object.keys(await people.clerk.page.evaluate(() => window.__drafts)).length >= spoken.truths.length, 60_000).catch(() => {});
  await people.clerk.page.screenshot({ path: path(PICTURES, 'clerk.png') });
});

test('turns: at least 95 % right, within 300 ms', async () => {
  const begun = {};
  for (const who of ['judge', 'plaintiff', 'defendant']) begun[who] = (await people[who].page.evaluate(() => window.__microphone)) - zero;
  const { judged, surplus, way } = compare(spoken.truths, turns(), begun, WITHIN_MS);
  const right = judged.filter((each) => each.right).length;
  const off = judged.flatMap((each) => each.off ?? []).map(Math.abs);
  for (const { truth, off: by, right: fits } of judged) console.log(`${fits ? ' ' : '!'} ${truth.who.padEnd(9)} ${String(truth.from).padStart(6)} to ${String(truth.to).padStart(6)} off by ${by?.join(', ') ?? 'all'} ms`);
  console.log(`turns: ${right} of ${judged.length} right, ${surplus.length} that nobody spoke ${JSON.stringify(surplus)}; boundaries off by p50 ${share(off, 0.5)} ms, p95 ${share(off, 0.95)} ms, most ${share(off, 1)} ms; from the opening of the microphone ${JSON.stringify(way)} ms`);
  assert(right / (judged.length + surplus.length) >= 0.95, `${right} right, ${surplus.length} that nobody spoke, of ${judged.length}`);
  const cross = turns().filter((turn) => turn.cross >= 300).length;
  console.log(`turns with somebody else at the same time: ${cross}`);
  assert.equal(cross, 4, 'two pairs speak at the same time');
});

test('words under the right speaker, and how soon they stand on the page', async () => {
  const drafts = await people.clerk.page.evaluate(() => window.__drafts);
  const { lines } = await transcript();
  const names = {};
  for (const [who, person] of Object.entries(people)) names[who] = (await person.view()).me.name;
  const lag = [];
  let [wrong, count] = [0, 0];
  const begun = {};
  for (const who of ['judge', 'plaintiff', 'defendant']) begun[who] = await people[who].page.evaluate(() => window.__microphone);
  for (const truth of spoken.truths) {
    const person = people[truth.who];
    const [from, to] = [begun[truth.who] + truth.from - zero, begun[truth.who] + truth.to - zero];
    const own = lines.filter((line) => line.draft && line.speaker === person.participant && line.heard[0] < to && line.heard[1] > from && drafts[line.id]);
    const text = own.map((line) => line.text).join(' ');
    const here = errors(truth.words, text);
    if (here > 0) console.log(`${here} wrong of: ${truth.words} | ${text}`);
    wrong += here;
    count += truth.words.split(' ').length;
    for (const line of own) {
      assert(drafts[line.id].label.includes(names[truth.who]), `${drafts[line.id].label} is not ${names[truth.who]}`);
    }
    if (own.length > 0) lag.push(Math.max(...own.map((line) => drafts[line.id].at)) - (begun[truth.who] + truth.to));
  }
  console.log(`words: ${wrong} of ${count} wrong, ${((100 * wrong) / count).toFixed(1)} %`);
  console.log(`end of speech to the draft on the page, ${lag.length} sentences: p50 ${share(lag, 0.5)} ms, p95 ${share(lag, 0.95)} ms, most ${share(lag, 1)} ms`);
  assert(wrong * 4 <= count, `${wrong} of ${count} words wrong`);
  assert(lag.length >= spoken.truths.length * 0.95, `${lag.length} sentences have a draft`);
});

test('no page complained', () => {
  for (const [name, person] of Object.entries(people)) {
    assert.deepEqual(person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error')), [], name);
  }
});
