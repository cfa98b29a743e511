// The archive as a clerk uses it and as a party sees it, after a real hearing: found by case, words
// and phase, opened at its moment, bookmarked, a part taken with its proof; a party asks, is granted,
// and views with their name over the picture. What is not here: the hearing itself.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIn, close, enterFromDocket, fill, join, nextPhase, checkIdentities, open, signIn } from './people.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'archive');

let house, browser, judge, clerk, plaintiff, defendant, party, hearing;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open({ settings: 'retention = [{ years = 1 }]\n' });
  browser = await house.chromium({ devices: SLOW_DEVICES });
  judge = await signIn(house, browser, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  plaintiff = await join(house, browser, 'plaintiff');
  defendant = await join(house, browser, 'defendant');
  for (const person of [plaintiff, defendant]) {
    await checkIn(person);
    await admit(judge, person.participant);
  }
  await open(judge);
  hearing = Number(new URL(judge.page.url()).pathname.split('/').pop());
  await checkIdentities(judge);
  await nextPhase(judge, 'rights');
  await judge.pressOf(defendant, 'person-more');
  await judge.pressOf(defendant, 'reason-warn');
  await judge.type('reason', '随意走动并大声喧哗');
  await judge.press('ask-warn');
  await judge.page.waitForSelector('dialog [data-testid="reason"]', { hidden: true });
  await judge.press('ask-recess');
  await judge.page.$eval('[data-testid="ground-non_public_evidence"]', (choice) => choice.click());
  await judge.press('confirm-recess');
  await plaintiff.stage('recess');
  await judge.press('ask-resume');
  await plaintiff.stage('in_session');
  await close(judge);
  await plaintiff.see('face', '[data-face="closed"]');
  clerk = await signIn(house, browser, 'clerk');
  await clerk.see('sign-out');
});

after(async () => { await house?.close(); });

const picture = (person, name) => person.page.screenshot({ path: path(PICTURES, `${name}.png`) });
const line = () => `[data-hearing="${hearing}"]`;

test('a hearing is found by its words and by the phase it reached, and opens there', async () => {
  await clerk.page.goto(`${house.url}/archive`);
  await until('the record is sealed in the list', async () => {
    await clerk.page.reload();
    await clerk.see('archive-line', line());
    return clerk.page.$(`[data-testid="archive-line"]${line()}[data-sealed="true"]`);
  });
  await clerk.type('search', '大声喧哗');
  await clerk.see('passage');
  await clerk.see('total', '[data-total="1"]');
  await clerk.press('search-more');
  await picture(clerk, 'list');
  await fill(clerk, 'search', '没有这样的话');
  await clerk.page.waitForSelector('[data-testid="archive-line"]', { hidden: true });
  await clerk.page.$eval('[data-testid="search"]', (field) => { field.value = ''; field.dispatchEvent(new Event('input')); });
  await clerk.page.select('[data-testid="search-phase"]', 'rights');
  await clerk.press('phase-open');
  const began = Date.now();
  await clerk.page.waitForFunction(() => {
    const at = Number(document.querySelector('[data-testid="position"]')?.dataset.ms ?? 0);
    const videos = [...document.querySelectorAll('[data-testid="player-video"]')];
    return at > 0 && videos.some((video) => video.readyState >= 2 && Math.abs(video.currentTime * 1000 - at) < 500);
  });
  console.log(`opened at its phase in ${Date.now() - began} ms`);
  await picture(clerk, 'player');
});

test('one click on phase or minute, one key for a frame, jump there', async () => {
  const stands = (ms) => clerk.page.waitForFunction((wanted) => document.querySelector('[data-testid="position"]')?.dataset.ms === String(wanted), { polling: 20 }, ms);
  const phase = await clerk.page.$$eval('[data-testid="phase-jump"]', (jumps) => Number(jumps.at(-1).dataset.ms));
  await clerk.page.$$eval('[data-testid="phase-jump"]', (jumps) => jumps.at(-1).click());
  // It plays on from there.
  await clerk.page.waitForFunction((from) => { const ms = Number(document.querySelector('[data-testid="position"]').dataset.ms); return ms >= from && ms < from + 5_000; }, {}, phase);
  await clerk.see('pause');
  await clerk.page.keyboard.press('Home');
  await clerk.press('frame-on');
  await stands(40);
  await clerk.page.keyboard.press('.');
  await stands(80);
  await clerk.page.keyboard.press(']');
  await clerk.page.waitForFunction(() => document.querySelector('[data-testid="speed"]').value === '1.25');
});

test('a bookmark is kept for this account', async () => {
  await clerk.press('side-people');
  await clerk.type('bookmark-label', '警告');
  await clerk.press('bookmark-add');
  await clerk.see('bookmark', '[data-ms="80"]');
  await clerk.page.reload();
  await clerk.press('side-people');
  await clerk.see('bookmark', '[data-ms="80"]');
  await picture(clerk, 'bookmarks');
});

test('a part is taken with its proof and stands in the log', async () => {
  await clerk.press('side-part');
  await clerk.type('part-reason', '处置扰乱法庭秩序');
  await picture(clerk, 'part');
  const folder = path(house.folder, 'saved');
  mkdirSync(folder);
  const session = await clerk.page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder, browserContextId: clerk.page.browserContext().id });
  await clerk.press('part-take');
  const name = await until('the part is saved', () => readdirSync(folder).find((each) => each.endsWith('.zip')));
  const saved = readFileSync(path(folder, name));
  assert.equal(saved.subarray(0, 2).toString(), 'PK');
  for (const part of ['proof.json', 'ledger.jsonl', 'seal.json', 'README.txt']) assert.ok(saved.includes(part), part);
  await clerk.page.reload();
  await clerk.press('side-readers');
  await clerk.see('audit-line', '[data-act="part_taken"]');
});

test('the recording note tells the pause and its ground', async () => {
  await clerk.press('side-custody');
  await clerk.see('custody', '[data-stage="archived"]');
  await picture(clerk, 'custody');
  const note = await clerk.page.evaluate(async (address) => (await fetch(address)).text(), `/api/archive/${hearing}/note.html`);
  assert.match(note, /公开庭审中的不公开举证、质证/);
  const page = await house.person(browser);
  await page.page.setContent(note);
  await page.page.screenshot({ path: path(PICTURES, 'note.png'), fullPage: true });
});

test('a party asks by a link, is granted, and views with their name over the picture', async () => {
  await clerk.press('side-readers');
  await clerk.page.select('[data-testid="link-who"]', String(plaintiff.participant));
  await clerk.press('link-make');
  const link = await (await clerk.see('link')).evaluate((field) => field.value);
  party = await house.person(browser);
  await party.page.goto(link);
  await party.see('view', line());
  assert.ok(!party.page.url().includes('#'), 'the key does not stay in the address');
  await party.see('view-none');
  await party.page.$eval('[data-testid="ask-what"][data-what="video"]', (choice) => choice.click());
  await party.type('ask-reason', '留存');
  await party.press('ask-send');
  await party.see('asked', '[data-what="video"][data-state="refused"]');
  await party.page.$eval('[data-testid="ask-what"][data-what="view"]', (choice) => choice.click());
  await party.type('ask-reason', '核对陈述');
  await party.press('ask-send');
  await party.see('asked', '[data-what="view"][data-state="waiting"]');
  await picture(party, 'party-asks');
  await clerk.page.reload();
  await clerk.press('side-readers');
  await clerk.see('request', '[data-state="waiting"]');
  await picture(clerk, 'requests');
  await clerk.press('request-grant');
  await clerk.see('request', '[data-what="view"][data-state="granted"]');
  await party.page.reload();
  const mark = await (await party.see('watermark')).evaluate((each) => each.textContent);
  const name = await party.page.$eval('.viewer strong', (each) => each.textContent);
  assert.ok(mark.includes(name), mark);
  assert.match(mark, /\d{4}-\d{2}-\d{2} \d{2}:\d{2}/);
  await party.press('play');
  await party.page.waitForFunction(() => [...document.querySelectorAll('[data-testid="player-video"]')].some((video) => video.currentTime > 0.5));
  await picture(party, 'party-views');
  await clerk.page.reload();
  await clerk.press('side-readers');
  await clerk.see('audit-line', '[data-act="played"]');
  await clerk.press('language');
  await picture(clerk, 'requests-en');
  await clerk.press('side-custody');
  await picture(clerk, 'custody-en');
  await clerk.press('side-minutes');
  await picture(clerk, 'player-en');
  await clerk.page.goto(`${house.url}/archive?phase=rights`);
  await clerk.see('archive-line');
  await picture(clerk, 'list-en');
});

test('no page complained', () => {
  for (const [name, person] of Object.entries({ judge, clerk, plaintiff, defendant, party })) {
    const bad = person.console.filter((text) => text.startsWith('pageerror') || text.startsWith('error'));
    assert.deepEqual(bad, [], name);
  }
});

test('after its time, and not on hold, an administrator deletes the record and a tombstone stays', async () => {
  const about = `${house.url}/archive/${hearing}`;
  await judge.page.goto(about);
  await judge.press('side-custody');
  await judge.press('hold-place');
  await judge.type('hold-reason', '申请再审');
  await judge.press('hold-confirm');
  await judge.see('hold');
  // The machine's clock two years on; nobody waits that long in a test.
  house.environment = {
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', FAKETIME: '+730d', FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  await house.kill();
  const admin = await signIn(house, browser, 'admin');
  await admin.see('sign-out');
  await admin.page.goto(`${house.url}/retention`);
  await admin.see('retention-held', line());
  assert.equal(await admin.page.$(`[data-testid="retention-over"]${line()}`), null, 'what is held is not offered');
  await picture(admin, 'retention-held');
  judge = await signIn(house, browser, 'judge');
  await judge.see('sign-out');
  await judge.page.goto(about);
  await judge.press('side-custody');
  await judge.press('hold-lift');
  await judge.type('hold-reason', '再审已审结');
  await judge.press('hold-confirm');
  await judge.see('hold-place');
  await admin.page.reload();
  await admin.see('retention-over', line());
  await picture(admin, 'retention-over');
  await admin.press('erase');
  await admin.type('erase-reason', '保管期满，经鉴定销毁');
  await picture(admin, 'retention-sure');
  await admin.press('erase-confirm');
  await admin.see('retention-erased', line());
  await picture(admin, 'retention-erased');
  assert.deepEqual(readdirSync(path(house.folder, 'archive')).filter((name) => name === `h${hearing}`), []);
  assert.equal(JSON.parse(readFileSync(path(house.folder, 'archive', 'erased', `h${hearing}.json`), 'utf8')).reason, '保管期满，经鉴定销毁');
  const late = await signIn(house, browser, 'clerk');
  await late.see('sign-out');
  await late.page.goto(about);
  await late.page.waitForFunction(() => document.body.innerText.includes('没有找到'));
  await picture(late, 'record-gone');
  for (const person of [admin, judge]) {
    assert.deepEqual(person.console.filter((text) => text.startsWith('pageerror') || text.startsWith('error')), []);
  }
});
