// What each request of a script is on the page: the buttons, choices and fields somebody uses for
// it. What is not here: requests that the page does not offer, and what follows.

/** Presses the first button that fits, is seen and is enabled. */
export async function click(person, selector) {
  await person.page.waitForFunction((wanted) => {
    const found = [...document.querySelectorAll(wanted)].find((each) => !each.disabled && each.getClientRects().length > 0);
    found?.click();
    return found !== undefined;
  }, { polling: 50 }, selector).catch(async (fault) => {
    const text = await person.page.evaluate(() => document.body.innerText).catch(() => '');
    throw new Error(`${person.name} finds no ${selector} (${fault.message})\n${text}\n${person.console.slice(-20).join('\n')}`);
  });
}

const id = (name, more = '') => `[data-testid="${name}"]${more}`;
const of = (who) => `[data-participant="${who}"]`;
const press = (person, name, more) => click(person, id(name, more));
const count = (person, selector) => person.page.$$eval(selector, (all) => all.filter((each) => each.getClientRects().length > 0).length);

/** Writes into a field what stands there then. */
async function write(person, name, text) {
  if (text === '') return;
  const field = await person.page.waitForSelector(id(name), { visible: true, polling: 50 });
  await field.evaluate((each) => { each.focus(); each.select?.(); });
  await person.page.keyboard.sendCharacter(text);
}

/** Opens the row of somebody in the court's list. */
async function rowOf(person, who) {
  await person.desk('people');
  const row = `${id('person', of(who))} `;
  const more = `${row}${id('person-more')}`;
  await person.page.waitForSelector(more, { visible: true, polling: 50 });
  await person.page.$eval(more, (button) => { if (button.getAttribute('aria-expanded') !== 'true') button.click(); });
  return row;
}

/** A step of the court: the large button when it offers it, else the menu. */
async function step(person, name) {
  if (await count(person, `${id('next-step')} ${id(`ask-${name}`, ':not([disabled])')}`)) return press(person, `ask-${name}`);
  if (!await count(person, id('steps-menu'))) await press(person, 'more-steps');
  return click(person, `${id('steps-menu')} ${id(`ask-${name}`)}`);
}

const evidenceOpen = async (person) => {
  if (await count(person, id('evidence-panel'))) return;
  if (await count(person, id('tab-evidence'))) await press(person, 'tab-evidence');
  else await press(person, 'toggle-evidence');
};

/** The desk of a sheet, or the paper a party has before them. */
async function paper(person, sheet) {
  if (await count(person, id(`tab-${sheet}`))) return press(person, `tab-${sheet}`);
  if (await count(person, id(`paper-${sheet}`))) return press(person, `paper-${sheet}`);
  return undefined;
}

const CALLED = ['witness', 'appraiser', 'inspector', 'expert'];

/** How each request is made on the page; `cast` knows the people and the kind of sitting. */
export const ACTS = {
  async open_check_in(person) { await press(person, 'ask-open_check_in'); },

  async check_in(person, ask, cast) {
    await click(person, id('discipline-accept'));
    await press(person, 'check-in-next');
    if (ask.others_present === '') await click(person, id('others-alone'));
    else {
      await click(person, id('others-present'));
      await write(person, 'others-text', ask.others_present);
    }
    // Who says it later is asked later; a script that tells both at once means one page.
    const said = cast.consentSoon(person.script);
    person.said = said !== undefined;
    if (await count(person, id('consent'))) await click(person, id(said === undefined ? 'consent-later' : said ? 'consent-yes' : 'consent-no'));
    await press(person, 'check-in-next');
    if (!cast.watches(person)) {
      await press(person, 'device-start');
      await person.page.waitForSelector(`${id('test-camera', '[data-passed="true"]')}`, { polling: 100 });
      await person.page.waitForSelector(`${id('test-microphone', '[data-passed="true"]')}`, { polling: 100 });
    }
    await press(person, 'ask-check_in');
  },

  async consent(person, ask) {
    const already = person.said && ask.step !== 'recording';
    person.said = false;
    if (already) return undefined;
    if (!await count(person, id('own-consent'))) return press(person, ask.given ? 'ask-consent' : 'ask-consent-no');
    await press(person, 'own-consent');
    await press(person, ask.given ? 'ask-consent' : 'ask-consent-no', `[data-step="${ask.step}"]`);
    return press(person, 'consent-close');
  },

  async answer_barred(person) {
    await press(person, 'ask-answer_barred');
    await press(person, 'barred-none');
    await press(person, 'confirm-answer_barred');
  },

  async admit(person, ask, cast) {
    if (CALLED.includes(cast.role(ask.who))) {
      await person.desk('witness');
      return press(person, 'witness-call', of(ask.who));
    }
    await person.desk('people');
    return press(person, 'ask-admit', of(ask.who));
  },

  async dismiss(person, ask, cast) {
    if (CALLED.includes(cast.role(ask.who))) {
      await person.desk('witness');
      return press(person, 'witness-dismiss', of(ask.who));
    }
    return click(person, `${await rowOf(person, ask.who)}${id('ask-dismiss')}`);
  },

  async open(person, _ask, cast) {
    await press(person, 'ask-open', cast.kind === 'mediation' ? '' : '[data-obstacles="0"]');
    if (cast.kind !== 'mediation') await press(person, 'confirm-open');
  },

  async note_consent(person, ask) {
    await person.desk('people');
    await press(person, 'ask-note_consent', of(ask.who));
    await click(person, `dialog ${id(ask.given ? 'consent-yes' : 'consent-no')}`);
    await write(person, 'person-note', ask.how);
    await press(person, 'confirm-note_consent');
  },

  async call_in(person, ask) {
    await person.desk('people');
    await press(person, 'ask-call_in');
    await click(person, id(`seconds-${ask.seconds}`));
    await press(person, 'confirm-call_in');
  },

  async read_discipline(person) { await step(person, 'read_discipline'); },

  async check_identity(person, ask, cast) {
    await person.desk('people');
    if (cast.kind === 'mediation') {
      await person.page.waitForSelector(`${id('person', of(ask.who))} select`, { polling: 50 });
      await person.page.$eval(`${id('person', of(ask.who))} select`, (list, method) => { list.value = method; list.dispatchEvent(new Event('change')); }, ask.method);
      return press(person, 'ask-check_identity', of(ask.who));
    }
    await press(person, 'ask-check_identity', `${of(ask.who)}[data-done="false"]`);
    await click(person, id(`method-${ask.method}`));
    await write(person, 'person-note', ask.note);
    return press(person, 'confirm-check_identity');
  },

  async waive_identity(person, ask) {
    await person.desk('people');
    await press(person, 'ask-check_identity', `${of(ask.who)}[data-done="false"]`);
    await click(person, id('waive'));
    await write(person, 'person-note', ask.reason);
    await press(person, 'confirm-waive_identity');
  },

  async check_power(person, ask) {
    await person.desk('people');
    await press(person, 'ask-check_power', of(ask.who));
    if (await count(person, `dialog ${id(`power-${ask.power}`)}`)) {
      await click(person, id(`power-${ask.power}`));
      await press(person, 'confirm-check_power');
    }
  },

  async note_absent(person, ask) {
    await person.desk('people');
    await press(person, 'ask-note_absent', of(ask.who));
    await write(person, 'person-note', ask.reason);
    await press(person, 'confirm-note_absent');
  },

  async find_absence(person, ask) {
    await click(person, `${await rowOf(person, ask.who)}${id('ask-find_absence')}`);
    await click(person, id(`finding-${ask.finding}`));
    await write(person, 'person-note', ask.note);
    await press(person, 'confirm-find_absence');
  },

  async enter_phase(person, ask) {
    // The page may not have been told of the last step yet.
    const due = ask.reason === '' ? '[data-out-of-turn="false"]' : '';
    await press(person, 'phase', `[data-phase="${ask.phase}"]${due}`);
    if (ask.reason === '') return;
    await write(person, 'reason', ask.reason);
    await press(person, 'confirm-enter_phase');
  },

  async hand(person) { await press(person, 'ask-hand'); },

  async give_floor(person, ask) {
    await person.desk('floor');
    const seconds = String(ask.seconds ?? 0);
    await person.page.waitForSelector(id('floor-seconds'), { visible: true, polling: 50 });
    await person.page.select(id('floor-seconds'), seconds);
    await press(person, 'floor-give', of(ask.who));
  },

  async end_floor(person) {
    await person.desk('floor');
    await press(person, 'ask-end_floor');
  },

  async strict_floor(person) {
    await person.desk('floor');
    await click(person, id('ask-strict_floor'));
  },

  async allow_screen(person, ask) { await click(person, `${await rowOf(person, ask.who)}${id('ask-allow_screen')}`); },

  async recess(person, ask) {
    await press(person, 'ask-recess');
    await click(person, id(`ground-${ask.ground}`));
    await press(person, 'confirm-recess');
  },

  async resume(person) { await step(person, 'resume'); },

  async close(person, _ask, cast) {
    if (cast.kind === 'mediation') {
      await press(person, 'tab-end');
      await press(person, 'ask-close');
    } else await step(person, 'close');
    await press(person, 'confirm-close');
  },

  async interrupt(person, ask) {
    await step(person, 'interrupt');
    await write(person, 'reason', ask.reason);
    await press(person, 'confirm-interrupt');
  },

  async deliberate(person) {
    await step(person, 'deliberate');
    await press(person, 'confirm-deliberate');
  },

  async adjourn(person, ask) {
    await step(person, 'adjourn');
    await click(person, id(`adjourn-${ask.ground}`));
    await write(person, 'reason', ask.note);
    await press(person, 'confirm-adjourn');
  },

  async challenge(person, ask) {
    await press(person, 'ask-challenge');
    await click(person, id('challenge-whom', of(ask.whom)));
    await write(person, 'reason', ask.reason);
    await press(person, 'confirm-challenge');
  },

  async dispose_challenge(person, ask) {
    await press(person, 'ask-dispose_challenge');
    await click(person, id(ask.upheld ? 'challenge-upheld' : 'challenge-rejected'));
    await write(person, 'reason', ask.reason);
    await press(person, 'confirm-dispose_challenge');
  },

  async sign_guarantee(person, ask) {
    await click(person, id('guarantee-read'));
    await write(person, 'guarantee-name', ask.name);
    await press(person, 'ask-sign_guarantee');
  },

  async testify(person, ask) {
    await person.desk('witness');
    await press(person, 'ask-testify', of(ask.who));
  },

  async note(person, ask) {
    if (!await count(person, id('notes'))) await press(person, 'toggle-notes');
    await write(person, 'note-text', ask.text);
    await press(person, 'ask-note');
    await press(person, 'toggle-notes');
  },

  async show_evidence(person, ask, cast) {
    await evidenceOpen(person);
    await click(person, `${id('evidence-item', `[data-item="${ask.item}"]`)} ${id('ask-show_evidence')}`);
  },

  async turn_page(person, ask) {
    await person.page.waitForSelector(id('evidence-stage', `[data-page="${ask.page - 1}"]`), { polling: 50 });
    await press(person, 'page-next');
  },

  async hide_evidence(person) { await press(person, 'ask-hide_evidence'); },

  async opine(person, ask) {
    await press(person, 'opinion-open');
    for (const aspect of ['authentic', 'lawful', 'relevant']) await click(person, id(`opinion-${aspect}-${ask.opinion[aspect] ? 'yes' : 'no'}`));
    await write(person, 'opinion-reason', ask.opinion.reason);
    await press(person, 'ask-opine');
  },

  async caucus(person, ask) {
    if (await count(person, id('tab-mediation'))) await press(person, 'tab-mediation');
    else await press(person, 'tab-talk');
    await press(person, 'ask-caucus', `[data-side="${ask.side ?? ''}"]`);
  },

  async tick(person, ask) {
    await press(person, 'tab-checklist');
    await click(person, `${id('check', `[data-check="${ask.check}"]`)} button[aria-expanded]`);
    if (ask.note !== '') {
      const field = await person.page.waitForSelector(`${id('check', `[data-check="${ask.check}"]`)} input`, { visible: true, polling: 50 });
      await field.type(ask.note);
    }
    await press(person, 'ask-tick', `[data-check="${ask.check}"]`);
  },

  async set_record_mode(person, ask) {
    await press(person, 'tab-checklist');
    await press(person, 'ask-set_record_mode', `[data-mode="${ask.mode}"]`);
  },

  async write_sheet(person, ask) {
    await press(person, `tab-${ask.sheet}`);
    await person.page.waitForSelector(id('sheet-editor', `[data-version="${ask.base}"]`), { polling: 50 });
    await write(person, 'sheet-text', ask.text);
    await press(person, 'ask-write_sheet');
  },

  async read_back(person, ask) {
    await press(person, `tab-${ask.sheet}`);
    await person.page.waitForSelector(id('sheet-editor', `[data-version="${ask.version}"]`), { polling: 50 });
    await press(person, 'ask-read_back');
  },

  async sign(person, ask) {
    await paper(person, ask.sheet);
    await press(person, 'ask-sign', `[data-sheet="${ask.sheet}"]`);
    if (ask.method === 'typed') {
      await press(person, 'sign-typed');
      await write(person, 'sign-name', ask.mark);
    } else {
      const pad = await person.page.waitForSelector(id('sign-pad'), { visible: true, polling: 50 });
      const box = await pad.boundingBox();
      await person.page.mouse.move(box.x + 60, box.y + 60);
      await person.page.mouse.down();
      for (let at = 1; at <= 24; at += 1) await person.page.mouse.move(box.x + 60 + at * 10, box.y + 80 + (at % 4) * 12);
      await person.page.mouse.up();
    }
    await press(person, 'confirm-sign');
  },

  async refuse_signing(person, ask) {
    await paper(person, ask.sheet);
    await press(person, 'ask-refuse_signing', `[data-sheet="${ask.sheet}"]`);
    await write(person, 'refuse-reason', ask.reason);
    await press(person, 'confirm-refuse_signing');
  },

  async fail_mediation(person, ask) {
    await press(person, 'tab-end');
    await press(person, 'ask-fail_mediation');
    await click(person, id('ground', `[data-ground="${ask.ground}"]`));
    await write(person, 'fail-note', ask.note);
    await press(person, 'confirm-fail_mediation');
  },
};

/** Hands a piece of evidence in as its owner does, and exchanges it if told. */
export async function handIn(person, file, name, exchanged) {
  await evidenceOpen(person);
  const chooser = await person.page.waitForSelector(id('upload-file'), { polling: 50 });
  await chooser.uploadFile(file);
  await person.page.waitForSelector(id('upload-name'), { visible: true, polling: 50 });
  await person.page.$eval(id('upload-name'), (field) => { field.value = ''; field.dispatchEvent(new Event('input')); });
  await write(person, 'upload-name', name);
  const before = await person.page.$$eval(id('evidence-item'), (all) => all.map((each) => Number(each.dataset.item)));
  await press(person, 'upload-send');
  const item = await person.page.waitForFunction((known) => {
    const found = [...document.querySelectorAll('[data-testid="evidence-item"]')].map((each) => Number(each.dataset.item));
    return found.find((each) => !known.includes(each)) ?? false;
  }, { polling: 100 }, before).then((handle) => handle.jsonValue());
  if (exchanged) {
    await click(person, `${id('evidence-item', `[data-item="${item}"]`)} ${id('evidence-exchange')}`);
    await press(person, 'evidence-confirm');
    await person.page.waitForSelector(id('evidence-item', `[data-item="${item}"][data-exchanged="true"]`), { polling: 100 });
  }
  return item;
}
