// A station and the court (点对点): enrolment, ringing, taking, hearing each other, declining,
// missing, ringing back; and a call for help that reaches the operators. Everything runs on this
// machine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TRIBUNAL, enrol, issueStation } from './desk.mjs';
import { House, until } from './house.mjs';
import { signIn } from './people.mjs';

let house, judge, clerk, station;

before(async () => {
  house = await House.open();
  const chromium = await house.chromium();
  judge = await signIn(house, chromium, 'judge');
  clerk = await signIn(house, chromium, 'clerk');
  station = await house.person(chromium, { width: 1024, height: 768 });
  for (const person of [judge, clerk]) {
    await person.see('nav-desk');
    await person.press('nav-desk');
    await person.see('face', '[data-face="desk"]');
  }
});

after(async () => { await house?.close(); });

/** Sound from one other person rises. */
async function hears(person, name) {
  const energy = async () =>
    (await person.inbound()).filter((entry) => entry.kind === 'audio').reduce((sum, entry) => sum + entry.energy, 0);
  const first = await energy();
  await until(`${name} hears the other side`, async () => (await energy()) > first + 0.001);
}

async function home() {
  await station.see('face', '[data-face="station"][data-screen="home"]');
}

test('a terminal becomes a station by a code of the clerk', async () => {
  await clerk.type('station-name', '横沟村诉讼服务站');
  await clerk.type('station-tribunal', TRIBUNAL);
  await enrol(house, station, await issueStation(clerk));
  await clerk.see('station', '[data-online="true"]');
});

test('a call nobody can take is missed and left to be rung back', async () => {
  await station.press('station-ring');
  await station.see('ring-judge', '[data-there="false"]');
  await station.press('ring-judge');
  await station.see('call-over', '[data-state="missed"]');
});

test('a call rings at the judge on duty, both hear each other, and hanging up ends it', async () => {
  await judge.press('duty-on');
  await judge.see('duty', '[data-on="yes"]');
  await station.see('ring-judge', '[data-there="true"]');
  await station.press('ring-judge');
  await judge.see('call', '[data-state="ringing"]');
  await judge.press('call-accept');
  for (const person of [judge, station]) await person.see('face', '[data-face="call"]');
  await Promise.all([hears(judge, 'the judge'), hears(station, 'the station')]);
  await station.press('call-hang-up');
  await home();
  await judge.see('face', '[data-face="desk"]');
  await judge.see('past-call', '[data-state="ended"]');
});

test('nothing of the call stays at the station', async () => {
  const me = await station.page.evaluate(() => fetch('/api/me').then((answer) => answer.json()));
  assert.equal(me.kind, 'nobody');
  assert.equal(await station.page.evaluate(() => sessionStorage.length), 0);
  const live = await station.page.evaluate(() => window.__connections.filter((each) => each.connectionState === 'connected').length);
  assert.equal(live, 0);
});

test('a declined call stands among the missed and is rung back', async () => {
  await station.press('station-ring');
  await station.press('ring-judge');
  await judge.press('call-decline');
  await station.see('call-over', '[data-state="declined"]');
  await judge.press('call-back');
  await station.see('call', '[data-direction="to_station"]');
  await station.press('call-accept');
  for (const person of [judge, station]) await person.see('face', '[data-face="call"]');
  await hears(station, 'the station');
  await judge.press('call-hang-up');
  await home();
  await judge.see('face', '[data-face="desk"]');
  assert.equal((await judge.page.$$('[data-testid="missed"]')).length, 0);
});

test('a call for help reaches the operators within two seconds, and who comes is shown', async () => {
  const ops = await signIn(house, house.browsers[0], 'ops');
  await ops.see('tickets', '[data-open="0"]');
  await station.press('station-help');
  await station.press('help-sound');
  const begun = Date.now();
  await station.press('help-send');
  await ops.see('ticket', '[data-state="open"]');
  const took = Date.now() - begun;
  assert.ok(took < 2000, `the ticket took ${took} ms`);
  await station.see('help-state', '[data-state="open"]');
  await ops.press('ticket-acknowledge');
  await station.see('help-state', '[data-state="acknowledged"]');
  await ops.press('ticket-close');
  await ops.type('ticket-outcome', '换了耳机');
  await ops.press('confirm-ticket');
  await station.see('help-state', '[data-state="closed"]');
});
