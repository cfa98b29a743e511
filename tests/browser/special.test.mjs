// A panel's hearing with everything that is special: an interpreter who speaks beside the court, a
// challenge, a witness kept from one party, the panel's deliberation. Packets are counted at the
// pages, person by person. Everything runs on this machine.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, SLOW_DEVICES, until } from './house.mjs';
import { checkIdentities, checkIn, open, signIn, soundOnly } from './people.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'special');
let house, judge, clerk, second, plaintiff, defendant, interpreter, witness;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  const chromium = await house.chromium({ devices: SLOW_DEVICES });
  const sitting = house.ready.cases.find((each) => each.codes.some((seat) => seat.role === 'interpreter'));
  const staff = async (kind) => {
    const person = await signIn(house, chromium, kind);
    await person.see('sign-out');
    await person.page.goto(`${house.url}/hearing/${sitting.hearing}`);
    await person.see('face', '[data-face="room"]');
    person.participant = (await person.view()).me.id;
    if (kind === 'clerk') await soundOnly(person);
    return person;
  };
  judge = await staff('judge');
  clerk = await staff('clerk');
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  const come = async (role, inside = true) => {
    const seat = sitting.codes.find((each) => each.role === role);
    const person = await house.person(chromium);
    Object.assign(person, { participant: seat.participant, name: seat.name });
    await person.page.goto(`${house.url}/join`);
    await person.type('code', seat.code);
    await person.press('join');
    // Who is of the court takes the seat without checking in.
    if (role === 'judge') {
      await person.see('face', '[data-face="room"]');
      return person;
    }
    await checkIn(person);
    if (inside) {
      await judge.desk('people');
      await judge.press('ask-admit', `[data-participant="${seat.participant}"]`);
      await person.see('face', '[data-face="room"]');
      // Seven pages that draw each other's pictures are too much for two cores.
      if (role === 'interpreter') await soundOnly(person);
    }
    return person;
  };
  second = await come('judge');
  plaintiff = await come('plaintiff');
  defendant = await come('defendant');
  interpreter = await come('interpreter');
  witness = await come('witness', false);
  await open(judge);
});

after(async () => { await house?.close(); });

const picture = (person, name) => person.page.bringToFront().then(() => person.page.screenshot({ path: path(PICTURES, `${name}.png`) }));

/** Waits until what one receives of another is so: sound and picture, yes or no. */
async function receives(person, other, expected, what) {
  let came;
  await until(what, async () => {
    came = (await person.received())[other.participant] ?? { sound: 0, picture: 0 };
    return (came.sound > 20) === expected.sound && (came.picture > 1) === expected.picture && (expected.sound || came.sound === 0) && (expected.picture || came.picture === 0);
  }, 20_000).catch((fault) => { throw new Error(`${fault.message}; last ${JSON.stringify(came)}`); });
}

const BOTH = { sound: true, picture: true };
const NONE = { sound: false, picture: false };

test('an interpreter beside the court is heard by who listens, instead of the court, and by nobody else', async () => {
  await receives(plaintiff, interpreter, BOTH, 'an interpreter in turn is heard by all');
  await judge.pressOf(interpreter, 'person-more');
  await judge.pressOf(interpreter, 'ask-interpret');
  await receives(plaintiff, interpreter, { sound: false, picture: true }, 'beside, nobody hears the interpreter');
  await defendant.press('ask-listen', `[data-participant="${interpreter.participant}"]`);
  await receives(defendant, interpreter, BOTH, 'who listens hears the interpreter');
  await receives(defendant, judge, { sound: false, picture: true }, 'and not the court');
  await receives(plaintiff, judge, BOTH, 'the others hear the court');
  await receives(interpreter, judge, BOTH, 'the interpreter hears the court');
  for (const [person, name] of [[judge, 'interpreting-judge'], [defendant, 'interpreting-party'], [interpreter, 'interpreting-interpreter']]) await picture(person, name);
  await defendant.press('ask-listen', `[data-participant="${interpreter.participant}"]`);
  await receives(defendant, judge, BOTH, 'the court is heard again');
});

test('a challenge suspends the hearing until it is decided', async () => {
  await checkIdentities(judge);
  await defendant.press('ask-challenge');
  await defendant.press('challenge-whom', `[data-participant="${second.participant}"]`);
  await defendant.type('reason', '与原告是近亲属');
  await picture(defendant, 'challenge-party');
  await defendant.press('confirm-challenge');
  for (const person of [judge, clerk]) await person.see('challenge');
  await picture(judge, 'challenge-judge');
  await picture(plaintiff, 'challenge-other');
  await judge.press('ask-dispose_challenge');
  await judge.press('challenge-rejected');
  await judge.type('reason', '经核实并非近亲属');
  await picture(judge, 'challenge-decides');
  await judge.press('confirm-dispose_challenge');
  await judge.page.waitForSelector('[data-testid="challenge"]', { hidden: true });
  await judge.press('ask-resume');
  await judge.stage('in_session');
});

test('a witness gets nothing before the call, signs, testifies, and is kept from one party', async () => {
  assert.deepEqual((await witness.inbound()).filter((entry) => entry.packets > 0), []);
  await picture(witness, 'witness-waits');
  await judge.press('phase', '[data-phase="evidence"]');
  await judge.type('reason', '各方已书面陈述');
  await judge.press('confirm-enter_phase');
  await judge.see('phase', '[data-phase="evidence"][data-now="true"]');
  await judge.press('tab-witness');
  await picture(judge, 'witness-desk');
  await judge.press('witness-call', `[data-participant="${witness.participant}"]`);
  await witness.see('guarantee');
  await picture(witness, 'witness-guarantee');
  await witness.press('guarantee-read');
  await witness.type('guarantee-name', witness.name);
  await witness.press('ask-sign_guarantee');
  await judge.press('ask-testify', `[data-participant="${witness.participant}"]`);
  await receives(defendant, witness, BOTH, 'the witness is seen and heard');
  await judge.pressOf(witness, 'person-more');
  await judge.pressOf(witness, 'ask-shield');
  await judge.page.select('[data-testid="shield-from"]', String(defendant.participant));
  await judge.page.$eval('[data-testid="shield-sound"]', (box) => { if (!box.checked) box.click(); });
  await picture(judge, 'screening-judge-sets');
  await judge.press('confirm-shield');
  await receives(defendant, witness, NONE, 'the party gets nothing of the witness');
  await receives(plaintiff, witness, BOTH, 'the other party gets all');
  await receives(second, witness, BOTH, 'the bench gets all');
  for (const [person, name] of [[defendant, 'screening-kept-from'], [plaintiff, 'screening-other'], [judge, 'screening-judge'], [witness, 'screening-witness']]) await picture(person, name);
  await judge.press('tab-witness');
  await judge.press('witness-dismiss', `[data-participant="${witness.participant}"]`);
  await witness.see('face', '[data-face="waiting"]');
});

test('the panel deliberates alone with the clerk, off the record', async () => {
  await judge.press('phase', '[data-phase="last_words"]');
  await judge.type('reason', '各方同意不再辩论');
  await judge.press('confirm-enter_phase');
  await judge.see('phase', '[data-phase="last_words"][data-now="true"]');
  await judge.press('more-steps');
  await judge.press('ask-deliberate');
  await judge.press('confirm-deliberate');
  for (const person of [judge, clerk, second]) await person.stage('deliberation');
  await plaintiff.see('record', '[data-record="paused"]');
  await receives(judge, second, BOTH, 'the panel hears each other');
  await receives(second, judge, BOTH, 'the panel hears each other');
  await receives(plaintiff, judge, NONE, 'a party gets nothing');
  await receives(plaintiff, second, NONE, 'a party gets nothing');
  for (const [person, name] of [[judge, 'deliberation-judge'], [second, 'deliberation-second'], [clerk, 'deliberation-clerk'], [plaintiff, 'deliberation-party']]) await picture(person, name);
  await judge.press('ask-resume');
  await judge.stage('in_session');
});

test('no page complained', () => {
  for (const [name, person] of Object.entries({ judge, clerk, second, plaintiff, defendant, interpreter, witness })) {
    const bad = person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
    assert.deepEqual(bad, [], name);
  }
});
