// Before the door: the judge looks at somebody who waits, who is told and receives nothing; and the
// page of a helper at a station, which shows devices and people and nothing of the matter.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdirSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, signIn } from './people.mjs';

const FOLDER = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'screenshots');
let house, chromium, judge, clerk, plaintiff, witness;

before(async () => {
  mkdirSync(FOLDER, { recursive: true });
  house = await House.open();
  chromium = await house.chromium();
  judge = await signIn(house, chromium, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  judge.participant = await judge.page.evaluate(() => window.__view.me.id);
  clerk = await signIn(house, chromium, 'clerk');
  await enterFromDocket(clerk);
  plaintiff = await join(house, chromium, 'plaintiff');
  await checkIn(plaintiff);
  witness = await join(house, chromium, 'witness');
  await checkIn(witness);
});

after(async () => { await house?.close(); });

/** A picture for people to look at. */
async function picture(person, name) {
  await person.page.bringToFront();
  await person.page.screenshot({ path: path(FOLDER, `waiting-${name}.png`) });
}

/** Packets a page has received so far. */
async function received(person) {
  return (await person.inbound()).reduce((sum, entry) => sum + (entry.packets ?? 0), 0);
}

/** Pictures a page has decoded so far. */
async function frames(person) {
  return (await person.inbound()).filter((entry) => entry.kind === 'video').reduce((sum, entry) => sum + entry.frames, 0);
}

test('the judge sees who waits; they are told, and nobody else gets a packet', async () => {
  await judge.desk('people');
  await judge.page.bringToFront();
  const before = await frames(judge);
  await judge.press('ask-preview', `[data-participant="${plaintiff.participant}"]`);
  await plaintiff.see('previewed');
  await judge.see('preview', `[data-participant="${plaintiff.participant}"][data-picture="true"]`);
  await until('the picture runs', async () => (await frames(judge)) > before + 10);
  await picture(judge, 'judge-looks');
  await picture(plaintiff, 'looked-at');
  assert.equal(await received(plaintiff), 0, 'who waits receives nothing');
  assert.equal(await received(witness), 0);
  const ofClerk = await clerk.received();
  assert.ok(ofClerk[judge.participant]?.picture > 0, `the clerk sees the judge: ${JSON.stringify(ofClerk)}`);
  assert.equal(ofClerk[plaintiff.participant], undefined, 'the clerk gets no packet of it');
});

test('looking at the next one ends it for the first, and admitting ends it too', async () => {
  await judge.page.bringToFront();
  await judge.press('ask-preview', `[data-participant="${witness.participant}"]`);
  await witness.see('previewed');
  await plaintiff.page.waitForSelector('[data-testid="previewed"]', { hidden: true });
  assert.equal(await received(witness), 0, 'a witness receives nothing before the call');
  await judge.press('ask-preview', `[data-participant="${witness.participant}"]`);
  await witness.page.waitForSelector('[data-testid="previewed"]', { hidden: true });
  await judge.press('ask-preview', `[data-participant="${plaintiff.participant}"]`);
  await plaintiff.see('previewed');
  await admit(judge, plaintiff.participant);
  await plaintiff.see('face', '[data-face="room"]');
});

test('a helper at a station sees devices and people, and nothing of the matter', async () => {
  const sitting = house.ready.cases.find((each) => each.kind === 'mediation');
  const chair = await signIn(house, chromium, 'mediator');
  await chair.see('sign-out');
  await chair.page.goto(`${house.url}/hearing/${sitting.hearing}`);
  await chair.press('ask-open_check_in');
  const people = {};
  for (const role of ['plaintiff', 'attendant']) {
    const seat = sitting.codes.find((each) => each.role === role);
    const person = await house.person(chromium);
    person.participant = seat.participant;
    await person.page.goto(`${house.url}/join`);
    await person.type('code', seat.code);
    await person.press('join');
    await checkIn(person);
    if (role === 'plaintiff') {
      await chair.press('tab-people');
      await chair.press('ask-preview', `[data-participant="${seat.participant}"]`);
      await person.see('previewed');
      await chair.see('preview', '[data-picture="true"]');
      await picture(chair, 'chair-looks');
    }
    await chair.press('ask-admit', `[data-participant="${seat.participant}"]`);
    people[role] = person;
  }
  const { plaintiff: helped, attendant: helper } = people;
  await helped.see('face', '[data-face="room"]');
  await helper.see('face', '[data-face="attendant"]');
  await helper.see('helped', `[data-participant="${helped.participant}"]`);
  await helper.see('in-room');
  await helper.see('present');
  // Nobody listened to the loudspeaker, and that stays; all else is well.
  let faults;
  await until('nothing else is wrong', async () => {
    faults = await helper.page.$$eval('[data-testid="helped-faults"] li', (lines) => lines.map((line) => line.innerText.trim()));
    return faults.join() === '扬声器未试听';
  }).catch((fault) => { throw new Error(`${fault.message}; the page says: ${faults}`); });
  await picture(helper, 'helper');
  assert.equal(await received(helper), 0, 'no sound and no picture of the sitting');
});
