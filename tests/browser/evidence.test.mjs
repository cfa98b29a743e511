// Evidence in real browsers: handed in, exchanged, shown to all on the same page, drawn on, heard
// and seen at the same place, spoken of; and what is refused. Figures of how far pages are apart
// are printed. Everything runs on this machine.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, SLOW_DEVICES, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, open, signIn } from './people.mjs';
import { digestOf, papers } from './papers.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'evidence');
/** What the feature asks for; a machine that runs five browsers and a server has less to give. */
const SAME_PAGE_MS = 500;
const GENEROUS = 4;

let house, judge, clerk, plaintiff, defendant, gallery, all, files;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  const browser = await house.chromium({ devices: SLOW_DEVICES });
  files = await papers(browser, path(house.folder, 'papers'));
  judge = await signIn(house, browser, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  clerk = await signIn(house, browser, 'clerk');
  await enterFromDocket(clerk);
  plaintiff = await join(house, browser, 'plaintiff');
  defendant = await join(house, browser, 'defendant');
  gallery = await join(house, browser, 'gallery');
  await checkIn(plaintiff);
  await checkIn(defendant);
  await checkIn(gallery, { publishes: false });
  for (const person of [plaintiff, defendant, gallery]) {
    await admit(judge, person.participant);
    await person.see('face', '[data-face="room"]');
  }
  await open(judge);
  all = { judge, clerk, plaintiff, defendant, gallery };
  await judge.press('tab-evidence');
  await clerk.press('tab-minutes');
  for (const party of [plaintiff, defendant]) await party.press('toggle-evidence');
});

after(async () => { await house?.close(); });

const rows = (person) => person.page.$$eval('[data-testid="evidence-item"]', (list) => list.map((row) => ({ id: row.dataset.item, exchanged: row.dataset.exchanged === 'true', text: row.innerText })));
const row = (item) => `[data-testid="evidence-item"][data-item="${item}"]`;

async function idOf(person, name) {
  const found = await until(`${name} on the list`, async () => (await rows(person)).find((each) => each.text.includes(name)));
  return found.id;
}

async function choose(person, file) {
  const input = await person.page.waitForSelector('[data-testid="upload-file"]');
  await input.uploadFile(file);
}

async function handIn(person, file, purpose) {
  await choose(person, file);
  await person.see('upload-name');
  if (purpose) await person.type('upload-purpose', purpose);
  await person.press('upload-send');
}

async function pressIn(person, item, testid) {
  const button = `${row(item)} [data-testid="${testid}"]`;
  await person.page.waitForSelector(`${button}:not([disabled])`, { visible: true });
  await person.page.$eval(button, (each) => each.click());
}

async function exchange(person, item) {
  await pressIn(person, item, 'evidence-exchange');
  await person.press('evidence-confirm');
  await person.page.waitForSelector(`${row(item)}[data-exchanged="true"]`);
}

/** What stands beside the form after a file was refused. */
async function told(person, words) {
  await until(`“${words}” is said`, () =>
    person.page.$$eval('[data-testid="upload-refused"]', (list, words) => list.some((each) => each.innerText.includes(words)), words));
}

const shown = (person, item, page) => person.see('evidence-view', `[data-item="${item}"]${page ? `[data-page="${page}"]` : ''}`);
const picture = (person, name) => person.page.bringToFront().then(() => person.page.screenshot({ path: path(PICTURES, `${name}.png`) }));

const ids = {};

test('a party hands in document, picture, sound and video, with both digests', async () => {
  for (const [kind, purpose] of [['document', '证明借款事实'], ['picture', '证明已经付款'], ['drawing', ''], ['sound', '证明对方承认'], ['video', '证明交付经过']]) {
    await handIn(plaintiff, files[kind], purpose);
    ids[kind] = await idOf(plaintiff, path(files[kind]).split('/').pop().replace(/\.\w+$/, ''));
  }
  const list = await rows(plaintiff);
  assert.equal(list.length, 5);
  assert.ok(list.every((each) => !each.exchanged));
  await pressIn(plaintiff, ids.document, 'evidence-look');
  await plaintiff.see('look-digest', `[data-sha256="${digestOf(files.document)}"]`);
  const digests = await plaintiff.page.$eval('[data-testid="look-digest"]', (text) => text.innerText);
  assert.match(digests, /SHA-256 [0-9a-f]{64}\s+SM3 [0-9a-f]{64}/);
  await shown(plaintiff, ids.document, 1);
  await picture(plaintiff, 'party-looks');
  await plaintiff.page.keyboard.press('Escape');
});

test('what was not exchanged the other side does not see, and the court does', async () => {
  assert.equal((await rows(defendant)).length, 0);
  await defendant.see('evidence-empty');
  assert.equal((await rows(judge)).length, 5);
  const status = await defendant.page.evaluate((hearing, item) =>
    fetch(`/api/hearings/${hearing}/evidence/${item}/file`).then((answer) => answer.status), house.ready.cases[0].hearing, ids.document);
  assert.equal(status, 404);
  for (const kind of ['document', 'sound', 'video']) await exchange(plaintiff, ids[kind]);
  await until('the other side sees what was exchanged', async () => (await rows(defendant)).length === 3);
  assert.equal((await rows(gallery)).length, 0);
});

test('files that are broken, encrypted, huge or not what they claim are refused in plain words', async () => {
  const before = (await rows(plaintiff)).length;
  for (const [kind, words] of [['broken', '文件无法识别或与类型不符'], ['encrypted', '文件已加密'], ['false', '文件无法识别或与类型不符'], ['page', '文件无法识别或与类型不符'], ['huge', '文件过大']]) {
    if (kind === 'huge') await choose(plaintiff, files.huge);
    else await handIn(plaintiff, files[kind]);
    await told(plaintiff, words);
    if (kind === 'broken') await picture(plaintiff, 'party-refused');
    // What was typed is still there, to be sent with another file.
    if (kind !== 'huge') assert.notEqual(await plaintiff.page.$eval('[data-testid="upload-name"]', (field) => field.value), '');
  }
  // A page that does not look first is told the same by the server.
  const why = await plaintiff.page.evaluate(async (hearing) => {
    const form = new FormData();
    form.append('about', JSON.stringify({ side: null, name: 'x', kind: 'document', purpose: '', form: 'copy' }));
    form.append('file', new Blob([new Uint8Array(101 * 1024 * 1024)]), 'x.mp4');
    const answer = await fetch(`/api/hearings/${hearing}/evidence`, { method: 'POST', body: form }).catch((fault) => fault);
    return answer instanceof Response ? `${answer.status} ${(await answer.json()).why}` : String(answer);
  }, house.ready.cases[0].hearing);
  assert.match(why, /file_too_large/);
  assert.equal((await rows(plaintiff)).length, before);
  assert.deepEqual(readdirSync(path(house.folder, 'data', 'evidence', 'incoming')), [], 'nothing is left lying about');
});

/** Notes in each page when a page of the document is drawn. */
async function watchPages() {
  for (const person of Object.values(all)) {
    await person.page.evaluate(() => {
      const view = document.querySelector('[data-testid="evidence-stage"] [data-testid="evidence-view"]');
      window.__drawn = {};
      new MutationObserver(() => { window.__drawn[view.dataset.page] ??= Date.now(); }).observe(view, { attributes: true, attributeFilter: ['data-page'] });
    });
  }
}

test('the judge shows the document, and all pages show the same page at once', async (context) => {
  await pressIn(judge, ids.document, 'ask-show_evidence');
  for (const person of Object.values(all)) await shown(person, ids.document, 1);
  await picture(judge, 'judge-shows');
  await picture(defendant, 'party-shown');
  await picture(gallery, 'gallery-shown');
  await watchPages();
  const apart = [];
  for (let page = 2; page <= 6; page += 1) {
    const pressed = await judge.page.evaluate(() => {
      document.querySelector('[data-testid="page-next"]').click();
      return Date.now();
    });
    for (const person of Object.values(all)) await shown(person, ids.document, page);
    const times = await Promise.all(Object.values(all).map((person) => person.page.evaluate((page) => window.__drawn[page], page)));
    apart.push({ page, slowest: Math.max(...times) - pressed, between: Math.max(...times) - Math.min(...times) });
  }
  context.diagnostic(`milliseconds from the press to the last page, and between first and last: ${JSON.stringify(apart)}`);
});

test('a party draws by leave, and all see the line', async () => {
  assert.equal(await defendant.page.$('[data-testid="toggle-draw"]'), null);
  await judge.press('drawing-leave');
  await judge.press(`allow-drawing-${defendant.participant}`);
  await defendant.press('toggle-draw');
  await defendant.page.bringToFront();
  const box = await (await defendant.see('drawing', '[data-active="true"]')).boundingBox();
  await defendant.page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3);
  await defendant.page.mouse.down();
  for (let at = 1; at <= 12; at += 1) await defendant.page.mouse.move(box.x + box.width * (0.2 + at * 0.04), box.y + box.height * (0.3 + (at % 3) * 0.02));
  await defendant.page.mouse.up();
  for (const person of Object.values(all)) await person.page.waitForSelector('[data-testid="evidence-stage"] [data-testid="drawing"][data-strokes="1"]');
  await picture(plaintiff, 'party-sees-drawing');
  await judge.press('ask-clear_drawing');
  await plaintiff.page.waitForSelector('[data-testid="evidence-stage"] [data-testid="drawing"][data-strokes="0"]');
  await defendant.press('toggle-draw');
});

test('the other side gives its opinion, which stands in the minutes in words', async () => {
  await defendant.press('opinion-open');
  await defendant.press('opinion-relevant-no');
  await defendant.press('ask-opine');
  // Denied without a reason is not sent.
  await until('a reason is asked for', () => defendant.page.evaluate(() => document.body.innerText.includes('请说明不认可的理由')));
  await defendant.type('opinion-reason', '该合同与本案借款无关');
  await picture(defendant, 'party-opinion');
  await defendant.press('ask-opine');
  await judge.see('opinion', `[data-participant="${defendant.participant}"]`);
  await plaintiff.see('opinion', `[data-participant="${defendant.participant}"]`);
  assert.equal(await gallery.page.$('[data-testid="opinion"]'), null);
  await clerk.see('minute', '[data-fact="opined"]');
  const words = await clerk.page.$eval('[data-testid="minute"][data-fact="opined"]', (minute) => minute.innerText);
  assert.match(words, /真实性：认可、合法性：认可、关联性：不认可：该合同与本案借款无关/);
  const shownWords = await clerk.page.$eval('[data-testid="minute"][data-fact="evidence_shown"]', (minute) => minute.innerText);
  assert.ok(shownWords.includes(digestOf(files.document).slice(0, 16)), shownWords);
});

/** Where the shown sound or video stands on each page, milliseconds, all at one moment. */
async function places() {
  const found = await Promise.all(Object.values(all).map((person) => person.page.evaluate(() => {
    const media = document.querySelector('[data-testid="evidence-play"] video, [data-testid="evidence-play"] audio');
    return { at: Date.now(), place: media.currentTime * 1000, paused: media.paused };
  })));
  const moment = found[0].at;
  return found.map((each) => ({ ...each, place: Math.round(each.place + (each.paused ? 0 : moment - each.at)) }));
}

const spread = (found) => Math.max(...found.map((each) => each.place)) - Math.min(...found.map((each) => each.place));

test('sound and video play, move and stand at the same place for all', async (context) => {
  for (const kind of ['sound', 'video']) {
    await pressIn(judge, ids[kind], 'ask-show_evidence');
    for (const person of Object.values(all)) await shown(person, ids[kind], 1);
    assert.equal(await defendant.page.$('[data-testid="play-toggle"]'), null, 'who only looks on has no switch');
    await judge.press('play-toggle');
    const running = await until(`${kind} runs for all`, async () => {
      const found = await places();
      return found.every((each) => !each.paused && each.place > 2_000) && found;
    });
    await picture(defendant, `party-${kind}`);
    await judge.page.$eval('[data-testid="play-place"]', (slider) => {
      slider.value = '12000';
      slider.dispatchEvent(new Event('change'));
    });
    const moved = await until(`${kind} is moved for all`, async () => {
      const found = await places();
      return found.every((each) => !each.paused && each.place > 13_000) && found;
    });
    await judge.press('play-toggle');
    const held = await until(`${kind} is held for all`, async () => {
      const found = await places();
      return found.every((each) => each.paused) && spread(found) < 100 && found;
    });
    context.diagnostic(`${kind}, milliseconds between first and last page: running ${spread(running)}, after a move ${spread(moved)}, held ${spread(held)}`);
    for (const found of [running, moved]) assert.ok(spread(found) <= SAME_PAGE_MS * GENEROUS, JSON.stringify(found));
  }
  await picture(judge, 'judge-video');
  await clerk.page.$eval('[data-testid="minutes"] input[type="checkbox"]', (box) => box.click());
  await clerk.see('minute', '[data-fact="evidence_played"]');
});

test('a page that comes late stands where all stand', async () => {
  await judge.press('play-toggle');
  await plaintiff.page.reload();
  await plaintiff.see('evidence-play', '[data-running="true"]');
  await until('the late page has caught up', async () => {
    const found = await places();
    return found.every((each) => !each.paused) && spread(found) <= SAME_PAGE_MS;
  });
  await judge.press('play-toggle');
  await plaintiff.press('toggle-evidence');
});

test('the gallery gets nothing of what is not public', async () => {
  await judge.press('non-public');
  await judge.press('confirm-recess');
  await defendant.stage('recess');
  await pressIn(judge, ids.document, 'ask-show_evidence');
  await shown(defendant, ids.document, 1);
  assert.equal(await gallery.page.$('[data-testid="evidence-stage"]'), null);
  const status = await gallery.page.evaluate((hearing, item) =>
    fetch(`/api/hearings/${hearing}/evidence/${item}/file`).then((answer) => answer.status), house.ready.cases[0].hearing, ids.document);
  assert.equal(status, 404);
  await picture(gallery, 'gallery-non-public');
  await judge.press('ask-resume');
  await judge.stage('in_session');
});

test('a file that was altered on disk is not shown, in plain words', async () => {
  const digest = digestOf(files.drawing);
  const kept = path(house.folder, 'data', 'evidence', 'kept', digest.slice(0, 2), digest);
  const bytes = readFileSync(kept);
  bytes[bytes.length - 20] ^= 1;
  writeFileSync(kept, bytes);
  await pressIn(judge, ids.drawing, 'ask-show_evidence');
  await until('the judge is told', () => judge.page.$$eval('[data-testid="alerts"] [data-tone="bad"]', (list) => list.some((each) => each.innerText.includes('校验值不一致'))));
  await picture(judge, 'judge-altered');
});

test('a video whose pictures are noise says that it cannot be shown', async () => {
  await handIn(plaintiff, files.garbled);
  ids.garbled = await idOf(plaintiff, '损坏录像');
  await pressIn(plaintiff, ids.garbled, 'evidence-look');
  await plaintiff.see('evidence-view', `[data-item="${ids.garbled}"]`);
  await plaintiff.page.keyboard.press('Escape');
});

test('no page complained', () => {
  // A refused request is told to the person; the browser notes it by itself.
  const ours = /status of (400|403|404|409|413|415|422)/;
  for (const [name, person] of Object.entries(all)) {
    const bad = person.console.filter((line) => (line.startsWith('pageerror') || line.startsWith('error')) && !ours.test(line));
    assert.deepEqual(bad, [], name);
  }
});
