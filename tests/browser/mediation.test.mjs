// A mediation before filing: checklist, joint talk, a caucus of which not one packet reaches the
// waiting side, an agreement that comes into force when the last party signs; and one that fails.
// Everything runs on this machine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { House, until } from './house.mjs';
import { checkIn, signIn } from './people.mjs';

const CHECKS = ['identity', 'sham_warning', 'rights', 'disclosure', 'service_address'];

/** The mediation of the demonstration with mediator, adviser and both sides in it. */
async function begin({ adviser = true } = {}) {
  const house = await House.open();
  const chromium = await house.chromium();
  const sitting = house.ready.cases.find((each) => each.kind === 'mediation');
  const people = {};
  people.mediator = await signIn(house, chromium, 'mediator');
  await people.mediator.see('sign-out');
  await people.mediator.page.goto(`${house.url}/hearing/${sitting.hearing}`);
  await people.mediator.press('ask-open_check_in');
  if (adviser) {
    people.adviser = await signIn(house, chromium, 'judge');
    await people.adviser.see('sign-out');
    await people.adviser.page.goto(`${house.url}/hearing/${sitting.hearing}`);
  }
  for (const role of ['plaintiff', 'defendant']) {
    const seat = sitting.codes.find((each) => each.role === role);
    const person = await house.person(chromium);
    person.participant = seat.participant;
    person.name = seat.name;
    await person.page.goto(`${house.url}/join`);
    await person.type('code', seat.code);
    await person.press('join');
    await checkIn(person);
    people[role] = person;
    await people.mediator.press('tab-people');
    await people.mediator.press('ask-admit', `[data-participant="${seat.participant}"]`);
    await person.see('face', '[data-face="room"]');
  }
  await people.mediator.press('tab-checklist');
  for (const check of CHECKS) {
    await people.mediator.press('ask-tick', `[data-check="${check}"]`);
    await people.mediator.see('check', `[data-check="${check}"][data-done="true"]`);
  }
  await people.mediator.press('ask-open');
  for (const person of Object.values(people)) await person.stage('in_session');
  return { house, ...people };
}

const packets = async (person) => (await person.inbound()).reduce((sum, entry) => sum + entry.packets, 0);

async function receives(person, name, more = 100) {
  const first = await packets(person);
  await until(`${name} receives`, async () => (await packets(person)) > first + more);
}

/** Signs by hand on the pad. */
async function signByHand(person) {
  await person.press('ask-sign', '[data-sheet="agreement"]');
  const pad = await person.see('sign-pad');
  const box = await pad.boundingBox();
  await person.page.mouse.move(box.x + 60, box.y + 60);
  await person.page.mouse.down();
  for (let at = 1; at <= 24; at += 1) await person.page.mouse.move(box.x + 60 + at * 10, box.y + 80 + (at % 4) * 12);
  await person.page.mouse.up();
  await person.press('confirm-sign');
  await person.see('signed-mine');
}

async function signByName(person, name) {
  await person.press('ask-sign', '[data-sheet="agreement"]');
  await person.press('sign-typed');
  await person.type('sign-name', name);
  await person.press('confirm-sign');
  await person.see('signed-mine');
}

let table;
before(async () => { table = await begin(); });
after(async () => { await table?.house.close(); });

test('all talk together, the guiding judge too', async () => {
  const { mediator, adviser, plaintiff, defendant } = table;
  for (const [name, person] of Object.entries({ mediator, adviser, plaintiff, defendant })) await receives(person, name);
  await adviser.see('adviser');
});

test('a caucus sends not one packet to the side that waits', async () => {
  const { mediator, plaintiff, defendant } = table;
  await mediator.press('tab-talk');
  await mediator.press('ask-caucus', '[data-side="plaintiff"]');
  await defendant.see('waits');
  await plaintiff.see('caucus', '[data-side="plaintiff"]');
  // What was under way when the room closed arrives; after that nothing may.
  let last = -1;
  const still = await until('the waiting side is cut off', async () => {
    const now = await packets(defendant);
    const same = now === last;
    last = now;
    return same && now;
  });
  await receives(plaintiff, 'the side in the caucus', 300);
  await receives(mediator, 'the mediator', 300);
  assert.equal(await packets(defendant), still);
  const text = await defendant.page.$eval('[data-testid="waits"]', (screen) => screen.innerText);
  assert.ok(!text.includes(plaintiff.name), 'the waiting screen names nobody');
  await mediator.press('ask-caucus', '[data-side=""]');
  await defendant.see('face', '[data-face="room"]');
  await receives(defendant, 'the other side again');
});

test('an agreement is written, read out, signed by all, and in force at the last signature', async () => {
  const { mediator, plaintiff, defendant } = table;
  await mediator.press('tab-agreement');
  await mediator.press('sheet-begin');
  await mediator.press('clause', '[data-clause="neighbour-pay"]');
  for (const [blank, text] of Object.entries({ who: defendant.name, date: '2026年12月31日', manner: '银行转账', payee: plaintiff.name, amount: '3000' })) {
    await mediator.type(`blank-${blank}`, text);
  }
  await mediator.press('clause-insert');
  await mediator.press('ask-write_sheet');
  await plaintiff.see('sheet', '[data-version="1"][data-read="false"]');
  await plaintiff.see('not-read');
  await mediator.press('ask-read_back');
  await plaintiff.see('sheet', '[data-read="true"]');
  const words = await plaintiff.page.$eval('[data-testid="sheet-words"]', (text) => text.innerText);
  assert.ok(words.includes(`${defendant.name}于2026年12月31日前以银行转账方式一次性向${plaintiff.name}支付3000元`));
  await signByHand(plaintiff);
  await mediator.see('signer', `[data-participant="${plaintiff.participant}"][data-state="signed"]`);
  assert.equal((await mediator.page.$$('[data-testid="effective"]')).length, 0, 'partly signed is not in force');
  await signByName(defendant, defendant.name);
  const at = new Set();
  for (const person of [mediator, plaintiff, defendant]) {
    await person.see('effective');
    at.add(await person.page.$eval('[data-testid="effective"]', (note) => note.dataset.at));
  }
  assert.equal(at.size, 1, 'all are told the same moment');
});

test('the mediation ends and everybody is told', async () => {
  const { mediator, plaintiff } = table;
  await mediator.press('tab-end');
  await mediator.press('ask-close');
  await mediator.press('confirm-close');
  await plaintiff.see('face', '[data-face="closed"]');
});

test('a mediation that fails says on which ground, and can be closed', async () => {
  const { house, mediator, plaintiff, defendant } = await begin({ adviser: false });
  try {
    await mediator.press('tab-end');
    await mediator.press('ask-fail_mediation');
    await mediator.page.$eval('[data-testid="ground"][data-ground="no_agreement"]', (box) => box.click());
    await mediator.press('confirm-fail_mediation');
    for (const person of [mediator, plaintiff, defendant]) await person.see('failed', '[data-ground="no_agreement"]');
    await mediator.press('ask-close');
    await mediator.press('confirm-close');
    await defendant.see('face', '[data-face="closed"]');
  } finally {
    await house.close();
  }
});
