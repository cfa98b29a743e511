// Turns of speech without an engine: the clerk sees who speaks when and begins a line of it with one key,
// linked to its sound; and the words administration keeps for engines. What is not here: words of an
// engine (`speech`), and how exact turns are.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { join as path } from 'node:path';
import { House, ROOT, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, fill, join, open, signIn } from './people.mjs';
import { go, importSites } from './desk.mjs';
import { speak } from './spoken.mjs';

const PICTURES = path(ROOT, 'tests', 'output', 'turns');
const SMALL = { width: 1366, height: 768 };
let house, folder, judge, clerk, plaintiff, admin, hearing;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  folder = mkdtempSync(path(tmpdir(), 'assize-turns-'));
  const { files } = speak(folder, ['clerk']);
  house = await House.open();
  const browser = (file) => house.chromium({ devices: [...SLOW_DEVICES, `--use-file-for-fake-audio-capture=${file}%noloop`] });
  const [court, party] = await Promise.all([browser(files.clerk), browser(files.plaintiff)]);
  judge = await signIn(house, court, 'judge', SMALL);
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  clerk = await signIn(house, court, 'clerk', SMALL);
  await enterFromDocket(clerk);
  plaintiff = await join(house, party, 'plaintiff', SMALL);
  await checkIn(plaintiff, { hearsItself: false });
  await admit(judge, plaintiff.participant);
  const defendant = await join(house, court, 'defendant', SMALL);
  await checkIn(defendant, { hearsItself: false });
  await admit(judge, defendant.participant);
  await plaintiff.see('face', '[data-face="room"]');
  await open(judge);
  hearing = Number(new URL(judge.page.url()).pathname.split('/').pop());
  await clerk.desk('transcript');
  await clerk.see('transcript', '[data-known="true"]');
  admin = await signIn(house, court, 'admin', SMALL);
});

after(async () => {
  await house?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const picture = (person, name) => person.page.screenshot({ path: path(PICTURES, `${name}.png`) });
const turns = () => clerk.page.$$eval('[data-testid="turn"]', (all) => all.map(({ dataset }) => ({ turn: dataset.turn, who: Number(dataset.who), from: Number(dataset.from), to: dataset.to, line: dataset.lineOf, next: dataset.next === 'true' })));
const lines = () => clerk.page.evaluate((id) => fetch(`/api/hearings/${id}/transcript`).then((answer) => answer.json()), hearing).then((told) => told.lines);

test('the clerk sees who speaks, and one key begins their line at that moment', async () => {
  // The file begins anew with the microphone.
  await plaintiff.press('toggle-microphone');
  await plaintiff.see('toggle-microphone', '[aria-pressed="false"]');
  const before = (await turns()).length;
  await plaintiff.press('toggle-microphone');
  const turn = await until('a turn that is over', async () => (await turns()).slice(before).find((each) => each.to !== ''));
  assert.equal(turn.who, plaintiff.participant);
  const next = await until('a turn to write down', async () => (await turns()).find((each) => each.next));
  await clerk.page.keyboard.down('Alt');
  await clerk.page.keyboard.press('KeyJ');
  await clerk.page.keyboard.up('Alt');
  await until('a line to type in', () => clerk.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'));
  await clerk.page.keyboard.type('合同是双方签的。');
  await clerk.see('transcript', '[data-waiting="0"]');
  const [line] = await until('the line', async () => { const all = await lines(); return all.length > 0 && all; });
  assert.deepEqual([line.speaker, line.kind, line.text], [next.who, 'speech', '合同是双方签的。']);
  assert.equal(line.heard[0], next.from, 'it is played from where they began');
  await clerk.see('turn', `[data-turn="${next.turn}"][data-line-of="${line.id}"]`);
});

test('another turn is taken by a press, and a page that is loaded again knows them', async () => {
  const free = await until('a turn without a line', async () => (await turns()).find((each) => each.line === '' && each.to !== ''));
  await clerk.page.$eval(`[data-testid="turn"][data-turn="${free.turn}"]`, (button) => button.click());
  await clerk.see('turn', `[data-turn="${free.turn}"]:not([data-line-of=""])`);
  await clerk.see('transcript', '[data-waiting="0"]');
  await picture(clerk, 'clerk');
  const known = (await turns()).map((each) => each.turn);
  await clerk.page.reload();
  await clerk.see('face', '[data-face="room"]');
  await clerk.desk('transcript');
  await until('the turns are known again', async () => { const now = (await turns()).map((each) => each.turn); return known.every((each) => now.includes(each)); });
  assert(!(await judge.page.$('[data-testid="turns"]')), 'who has another desk open sees none');
  assert(!(await plaintiff.page.$('[data-testid="turns"]')), 'a party sees none');
});

test('administration keeps words for each tribunal, and every change is noted', async () => {
  await importSites(house, admin);
  await admin.press('to-glossary');
  await admin.see('glossary-of');
  const tribunal = await admin.page.$eval('[data-testid="glossary-of"]', (field) => field.options[1].value);
  await admin.page.select('[data-testid="glossary-of"]', tribunal);
  await admin.type('term-word', '赶摆');
  await fill(admin, 'term-weight', '40');
  await admin.page.select('[data-testid="term-kind"]', 'dialect');
  await admin.press('add-term');
  const file = path(folder, 'words.txt');
  writeFileSync(file, '# 本庭\n彩礼 30\n坝子\n钱\n');
  await (await admin.see('import-terms')).uploadFile(file);
  await admin.see('term', '[data-word="坝子"]');
  await admin.press('save-glossary');
  await admin.see('term-wrong');
  await picture(admin, 'wrong');
  await admin.page.$eval('[data-testid="term"][data-word="钱"] [data-testid="drop-term"]', (button) => button.click());
  await admin.press('save-glossary');
  await admin.see('glossary-change');
  await picture(admin, 'glossary');
  await go(house, admin, '/glossary', 'glossary-of');
  await admin.page.select('[data-testid="glossary-of"]', tribunal);
  await admin.see('term', '[data-word="赶摆"]');
  assert.equal((await admin.page.$$('[data-testid="term"]')).length, 3);
});

test('no page complained', () => {
  for (const [name, person] of Object.entries({ judge, clerk, plaintiff })) {
    assert.deepEqual(person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error')), [], name);
  }
});
