// The check value on the pages of parties and clerk, the package, and the page that checks one:
// opened from disk in a real browser, against a record that the real server made of a real hearing,
// whole and with every kind of damage. What is not here: what `assize verify` says of them.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join as path } from 'node:path';
import { BINARY, House, ROOT, until } from './house.mjs';
import { checkIn, join, signIn } from './people.mjs';

const PICTURES = path(ROOT, 'tests', 'output', 'verifier');
const SCRIPT = 'until:connected,open-check-in,until:checked-in:2,admit-all,until:people:2,open,until:in_session,wait:6,close,until:sealed';

let house, browser, checker, folder, bag, tar;
const wanted = [];

const assize = (...given) => execFileSync(BINARY, given, { encoding: 'utf8' });
/** Files of a segment, by kind. */
const segments = (of) => readdirSync(of).filter((name) => /\.(webm|mkv)$/.test(name)).sort();

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  browser = await house.chromium();
});

after(async () => { await house?.close(); });

test('a party confirms the value after the end, and the clerk sees who did', async () => {
  const defendant = await join(house, browser, 'defendant');
  const judge = house.account('judge');
  const robots = spawn(BINARY, [
    'probe', '--insecure', '--server', house.url, '--staff', judge.name, '--password-env', 'ASSIZE_PROBE_PASSWORD',
    '--hearing', String(house.ready.hearing), '--code', house.code('plaintiff').code, '--judge-script', SCRIPT, '--seconds', '120',
  ], { env: { ...process.env, ASSIZE_PROBE_PASSWORD: judge.password }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [robots.stdout, robots.stderr]) stream.on('data', (text) => { said += text; });
  const ended = new Promise((done) => robots.on('exit', done));
  await checkIn(defendant, { waits: false });
  await defendant.see('face', '[data-face="closed"]');
  assert.equal(await ended, 0, said);
  await defendant.see('check-confirm');
  folder = path(house.folder, 'archive', `h${house.ready.hearing}`);
  const seal = readFileSync(path(folder, 'seal.json'));
  const value = createHash('sha256').update(seal).digest('hex');
  const shown = await defendant.page.$eval('[data-testid="check-value"]', (box) => [box.dataset.value, box.querySelector('.groups').innerText.replace(/\s/g, '')]);
  assert.deepEqual(shown, [value, value], 'the value is that of an independent tool');
  await defendant.page.screenshot({ path: path(PICTURES, 'party.png') });
  await defendant.press('check-confirm');
  await defendant.see('check-confirmed');
  await defendant.page.screenshot({ path: path(PICTURES, 'party-confirmed.png') });

  const clerk = await signIn(house, browser, 'clerk');
  await clerk.see('sign-out');
  await clerk.page.goto(`${house.url}/archive/${house.ready.hearing}`);
  await clerk.press('side-part');
  const row = (id, done) => clerk.see('check-person', `[data-confirmed="${done}"]`).then(() => id);
  await row(defendant.participant, true);
  await row(house.code('plaintiff').participant, false);
  await clerk.page.$eval('[data-testid="package-card"]', (card) => card.scrollIntoView());
  await clerk.page.screenshot({ path: path(PICTURES, 'clerk.png') });

  // The package as the browser saves it, and as the command writes it.
  const size = await clerk.page.evaluate(async (url) => {
    const answer = await fetch(url);
    window.__package = new Uint8Array(await answer.arrayBuffer());
    return window.__package.length;
  }, `/api/archive/${house.ready.hearing}/package`);
  const parts = [];
  for (let at = 0; at < size; at += 1 << 20) {
    parts.push(Buffer.from(await clerk.page.evaluate((from) => btoa(Array.from(window.__package.subarray(from, from + (1 << 20)), (byte) => String.fromCharCode(byte)).join('')), at), 'base64'));
  }
  tar = path(house.folder, 'saved.tar');
  writeFileSync(tar, Buffer.concat(parts));
  const unpacked = path(house.folder, 'unpacked');
  mkdirSync(unpacked);
  execFileSync('tar', ['-xf', tar, '-C', unpacked]);
  bag = path(unpacked, `assize-h${house.ready.hearing}`);
  assert.match(assize('verify', bag), /完整 intact/);
  const packed = path(house.folder, 'packed');
  assize('pack', folder, '--out', packed);
  assert.deepEqual(readdirSync(packed).sort(), readdirSync(bag).sort());
  assert.match(assize('verify', packed), /confirmed 1 times/);
});

/** Hands a file or folder to the page on disk; what it says. */
async function verdictOf(what) {
  const { page } = checker;
  await page.goto(`file://${path(bag, 'verify.html')}`);
  await page.waitForSelector('html[data-ready="true"]');
  const input = await page.$(statSync(what).isDirectory() ? '#folder' : '#file');
  await input.uploadFile(what);
  await page.waitForSelector('#status[data-state="done"], #status[data-state="refused"]');
  return page.evaluate(() => ({
    state: document.querySelector('#status').dataset.state === 'refused' ? 'refused' : document.querySelector('#result').dataset.state,
    findings: [...document.querySelectorAll('.findings li')].map((item) => ({ code: item.dataset.code, text: item.innerText })),
    value: document.querySelector('#value')?.dataset.value,
    signed: document.querySelector('#signed')?.innerText ?? '',
    text: document.querySelector('#result').innerText,
  }));
}

test('the page from disk finds the whole record intact, as folder and as package', async () => {
  checker = await house.person(browser);
  checker.page.on('request', (request) => wanted.push(request.url()));
  for (const what of [tar, bag, folder]) {
    const said = await verdictOf(what);
    assert.equal(said.state, 'good', `${what}: ${said.text}`);
    assert.equal(said.value, createHash('sha256').update(readFileSync(path(folder, 'seal.json'))).digest('hex'));
    assert.match(said.signed, /Ed25519/);
    assert.match(said.text, /被告/);
  }
  await checker.page.screenshot({ path: path(PICTURES, 'intact.png'), fullPage: true });
});

/** A damage: what is done to the unpacked package, and what must be named. */
const DAMAGES = [
  ['a changed byte of media', (in_) => flip(path(in_, segments(in_)[0]), 0.5), ['changedPiece'], /第 \d+ 块被改动.*涉及录制时间 .* 至 .*北京时间/s],
  ['a segment taken away', (in_) => rmSync(path(in_, segments(in_)[1])), ['missingSegment'], /缺少录制分段/],
  ['two segments swapped', swap, ['otherSegment'], /文件被调换/],
  ['a segment replaced', (in_) => replace(path(in_, segments(in_)[0])), ['replacedSegment'], /整个被替换/],
  ['a segment cut short', (in_) => cut(path(in_, segments(in_)[0])), ['cutSegment'], /末尾被截去.*涉及录制时间/s],
  ['an edited line', (in_) => lines(in_, (all) => all.map((line, at) => (at === 5 ? line.replace(/"at":\d/, '"at":9') : line))), ['lineChain'], /第 5 条与第 6 条不衔接/],
  ['a line taken out', (in_) => lines(in_, (all) => all.filter((_, at) => at !== 5)), ['lineMissing'], /第 5 条至第 5 条被删除/],
  ['two lines in another order', (in_) => lines(in_, (all) => [...all.slice(0, 5), all[6], all[5], ...all.slice(7)]), ['lineMoved'], /插入或调换/],
  ['the end of the ledger cut off', (in_) => lines(in_, (all) => all.slice(0, -3)), ['cutLedger'], /账本末尾被截去/],
  ['an edited seal', (in_) => flip(path(in_, 'seal.json'), 0.5), ['signatureWrong'], /签名不是对这份封存文件所作/],
  ['an edited confirmation', (in_) => flip(path(in_, 'confirmations.jsonl'), 0.3), ['confirmationWrong'], /确认记录第 1 行/],
  ['a file put in', (in_) => writeFileSync(path(in_, 'p9-camera-0099.webm'), 'x'), ['unnamed'], /后来加入/],
];

function flip(file, where) {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length * where)] ^= 1;
  writeFileSync(file, bytes);
}

function cut(file) {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
}

function replace(file) {
  writeFileSync(file, Buffer.alloc(statSync(file).size, 7));
}

function swap(in_) {
  const [one, other] = segments(in_).map((name) => path(in_, name));
  const [first, second] = [readFileSync(one), readFileSync(other)];
  writeFileSync(one, second);
  writeFileSync(other, first);
}

function lines(in_, change) {
  const file = path(in_, 'ledger.jsonl');
  const all = readFileSync(file, 'utf8').trimEnd().split('\n');
  writeFileSync(file, `${change(all).join('\n')}\n`);
}

test('every damage is named, by the page and by the command', async () => {
  for (const [what, damage, codes, words] of DAMAGES) {
    const copy = path(house.folder, 'damaged');
    cpSync(bag, copy, { recursive: true });
    damage(path(copy, 'data', `h${house.ready.hearing}`));
    const said = await verdictOf(copy);
    assert.equal(said.state, 'bad', `${what}: ${said.text}`);
    for (const code of codes) assert.ok(said.findings.some((finding) => finding.code === code), `${what}: ${JSON.stringify(said.findings)}`);
    assert.match(said.text, words, what);
    assert.throws(() => assize('verify', copy), (fault) => fault.status === 1 && /NOT INTACT/.test(fault.stdout), what);
    if (what === 'a changed byte of media') await checker.page.screenshot({ path: path(PICTURES, 'damaged.png'), fullPage: true });
    rmSync(copy, { recursive: true });
  }
  const short = path(house.folder, 'short.tar');
  writeFileSync(short, readFileSync(tar).subarray(0, 100_000));
  assert.equal((await verdictOf(short)).state, 'refused', 'a package that was not saved whole');
});

/** An authority of our own that stamps a file. */
const AUTHORITY = `[req]
distinguished_name = name
prompt = no
[name]
CN = 授时中心
[tsa_ext]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sm3
`;

test('a time-stamp is checked down to the signature of its authority, and every damage to it is named', async () => {
  const tools = path(house.folder, 'authority');
  mkdirSync(tools);
  writeFileSync(path(tools, 'tsa.cnf'), AUTHORITY);
  writeFileSync(path(tools, 'serial'), '01\n');
  const openssl = (...given) => execFileSync('openssl', given, { cwd: tools, stdio: 'pipe' });
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-utf8', '-config', 'tsa.cnf', '-extensions', 'tsa_ext', '-keyout', 'tsa.key', '-out', 'tsa.pem');
  const stamp = (data, by) => {
    openssl('ts', '-query', '-data', data, `-${by}`, '-cert', '-out', 'query');
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', 'reply');
    return readFileSync(path(tools, 'reply'));
  };
  const copy = path(house.folder, 'stamped');
  const kept = path(copy, 'seal.tsr');
  cpSync(folder, copy, { recursive: true });
  const facts = () => checker.page.evaluate(() => ['#stamped', '#stamper'].map((at) => document.querySelector(at)?.innerText ?? ''));
  for (const [by, name] of [['sha256', 'SHA-256'], ['sm3', 'SM3']]) {
    writeFileSync(kept, stamp(path(folder, 'seal.json'), by));
    const said = await verdictOf(copy);
    assert.equal(said.state, 'good', said.text);
    const [stamped, stamper] = await facts();
    assert.match(stamped, new RegExp(`^\\d{4}-\\d\\d-\\d\\d .*${name}，签名有效`));
    assert.equal(stamper, 'CN=授时中心');
  }
  await checker.page.screenshot({ path: path(PICTURES, 'stamped.png'), fullPage: true });
  const whole = readFileSync(kept);
  const damaged = (where) => { const bytes = Buffer.from(whole); bytes[where < 0 ? bytes.length + where : where] ^= 1; return bytes; };
  const carried = whole.indexOf(openssl('x509', '-in', 'tsa.pem', '-outform', 'der'));
  const wrong = [
    ['its signature', damaged(-10), 'stampSignature'], ['its certificate', damaged(carried + 200), 'stampSignature'],
    ['its time', damaged(whole.latin1Slice().search(/\x18\x0f\d{14}Z/) + 13), 'stampSignature'],
    ['another file', stamp('tsa.cnf', 'sha256'), 'stampOther'], ['its end', whole.subarray(0, 400), 'stampForm'],
  ];
  for (const [what, bytes, code] of wrong) {
    writeFileSync(kept, bytes);
    const said = await verdictOf(copy);
    assert.deepEqual(said.findings.map((finding) => finding.code), [code], `${what}: ${said.text}`);
    assert.deepEqual(await facts(), ['', ''], what);
  }
});

test('the page asked for nothing but itself', async () => {
  await until('the page was seen', () => wanted.length > 0);
  assert.deepEqual(wanted.filter((url) => !url.startsWith('file://')), []);
  const bad = checker.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
  assert.deepEqual(bad, []);
});
