// How the sections come into a sitting of the demonstration: its judge, and who has a code. What is
// not here: pictures.

import { checkIn, signIn } from '../people.mjs';

/** The first sitting that is asked for, from what the server said of the demonstration. */
export const sittingOf = (house, fits) => house.ready.cases.find(fits);

/** Of a kind. */
export const ofKind = (kind) => (each) => each.kind === kind;

/** With somebody of this role. */
export const withRole = (role) => (each) => each.codes.some((seat) => seat.role === role);

/** Somebody of the court in this sitting. */
export async function ofTheCourt(house, browser, kind, sitting, size) {
  const person = await signIn(house, browser, kind, size);
  await person.see('sign-out');
  await person.page.goto(`${house.url}/hearing/${sitting.hearing}`);
  await person.see('face', '[data-face="room"]');
  return person;
}

/** Somebody with a code of this sitting, on their first page; `at` is which of several. */
export async function withCode(house, browser, sitting, role, { size, at = 0 } = {}) {
  const seat = sitting.codes.filter((each) => each.role === role)[at];
  const person = await house.person(browser, size);
  Object.assign(person, { participant: seat.participant, name: seat.name });
  await person.page.goto(`${house.url}/join`);
  await person.type('code', seat.code);
  await person.press('join');
  await person.see('face', ':not([data-face="connecting"])');
  return person;
}

/** Checks in and is let in by whoever leads. */
export async function comesIn(person, leader, how) {
  await checkIn(person, how);
  await leader.desk('people');
  await leader.press('ask-admit', `[data-participant="${person.participant}"]`);
  await person.see('face', person.face ?? '[data-face="room"]');
}
