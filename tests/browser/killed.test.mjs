// The server is killed in every stage a hearing of one judge comes through, with people in it: it
// comes back as it was, and every page finds back by itself. Everything runs on this machine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { House, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIdentity, checkIn, close, enterFromDocket, join, nextPhase, open, signIn } from './people.mjs';

let house, judge, clerk, plaintiff, defendant, all;
const took = [];

before(async () => {
  house = await House.open();
  const chromium = await house.chromium({ devices: SLOW_DEVICES });
  judge = await signIn(house, chromium, 'judge');
  clerk = await signIn(house, chromium, 'clerk');
  await enterFromDocket(judge);
  await enterFromDocket(clerk);
  plaintiff = await join(house, chromium, 'plaintiff');
  defendant = await join(house, chromium, 'defendant');
  all = { judge, clerk, plaintiff, defendant };
});

after(async (context) => {
  await house?.close();
});

/** Where the hearing stands, as one page was told. */
function standing({ stage, procedure, people, me, record, evidence }) {
  const { phase, floor, challenge, interruption, barred, layout, spotlight } = procedure;
  const hands = people.filter((each) => each.hand > 0).sort((a, b) => a.hand - b.hand).map((each) => each.id);
  const places = people.map((each) => [each.id, each.place, each.locked, each.warnings, each.identity]);
  return {
    stage, phase, floor: [floor.holder, floor.strict], challenge, interruption, barred, layout, spotlight, hands, places,
    mine: [me.place, me.checked_in, me.locked, me.hand, me.warnings], record: record.name, shown: evidence.shown?.item.id ?? null,
  };
}

const greeted = (person) => person.page.evaluate(() => window.__greeted);

/** Kills the server; everybody is back by themselves, and everything is as it was. */
async function killed(where, context, { flows = true } = {}) {
  const before = {};
  const greetings = {};
  for (const [name, person] of Object.entries(all)) {
    before[name] = standing(await person.view());
    greetings[name] = await greeted(person);
  }
  const from = Date.now();
  await house.kill();
  const up = Date.now() - from;
  for (const [name, person] of Object.entries(all)) {
    await until(`${name} is back after ${where}`, async () => (await greeted(person)) > greetings[name]);
  }
  const back = Date.now() - from;
  for (const [name, person] of Object.entries(all)) {
    let now;
    await until(`${name} sees ${where} as it was`, async () => {
      now = standing(await person.view());
      return JSON.stringify(now) === JSON.stringify(before[name]);
    }, 20_000).catch(() => assert.deepEqual(now, before[name], `${name}, ${where}`));
  }
  if (flows) {
    for (const person of [plaintiff, defendant]) {
      const packets = async () => (await person.inbound()).filter((entry) => entry.kind === 'audio').reduce((sum, entry) => sum + entry.packets, 0);
      const first = await packets();
      await until(`sound flows again after ${where}`, async () => (await packets()) !== first && (await packets()) > 50);
    }
  }
  took.push(`${where}: server up after ${up} ms, all pages back after ${back} ms, all as before after ${Date.now() - from} ms`);
  context.diagnostic(took.at(-1));
}

test('before check-in', (context) => killed('before check-in', context, { flows: false }));

test('while people check in and wait', async (context) => {
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  await checkIn(plaintiff);
  await checkIn(defendant);
  await judge.see('waiting-person', `[data-participant="${plaintiff.participant}"]`);
  await admit(judge, plaintiff.participant);
  await plaintiff.see('face', '[data-face="room"]');
  await killed('check-in, one waiting', context, { flows: false });
  await defendant.see('face', '[data-face="waiting"]');
  await admit(judge, defendant.participant);
  await defendant.see('face', '[data-face="room"]');
});

test('in an opening that waits for the record, which has failed then and is announced again', async (context) => {
  await judge.press('ask-answer_barred');
  await judge.press('barred-none');
  await judge.press('confirm-answer_barred');
  await judge.press('ask-read_discipline');
  await judge.press('ask-open', '[data-obstacles="0"]');
  await judge.press('confirm-open');
  const from = await greeted(judge);
  await house.kill();
  await until('the judge is back', async () => (await greeted(judge)) > from);
  const { stage } = await judge.view();
  context.diagnostic(`came back in ${stage.name}`);
  if (stage.name !== 'in_session') {
    await judge.press('ask-open', '[data-obstacles="0"]');
    await judge.press('confirm-open');
  }
  await judge.stage('in_session');
});

test('in session with the floor given, a queue of hands and somebody locked', async (context) => {
  await checkIdentity(judge, plaintiff.participant);
  await checkIdentity(judge, defendant.participant);
  await nextPhase(judge, 'rights');
  await defendant.press('ask-hand');
  await judge.press('tab-floor');
  await judge.see('hand', `[data-participant="${defendant.participant}"]`);
  await plaintiff.press('ask-hand');
  await judge.press('hand-floor', `[data-participant="${defendant.participant}"]`);
  await judge.see('floor', `[data-holder="${defendant.participant}"]`);
  await judge.press('tab-people');
  await judge.pressOf(plaintiff, 'ask-lock');
  await plaintiff.see('toggle-microphone', '[data-locked="true"]');
  await killed('in session', context);
  await plaintiff.see('toggle-microphone', '[data-locked="true"]');
  await judge.pressOf(plaintiff, 'ask-unlock');
});

for (const [ground, choice] of [['non_public_evidence', 'ground-non_public_evidence'], ['recess', 'ground-recess']]) {
  test(`in a pause on the ground ${ground}`, async (context) => {
    await judge.press('ask-recess');
    await judge.press(choice);
    await judge.press('confirm-recess');
    await plaintiff.stage('recess');
    await killed(`recess on ${ground}`, context, { flows: ground !== 'recess' });
    await judge.press('ask-resume');
    await judge.stage('in_session');
  });
}

test('in a technical interruption', async (context) => {
  await judge.press('more-steps');
  await judge.press('ask-interrupt');
  await judge.type('reason', '一方网络中断');
  await judge.press('confirm-interrupt');
  await judge.stage('tech_interrupted');
  await killed('interruption', context, { flows: false });
  await judge.press('ask-resume');
  await judge.stage('in_session');
});

test('after closing', async (context) => {
  await close(judge);
  for (const person of Object.values(all)) await person.see('face', '[data-face="closed"]');
  await house.kill();
  await clerk.page.goto(`${house.url}/archive`);
  await clerk.press('archive-open');
  await clerk.see('sealed', '[data-sealed="true"]');
  await clerk.press('verify');
  await clerk.see('verdict', '[data-intact="true"]');
});

test('no page complained of anything but the broken line', () => {
  const ours = /WebSocket connection to|net::ERR_|status of (401|503)/;
  for (const [name, person] of Object.entries(all)) {
    const bad = person.console.filter((line) => (line.startsWith('pageerror') || line.startsWith('error')) && !ours.test(line));
    assert.deepEqual(bad, [], name);
  }
});
