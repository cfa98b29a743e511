// What people do on the page, as steps: sign in, join, check in, admit, open. What is not here:
// what a test claims.

/** A member of the court, signed in. */
export async function signIn(house, browser, kind, size) {
  const person = await house.person(browser, size);
  const account = house.account(kind);
  await person.page.goto(`${house.url}/sign-in`);
  await person.type('name', account.name);
  await person.type('password', account.password);
  await person.press('sign-in');
  return person;
}

/** From the docket into the hearing. */
export async function enterFromDocket(person) {
  await person.press('enter');
  await person.see('face', '[data-face="room"]');
}

/** Somebody with a code, up to the check-in page. */
export async function join(house, browser, role, size) {
  const person = await house.person(browser, size);
  const seat = house.code(role);
  person.participant = seat.participant;
  await person.page.goto(`${house.url}/join`);
  await person.type('code', seat.code);
  await person.press('join');
  await person.see('face');
  return person;
}

/** Discipline, who else is here, devices; then the waiting room, if nobody admits them at once. */
export async function checkIn(person, { publishes = true, hearsItself = true, waits = true } = {}) {
  await person.see('discipline-accept');
  await person.page.$eval('[data-testid="discipline-accept"]', (box) => box.click());
  await person.press('check-in-next');
  await person.page.$eval('[data-testid="others-alone"]', (box) => box.click());
  // Parties are asked whether they agree to this step online.
  await person.page.$$eval('[data-testid="consent-yes"]', (boxes) => boxes.forEach((box) => box.click()));
  await person.press('check-in-next');
  if (publishes) {
    await person.press('device-start');
    await person.see('test-camera', '[data-passed="true"]');
  }
  // Firefox measures no sound on a machine without a sound card; it sends sound all the same.
  if (publishes && hearsItself) await person.see('test-microphone', '[data-passed="true"]');
  await person.press('ask-check_in');
  if (waits) await person.see('face', '[data-face="waiting"]');
}

/** Somebody does without pictures, as on a slow network: the machine draws every page by itself. */
export async function soundOnly(person) {
  await person.press('help');
  await person.press('sound-only', '[aria-pressed="false"]');
  await person.page.keyboard.press('Escape');
  await person.page.waitForSelector('[data-testid="sound-only"]', { hidden: true, polling: 50 });
}

/** The judge admits somebody who waits. */
export async function admit(judge, participant) {
  await judge.desk('people');
  await judge.press('ask-admit', `[data-participant="${participant}"]`);
}

/** The judge goes through what comes before opening, announces it, and it is confirmed. */
export async function open(judge) {
  await judge.press('ask-answer_barred');
  await judge.press('barred-none');
  await judge.press('confirm-answer_barred');
  await judge.press('ask-read_discipline');
  await judge.press('ask-open', '[data-obstacles="0"]');
  await judge.press('confirm-open');
  await judge.stage('in_session');
}

/** The judge or the clerk checks somebody's identity in the sitting. */
export async function checkIdentity(court, participant) {
  const open = `[data-participant="${participant}"][data-done="false"]`;
  await court.desk('people');
  await court.press('ask-check_identity', open);
  await court.press('confirm-check_identity');
  await court.page.waitForSelector(`[data-testid="ask-check_identity"]${open}`, { hidden: true });
}

/** The judge goes to the phase that follows. */
export async function nextPhase(judge, phase) {
  await judge.press('ask-enter_phase', '[data-obstacles="0"]');
  await judge.see('phase', `[data-phase="${phase}"][data-now="true"]`);
}

/** Everybody whose identity is in the way of the next phase is checked. */
export async function checkIdentities(judge) {
  const inTheWay = '[data-testid="obstacle"][data-why="identity_unchecked"]';
  for (;;) {
    const obstacle = await judge.page.$(inTheWay);
    if (obstacle === null) return;
    const who = await obstacle.evaluate((item) => item.dataset.participant);
    const remedy = await obstacle.$('[data-testid="remedy"]');
    await remedy.click();
    await judge.press('confirm-check_identity');
    await judge.page.waitForSelector(`${inTheWay}[data-participant="${who}"]`, { hidden: true });
  }
}

/** The judge goes to the end of the course, with a reason for what is left out, and closes. */
export async function close(judge) {
  await checkIdentities(judge);
  await judge.press('phase', '[data-phase="closing"]');
  await judge.type('reason', '当事人达成和解');
  await judge.press('confirm-enter_phase');
  await judge.press('ask-close');
  await judge.press('confirm-close');
}

/** Writes into a field anew; `at` is which of several of this name. */
export async function fill(person, testid, text, at = 0) {
  await person.see(testid);
  const fields = await person.page.$$(`[data-testid="${testid}"]`);
  await fields[at].click({ count: 3 });
  await fields[at].type(text);
}

/** Chooses in a list what is called so. */
export async function choose(person, selector, word) {
  await person.page.waitForSelector(selector);
  const value = await person.page.$eval(selector, (field, text) =>
    [...field.options].find((option) => option.textContent.includes(text))?.value, word);
  if (!value) throw new Error(`${selector} does not offer ${word}`);
  await person.page.select(selector, value);
}
