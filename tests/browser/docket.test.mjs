// A clerk's day: places imported, a case put down, notices sent; a party reads the notice at home,
// confirms it and says what they agree to, by keyboard alone; names and numbers are compared; codes are printed; the case is found by
// a further number; both parties come in, one by the link and one by the code. And an application
// that becomes a mediation. Everything runs on this machine.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FURTHER, fillSession, go, importSites, issueStation, lettersTo, linkIn, saveSession, takeApplication } from './desk.mjs';
import { House, until } from './house.mjs';
import { checkIn, choose, fill, signIn } from './people.mjs';

/** The example of GB 11643. */
const CARD = '11010519491231002X';

let house, chromium, clerk, admin, plaintiff, defendant;
const known = {};

before(async () => {
  house = await House.open();
  chromium = await house.chromium();
});
after(async () => { await house?.close(); });

/** With ASSIZE_PICTURES set: what somebody sees, for people to look at, in tests/output/screenshots. */
async function picture(person, name) {
  if (!process.env.ASSIZE_PICTURES) return;
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await person.page.bringToFront();
  await person.page.screenshot({ path: join(folder, `docket-${name}.png`), fullPage: !name.endsWith('-window') });
}

/** Goes by tabulator until this is what the keyboard is on, and presses it. */
async function byKeyboard(somebody, testid, extra = '') {
  await somebody.see(testid, `${extra}:not([disabled])`);
  await until(`the keyboard reaches ${testid}`, async () => {
    await somebody.page.keyboard.press('Tab');
    return somebody.page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, `[data-testid="${testid}"]${extra}`);
  });
  await somebody.page.keyboard.press('Enter');
}

test('administration imports the places', async () => {
  admin = await signIn(house, chromium, 'admin');
  await admin.see('sign-out');
  await importSites(house, admin);
  await admin.page.waitForSelector('[data-testid="site"]');
});

test('administration sets a webhook for some events alone', async () => {
  await admin.type('hook-url', 'https://court.example/hook');
  // One after the other, as a hand does.
  for (const box of await admin.page.$$('[data-testid="hook-event"]:not([data-event="handover"])')) await box.evaluate((each) => each.click());
  await admin.press('add-hook');
  await admin.see('shown-once');
  const hook = await admin.see('hook');
  const text = await hook.evaluate((line) => line.innerText);
  assert.ok(text.includes('调解不成移交') && !text.includes('排期变动'), text);
  await picture(admin, 'places');
});

test('a clerk puts a case down', async () => {
  clerk = await signIn(house, chromium, 'clerk');
  await clerk.see('sign-out');
  await go(house, clerk, '/calendar', 'new-session');
  await clerk.press('new-session');
  // The plaintiff is protected: the defendant does not see them.
  known.place = await fillSession(clerk);
  await picture(clerk, 'form-new');
  known.session = await saveSession(clerk);
  known.hearing = Number(known.session.split('/').at(-1));
  await clerk.page.reload();
  const kept = await clerk.see('shield-of');
  assert.ok((await kept.evaluate((field) => field.selectedOptions[0].textContent)).includes('邓某'));
});

test('notices go out with a link', async () => {
  await clerk.press('send-notices');
  await until('both are sent', async () => (await clerk.page.$$('[data-testid="notice"][data-state="sent"]')).length === 2);
  const [first] = lettersTo(house, '13800000001');
  known.link = linkIn(first);
  assert.ok(first.text.startsWith('钟某：'));
});

test('a party confirms and consents at home, by keyboard alone', async () => {
  plaintiff = await house.person(chromium);
  await plaintiff.page.goto(known.link);
  await plaintiff.see('mine', `[data-hearing="${known.hearing}"]`);
  assert.equal(await plaintiff.page.evaluate(() => location.hash), '', 'the key does not stay in the address');
  const place = await plaintiff.page.$eval('[data-testid="mine-place"]', (field) => field.innerText);
  assert.equal(place, known.place);
  await picture(plaintiff, 'mine-window');
  await byKeyboard(plaintiff, 'mine-confirm');
  await plaintiff.see('mine-confirmed');
  const step = (name) => `[data-testid="mine-step"][data-step="${name}"]`;
  await plaintiff.page.$eval(`${step('hearing')} [data-testid="mine-yes"]`, (button) => button.focus());
  await plaintiff.page.keyboard.press('Enter');
  await plaintiff.see('mine-step', '[data-step="hearing"][data-given="true"]');
  await plaintiff.page.$eval(`${step('service')} [data-testid="mine-no"]`, (button) => button.focus());
  await plaintiff.page.keyboard.press('Enter');
  await plaintiff.see('mine-step', '[data-step="service"][data-given="false"]');
  // They may change their mind, and a reload keeps what was said.
  await plaintiff.page.$eval(`${step('service')} [data-testid="mine-yes"]`, (button) => button.click());
  await plaintiff.see('mine-step', '[data-step="service"][data-given="true"]');
  await plaintiff.page.reload();
  await plaintiff.see('mine-confirmed');
  await plaintiff.see('mine-step', '[data-step="service"][data-given="true"]');
  await picture(plaintiff, 'mine');
});

test('the clerk files a number, and one number belongs to one person', async () => {
  const card = (name) => clerk.page.evaluateHandle((text) => [...document.querySelectorAll('[data-testid="real-name"]')].find((each) => each.innerText.includes(text)), name);
  const within = async (name, testid) => (await card(name)).$(`[data-testid="${testid}"]`);
  const press = async (name, testid) => (await within(name, testid)).evaluate((button) => button.click());
  const enter = async (name, number) => {
    if (!(await within(name, 'id-number'))) await press(name, 'enter-number');
    await until(`${name} has a field`, async () => (await within(name, 'id-number')) !== null);
    await (await within(name, 'id-number')).evaluate((field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }, number);
  };
  const text = async (name) => (await card(name)).evaluate((each) => each.innerText);
  await clerk.see('real-names');
  await enter('钟某', '110105491231002');
  await press('钟某', 'file-number');
  await until('the old form is named', async () => (await text('钟某')).includes('15 位的旧身份证号码已经停用'));
  await enter('钟某', CARD);
  await press('钟某', 'file-number');
  await until('it is filed', async () => (await text('钟某')).includes('1101**********002X'));
  assert.ok((await text('钟某')).includes('法院已登记，本人尚未填写'));
  await enter('邓某', CARD);
  await press('邓某', 'file-number');
  await until('one number, one person', async () => (await text('邓某')).includes('同一号码不能登记给两个人'));
  await press('邓某', 'look-up');
  await until('it is found', async () => (await text('邓某')).includes('“钟某”名下'));
  await picture(clerk, 'real-name-taken');
});

test('the party enters name and number themselves, and both are compared', async () => {
  await plaintiff.page.reload();
  await plaintiff.see('own-real-name', '[data-state="filed"]');
  await fill(plaintiff, 'own-name', '钟某');
  await fill(plaintiff, 'id-number', '440524188001010014');
  await picture(plaintiff, 'mine-real-name');
  await plaintiff.press('own-real-name-send');
  await plaintiff.see('own-real-name-wrong');
  await fill(plaintiff, 'id-number', CARD.toLowerCase());
  await plaintiff.press('own-real-name-send');
  await plaintiff.see('own-real-name-done');
  assert.ok((await plaintiff.page.$eval('[data-testid="own-real-name-done"]', (line) => line.innerText)).includes('1101**********002X'));
  await plaintiff.page.reload();
  await plaintiff.see('own-real-name', '[data-state="agreed"]');
  await picture(plaintiff, 'mine-real-name-done');
});

test('the clerk sees that both agree, reads the number whole, and sees the device', async () => {
  await clerk.page.reload();
  await clerk.see('real-name', '[data-state="agreed"]');
  await clerk.press('show-number');
  await clerk.see('whole-number');
  assert.equal(await clerk.page.$eval('[data-testid="whole-number"]', (line) => line.innerText), CARD);
  await clerk.page.$eval('[data-testid="entries"]', (lines) => { lines.open = true; });
  const entry = await clerk.page.$eval('[data-testid="entry"]', (line) => line.innerText);
  assert.ok(entry.includes('打开本人页面') && entry.includes('Chrome'), entry);
  await picture(clerk, 'real-name-agreed');
});

test('the clerk sees the receipt and each consent by itself', async () => {
  await clerk.page.reload();
  await clerk.see('notice', '[data-state="confirmed"]');
  assert.equal((await clerk.page.$$('[data-testid="consent"]')).length, 3, 'nothing is overwritten');
  const warnings = await clerk.page.$$eval('[data-warning]', (lines) => lines.map((line) => `${line.dataset.warning} ${line.innerText}`));
  assert.ok(warnings.some((line) => line.startsWith('consent_missing') && line.includes('邓某')), warnings.join('\n'));
  assert.ok(!warnings.some((line) => line.includes('钟某')), warnings.join('\n'));
  await picture(clerk, 'form');
});

test('a sheet of codes is printed, one slip each', async () => {
  await clerk.press('make-codes');
  await clerk.see('sheet-person');
  await clerk.page.evaluate(() => { window.__printed = 0; window.print = () => { window.__printed += 1; }; });
  await clerk.press('issue-codes');
  await until('both slips are there', async () => (await clerk.page.$$('[data-testid="slip"]')).length === 2);
  await clerk.press('print-codes');
  assert.equal(await clerk.page.evaluate(() => window.__printed), 1);
  const slips = await clerk.page.$$eval('[data-testid="slip"]', (found) => found.map((slip) => ({ code: slip.dataset.code, text: slip.innerText })));
  const mine = slips.find((slip) => slip.text.includes('邓某'));
  for (const word of ['被告', '（2026）鄂1202民初4321号', '有效至', '/my']) assert.ok(mine.text.includes(word), `${word}: ${mine.text}`);
  assert.ok(slips.find((slip) => slip.text.includes('钟某')).text.includes(known.place));
  known.code = mine.code;
  await picture(clerk, 'codes');
  await clerk.page.emulateMediaType('print');
  await picture(clerk, 'codes-print');
  await clerk.page.emulateMediaType('screen');
});

test('the calendar finds the case by the number heard with it', async () => {
  await go(house, clerk, '/calendar', 'calendar-number');
  await clerk.type('calendar-number', '7788');
  await clerk.page.waitForFunction((hearing) => {
    const lines = [...document.querySelectorAll('[data-testid="calendar-line"]')];
    return lines.length === 1 && lines[0].dataset.hearing === String(hearing);
  }, {}, known.hearing);
  assert.ok((await clerk.page.$eval('[data-testid="further"]', (line) => line.innerText)).includes(FURTHER));
  await picture(clerk, 'calendar-number');
  await fill(clerk, 'calendar-number', ' ');
  await clerk.page.waitForFunction(() => document.querySelectorAll('[data-testid="calendar-line"]').length > 1);
  await picture(clerk, 'calendar');
});

test('a party joins with the code of the slip, and nobody else does', async () => {
  defendant = await house.person(chromium);
  await go(house, defendant, '/join', 'code');
  await defendant.type('code', known.code);
  // A look at the notice leaves the code unused.
  await defendant.press('look');
  await defendant.see('mine', `[data-hearing="${known.hearing}"]`);
  await go(house, defendant, '/join', 'code');
  await defendant.type('code', known.code);
  await defendant.press('join');
  await defendant.see('check-in-not-yet');
  const stranger = await house.person(chromium);
  await go(house, stranger, '/join', 'code');
  await stranger.type('code', known.code);
  await stranger.press('join');
  await stranger.see('refusal', '[data-why="code_used"]');
  await stranger.page.goto('about:blank');
});

test('the other one enters from their own page, and the judge finds both', async () => {
  await plaintiff.press('mine-enter');
  await plaintiff.see('check-in-not-yet');
  const judge = await signIn(house, chromium, 'judge');
  await judge.see('sign-out');
  await judge.page.goto(`${house.url}/hearing/${known.hearing}`);
  await judge.press('ask-open_check_in');
  await checkIn(plaintiff);
  await checkIn(defendant);
  const people = await clerk.page.evaluate(async (hearing) => (await (await fetch(`/api/hearings/${hearing}`)).json()).form.people, known.hearing);
  for (const one of people.slice(2)) await judge.press('ask-admit', `[data-participant="${one.id}"]`);
  for (const one of [plaintiff, defendant]) await one.see('face', '[data-face="room"]');
  // The number's state is beside the check of the identity in the sitting.
  await judge.desk('people');
  await judge.press('ask-check_identity', `[data-participant="${people[2].id}"]`);
  await judge.see('real-name', '[data-state="agreed"]');
  await picture(judge, 'identity-window');
  await judge.press('confirm-check_identity');
  // What the form ordered holds from the first picture.
  const video = async (somebody) => (await somebody.inbound()).filter((entry) => entry.kind === 'video' && entry.frames > 0).length;
  await until('the plaintiff sees two', async () => (await video(plaintiff)) === 2);
  await until('the defendant sees one', async () => (await video(defendant)) === 1);
});

test('an application becomes a mediation that is tied to it', async () => {
  await go(house, clerk, '/mediations', 'new-application');
  await takeApplication(clerk);
  await picture(clerk, 'mediations');
  await clerk.press('act-schedule');
  await picture(clerk, 'schedule-window');
  await clerk.press('schedule-new');
  await clerk.see('for-application');
  await fill(clerk, 'court', '咸安区人民法院');
  await fill(clerk, 'case-number', '（2026）鄂1202诉前调9号');
  const names = await clerk.page.$$eval('[data-testid="person-name"]', (fields) => fields.map((field) => field.value));
  assert.ok(names.includes('方某') && names.includes('石某') && names.includes('李法官（演示）'), names.join());
  await fill(clerk, 'person-name', '陈书记员', names.indexOf(''));
  // The judge sits elsewhere at nine.
  await clerk.page.$eval('[data-testid="when"]', (field) => {
    field.value = field.value.replace('T09:00', 'T14:00');
    field.dispatchEvent(new Event('input'));
  });
  await clerk.press('save-session');
  await clerk.see('warnings');
  await go(house, clerk, '/mediations', 'application');
  await clerk.see('application', '[data-state="scheduled"]');
});

test('figures and the desk are there for the clerk too', async () => {
  await go(house, clerk, '/statistics', 'csv');
  await picture(clerk, 'statistics');
  await go(house, clerk, '/desk', 'station-add');
  await choose(clerk, '[data-testid="station-site"]', known.place);
  assert.equal(await clerk.page.$eval('[data-testid="station-name"]', (field) => field.value), known.place, 'the place names the station');
  await issueStation(clerk);
  await clerk.see('station');
  await picture(clerk, 'desk');
  await go(house, clerk, '/docket', 'docket-line');
  await clerk.see('open-session');
  await picture(clerk, 'docket');
});

test('the audit administrator sees who knocked in vain, and has the whole log checked', async () => {
  const mistyped = await house.person(chromium);
  await mistyped.page.goto(`${house.url}/sign-in`);
  await mistyped.type('name', 'clerk');
  await mistyped.type('password', 'not the password');
  await mistyped.press('sign-in');
  await mistyped.see('refusal', '[data-why="sign_in_wrong"]');
  // The clerk's page asks for what is not the clerk's.
  assert.equal(await clerk.page.evaluate(async () => (await fetch('/api/audit')).status), 403);
  const audit = await signIn(house, chromium, 'audit');
  await audit.see('audit-found', '[data-act="signed_in"][data-result="sign_in_wrong"]');
  await audit.see('audit-found', '[data-act="denied"][data-result="not_your_right"]');
  await audit.see('audit-found', '[data-act="setting_changed"]');
  await choose(audit, '[data-testid="audit-act"]', '登录');
  await audit.press('audit-find');
  await until('sign-ins alone', async () => {
    const acts = await audit.page.$$eval('[data-testid="audit-found"]', (rows) => rows.map((row) => row.dataset.act));
    return acts.length > 1 && acts.every((act) => act === 'signed_in');
  });
  await audit.press('audit-check');
  await audit.see('audit-checked', '[data-broken=""]');
  await picture(audit, 'audit');
  const table = await audit.page.$eval('[data-testid="audit-export"]', async (link) => (await fetch(link.href)).text());
  assert.ok(table.includes('signed_in') && !table.includes('denied'), table.slice(0, 400));
  assert.equal(await audit.page.evaluate(async () => (await fetch('/api/sites')).status), 403);
});
