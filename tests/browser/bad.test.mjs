// Bad days in real browsers: two press at once what excludes each other, a judge with two devices, a
// party whose page was altered, a judge whose machine falls asleep, a clock that jumps. Nothing is
// lost, and everybody is told in plain words. Everything runs on this machine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join as path } from 'node:path';
import { BINARY, House, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIdentity, checkIn, close, enterFromDocket, join, nextPhase, open, signIn } from './people.mjs';

let house, judge, clerk, plaintiff, defendant, judgesBrowser, all;

before(async () => {
  const clock = shim();
  house = await House.open({ environment: { LD_PRELOAD: clock.library, FALSE_CLOCK: clock.file } });
  house.clock = clock;
  const chromium = await house.chromium({ devices: SLOW_DEVICES });
  judgesBrowser = await house.chromium({ devices: SLOW_DEVICES });
  judge = await signIn(house, judgesBrowser, 'judge');
  clerk = await signIn(house, chromium, 'clerk');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  await enterFromDocket(clerk);
  plaintiff = await join(house, chromium, 'plaintiff');
  defendant = await join(house, chromium, 'defendant');
  for (const party of [plaintiff, defendant]) {
    await checkIn(party);
    await admit(judge, party.participant);
    await party.see('face', '[data-face="room"]');
  }
  await open(judge);
  all = { judge, clerk, plaintiff, defendant };
});

after(async () => {
  await house?.close();
  if (house) spawnSync('rm', ['-rf', house.clock.folder]);
});

/** A library that moves the wall clock of the server alone, by the milliseconds that stand in a file. */
function shim() {
  const folder = spawnSync('mktemp', ['-d', '/tmp/assize-clock-XXXXXX']).stdout.toString().trim();
  const [source, library, file] = ['clock.c', 'clock.so', 'offset'].map((name) => path(folder, name));
  writeFileSync(file, '0');
  writeFileSync(source, `
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <time.h>
    int clock_gettime(clockid_t id, struct timespec *at) {
      static int (*real)(clockid_t, struct timespec *);
      if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
      int told = real(id, at);
      if (id != CLOCK_REALTIME) return told;
      FILE *file = fopen(getenv("FALSE_CLOCK"), "r");
      long seconds = 0;
      if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
      at->tv_sec += seconds;
      return told;
    }`);
  const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  assert.equal(built.status, 0, String(built.stderr));
  return { folder, library, file };
}

/** The bad sentences a page shows now. */
const told = (person) => person.page.$$eval('[data-testid="alerts"] [data-tone="bad"]', (list) => list.map((each) => each.innerText.replace('×', '').trim()));
/** Raises a hand; it moves at most once in a second, and who is too quick presses again. */
const raise = (person) => until('the hand goes up', async () => {
  if ((await person.view()).me.hand) return true;
  await person.press('ask-hand');
  return person.page.waitForSelector('[data-testid="ask-hand"][data-on="true"]', { timeout: 1_500 }).then(() => true, () => false);
});
/** Ends their turn, if they have one. */
const finish = (person) => until('the turn ends', async () => {
  const { me, procedure } = await person.view();
  if (procedure.floor.holder !== me.id) return true;
  await person.press('ask-hand');
  return person.page.waitForFunction((id) => window.__view.procedure.floor.holder !== id, { timeout: 1_500 }, me.id).then(() => true, () => false);
});
const minutesOf = (person, fact) => person.page.$$eval(`[data-testid="minute"][data-fact="${fact}"]`, (list) => list.map((each) => each.innerText));

test('two check the same identity at once: both are noted, each by whom, and nobody is told a fault', async () => {
  await clerk.press('tab-people');
  for (const person of [judge, clerk]) {
    await person.desk('people');
    await person.press('ask-check_identity', `[data-participant="${plaintiff.participant}"][data-done="false"]`);
    await person.see('confirm-check_identity');
  }
  await Promise.all([judge, clerk].map((person) => person.press('confirm-check_identity')));
  await clerk.press('tab-minutes');
  const noted = await until('both are noted', async () => {
    const found = await minutesOf(clerk, 'identity_checked');
    return found.length === 2 && found;
  });
  for (const name of ['李法官', '陈书记员']) assert.ok(noted.some((text) => text.includes(name)), `${name}: ${noted.join('; ')}`);
  assert.deepEqual([...(await told(judge)), ...(await told(clerk))], []);
  await checkIdentity(judge, defendant.participant);
  await nextPhase(judge, 'rights');
});

test('a recess and a challenge at once: each is done or refused, and all see the same', async () => {
  await plaintiff.press('ask-challenge');
  await plaintiff.page.$eval('[data-testid="challenge-whom"]', (choice) => choice.click());
  await plaintiff.type('reason', '与对方当事人有利害关系');
  await judge.press('ask-recess');
  await judge.page.$eval('[data-testid="ground-recess"]', (choice) => choice.click());
  await Promise.all([judge.press('confirm-recess'), plaintiff.press('confirm-challenge')]);
  await until('both were answered', async () => {
    const { stage, procedure } = await judge.view();
    const said = [...(await told(judge)), ...(await told(plaintiff))];
    return stage.name === 'recess' || procedure.challenge !== null || said.length > 0;
  });
  const seen = await until('all see the same', async () => {
    const views = await Promise.all(Object.values(all).map((person) => person.view()));
    const same = new Set(views.map((view) => view.stage.name));
    return same.size === 1 && views[0];
  });
  if (seen.procedure.challenge !== null) {
    await judge.press('ask-dispose_challenge');
    await judge.press('challenge-rejected');
    await judge.type('reason', '不符合回避情形');
    await judge.press('confirm-dispose_challenge');
  }
  if ((await judge.view()).stage.name !== 'in_session') await judge.press('ask-resume');
  for (const person of Object.values(all)) await person.stage('in_session');
});

test('the judge gives the floor while the hand goes down: nobody is left with half of it', async () => {
  await plaintiff.press('ask-hand');
  await judge.press('tab-floor');
  await judge.see('hand-floor', `[data-participant="${plaintiff.participant}"]`);
  await plaintiff.see('ask-hand', '[data-on="true"]');
  const answers = (person) => person.page.evaluate(() => Object.keys(window.__outcomes).length);
  const before = await Promise.all([judge, plaintiff].map(answers));
  await Promise.all([judge.press('hand-floor', `[data-participant="${plaintiff.participant}"]`), plaintiff.press('ask-hand')]);
  await until('both are answered', async () => {
    const now = await Promise.all([judge, plaintiff].map(answers));
    return now.every((count, at) => count > before[at]);
  });
  await until('the floor stands the same for all', async () => {
    const views = await Promise.all(Object.values(all).map((person) => person.view()));
    return new Set(views.map((view) => view.procedure.floor.holder)).size === 1;
  });
  await finish(plaintiff);
  await judge.see('floor', '[data-holder=""]');
  await judge.press('tab-people');
});

test('a second device of the judge takes the seat, the first is told and may take it back', async () => {
  const second = await signIn(house, judgesBrowser, 'judge');
  await enterFromDocket(second);
  await judge.see('face', '[data-face="replaced"]');
  await second.stage('in_session');
  await judge.press('take-over');
  await second.see('face', '[data-face="replaced"]');
  await judge.stage('in_session');
  await plaintiff.stage('in_session');
  await second.page.close();
});

test('a party whose page was altered sends the court\'s acts: each is refused and minuted', async () => {
  await clerk.press('tab-minutes');
  const refusedBefore = (await minutesOf(clerk, 'refused')).length;
  const before = await judge.view();
  const { me } = before;
  const acts = [
    { do: 'close' }, { do: 'recess', ground: 'recess' }, { do: 'enter_phase', phase: 'judgment', reason: 'x' },
    { do: 'give_floor', who: plaintiff.participant, seconds: null }, { do: 'lock', who: defendant.participant },
    { do: 'remove', who: me.id, reason: 'x', unwarned: 'x' }, { do: 'admit', who: 99_999 },
    { do: 'check_identity', who: plaintiff.participant, method: 'id_card', note: '' },
    { do: 'allow_screen', who: plaintiff.participant, allowed: true }, { do: 'dispose_challenge', upheld: true, reason: 'x' },
    { do: 'note', text: '给法官的便笺' }, { do: 'shield', shield: { who: me.id, from: defendant.participant, picture: true, sound: true } },
  ];
  const answers = await plaintiff.page.evaluate(async (acts) => {
    const socket = window.__sockets.at(-1);
    acts.forEach((ask, at) => socket.send(JSON.stringify({ type: 'ask', request: 500_000 + at, ask })));
    for (let turn = 0; turn < 100 && acts.some((_, at) => !window.__outcomes[500_000 + at]); turn += 1) await new Promise((go) => setTimeout(go, 100));
    return acts.map((ask, at) => [ask.do, window.__outcomes[500_000 + at]]);
  }, acts);
  for (const [act, outcome] of answers) assert.equal(outcome?.result, 'refused', `${act}: ${JSON.stringify(outcome)}`);
  const minuted = await until(`the refusals stand in the minutes: ${JSON.stringify(answers)}`, async () => {
    const now = await minutesOf(clerk, 'refused');
    return now.length >= refusedBefore + 8 && now;
  });
  assert.ok(minuted.some((words) => words.includes('张三') && words.includes('闭庭')), minuted.join('\n'));
  const after = await judge.view();
  assert.deepEqual([after.stage, after.procedure.phase, after.procedure.floor.holder], [before.stage, before.procedure.phase, before.procedure.floor.holder]);
});

test('replayed, stale and forged messages end that page\'s line, and the page finds back', async () => {
  const spoil = async (what, message) => {
    const greeted = await plaintiff.page.evaluate((message) => {
      const socket = window.__sockets.at(-1);
      window.__closed = undefined;
      socket.addEventListener('close', (event) => { window.__closed = event.code; });
      socket.send(message);
      return window.__greeted;
    }, message);
    await until(`${what} ends the line`, () => plaintiff.page.evaluate(() => window.__closed !== undefined || window.__sockets.at(-1).readyState > 1));
    await until(`the page is back after ${what}`, async () => (await plaintiff.page.evaluate(() => window.__greeted)) > greeted);
    await plaintiff.stage('in_session');
    await plaintiff.see('face', '[data-face="room"]');
  };
  // The number of a request that was answered before; a message in another's name; not our words.
  await plaintiff.page.evaluate(() => window.__sockets.at(-1).send(JSON.stringify({ type: 'ask', request: 600_000, ask: { do: 'hand', raised: true } })));
  await judge.press('tab-floor');
  await judge.see('hand', `[data-participant="${plaintiff.participant}"]`);
  await spoil('a replayed message', JSON.stringify({ type: 'ask', request: 600_000, ask: { do: 'hand', raised: false } }));
  await judge.see('hand', `[data-participant="${plaintiff.participant}"]`);
  await spoil('a forged sender', JSON.stringify({ type: 'ask', request: 700_000, who: defendant.participant, ask: { do: 'hand', raised: true } }));
  const strange = await plaintiff.page.evaluate(async (other) => {
    const codes = [];
    for (const hearing of [other, 99_999]) {
      const socket = new WebSocket(`wss://${location.host}/ws/${hearing}`);
      codes.push(await new Promise((done) => {
        socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', version: 1 }));
        socket.onclose = (event) => done(event.code);
      }));
    }
    const paths = [`/api/hearings/${other}/evidence`, '/api/docket', '/api/archive', '/metrics', '/api/ops'];
    const statuses = [];
    for (const path of paths) statuses.push((await fetch(path)).status);
    return { codes, statuses };
  }, house.ready.cases.find((each) => each.kind === 'mediation').hearing);
  assert.ok(strange.codes.every((code) => code !== 1000), JSON.stringify(strange));
  assert.ok(strange.statuses.every((status) => status >= 400), JSON.stringify(strange));
  await judge.press('tab-people');
  await judge.stage('in_session');
});

/** Every process of a browser, by the parents that /proc tells. */
function family(pid) {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ');
      return [[Number(name), Number(stat[1])]];
    } catch {
      return [];
    }
  });
  const found = [pid];
  for (let at = 0; at < found.length; at += 1) found.push(...parents.filter(([, parent]) => parent === found[at]).map(([child]) => child));
  return found;
}

test('the judge\'s machine falls asleep: the hearing is interrupted by rule, and goes on with the judge back', async (context) => {
  const asleep = family(judgesBrowser.process().pid);
  const from = Date.now();
  for (const pid of asleep) process.kill(pid, 'SIGSTOP');
  try {
    await clerk.stage('tech_interrupted');
    await plaintiff.stage('tech_interrupted');
  } finally {
    for (const pid of asleep) process.kill(pid, 'SIGCONT');
  }
  const interrupted = Date.now() - from;
  await judge.stage('tech_interrupted');
  context.diagnostic(`interrupted after ${interrupted} ms, the judge is back ${Date.now() - from - interrupted} ms after waking`);
  await judge.press('ask-resume', ':not([disabled])');
  for (const person of Object.values(all)) await person.stage('in_session');
  const sounds = async () => (await judge.inbound()).filter((entry) => entry.kind === 'audio').reduce((sum, entry) => sum + entry.packets, 0);
  const first = await sounds();
  await until('the judge hears the others again', async () => (await sounds()) > first + 100);
});

test('the server\'s clock jumps back and forward: turns last as long as they were given, the record stays whole', async () => {
  await plaintiff.press('ask-hand', '[data-on="true"]');
  await judge.press('tab-floor');
  for (const seconds of [-3_600, 7_200, 0]) {
    writeFileSync(house.clock.file, String(seconds));
    await raise(plaintiff);
    await judge.press('hand-floor', `[data-participant="${plaintiff.participant}"]`);
    await judge.see('floor', `[data-holder="${plaintiff.participant}"]`);
    const { server_time } = await judge.view();
    assert.ok(Math.abs(server_time - (Date.now() + seconds * 1000)) < 60_000, 'the clock of the server did jump');
    await plaintiff.press('ask-hand');
    await judge.see('floor', '[data-holder=""]');
    for (const person of Object.values(all)) await person.stage('in_session');
  }
  await close(judge);
  for (const person of Object.values(all)) await person.see('face', '[data-face="closed"]');
  const verify = spawnSync(BINARY, ['verify', await house.sealed(house.ready.cases[0].hearing)]);
  assert.equal(verify.status, 0, String(verify.stdout));
});

test('no page broke', () => {
  for (const [name, person] of Object.entries(all)) assert.deepEqual(person.console.filter((line) => line.startsWith('pageerror')), [], name);
});
