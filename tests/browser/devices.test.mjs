// Devices that do not work, each staged in a browser of its own: no leave, no device, busy, silent,
// black. The person is told why and what to do, the court is told the reason. Everything runs on
// this machine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House } from './house.mjs';
import { enterFromDocket, signIn } from './people.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'devices');
const GIVEN = '--use-fake-ui-for-media-stream';
const FALSE = '--use-fake-device-for-media-stream=fps=15';
let house, judge;
const people = [];

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  judge = await signIn(house, await house.chromium(), 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
});

after(async () => { await house?.close(); });

function ffmpeg(name, ...given) {
  const file = path(house.folder, name);
  const ran = spawnSync('ffmpeg', ['-y', '-v', 'error', ...given, file]);
  assert.equal(ran.status, 0, String(ran.stderr));
  return file;
}

/** Somebody with this seat, in a browser with these devices, up to the device test. */
async function atTheTest(seat, devices, prepare = async () => {}) {
  const browser = await house.chromium({ devices });
  const person = await house.person(browser);
  people.push(person);
  person.participant = seat.participant;
  await prepare(person);
  await person.page.goto(`${house.url}/join`);
  await person.type('code', seat.code);
  await person.press('join');
  await person.see('discipline-accept');
  await person.page.$eval('[data-testid="discipline-accept"]', (box) => box.click());
  await person.press('check-in-next');
  await person.page.$eval('[data-testid="others-alone"]', (box) => box.click());
  await person.page.$$eval('[data-testid="consent-yes"]', (boxes) => boxes.forEach((box) => box.click()));
  await person.press('check-in-next');
  await person.press('device-start');
  return person;
}

/** What the device test says beside a device. */
async function told(person, device, problem, words) {
  const note = `[data-testid="test-${device}"] [data-problem="${problem}"]`;
  await person.page.waitForSelector(note, { visible: true }).catch(async (fault) => {
    const text = await person.page.evaluate(() => document.body.innerText);
    throw new Error(`${note}: ${fault.message}\n${text}\n${person.console.join('\n')}`);
  });
  const text = await person.page.$eval(note, (each) => each.innerText);
  assert.ok(text.includes(words), text);
  assert.equal(await person.page.$eval(`[data-testid="test-${device}"]`, (each) => each.dataset.passed), 'false');
}

/** Checks in as things are; the court sees these reasons, in these words. */
async function checksIn(person, name, faults, words) {
  await person.page.screenshot({ path: path(PICTURES, `${name}.png`) });
  await person.press('ask-check_in');
  await person.see('face', '[data-face="waiting"]');
  const row = `[data-testid="waiting-person"][data-participant="${person.participant}"]`;
  await judge.page.waitForSelector(`${row} [data-testid="device-faults"][data-faults="${faults}"]`, { visible: true }).catch(async (fault) => {
    const said = await judge.page.$$eval(`${row} [data-testid="device-faults"]`, (list) => list.map((each) => `${each.dataset.faults} ${each.innerText}`));
    throw new Error(`the court sees ${said} instead of ${faults}: ${fault.message}`);
  });
  const said = await judge.page.$eval(`${row} [data-testid="device-faults"]`, (each) => each.innerText);
  for (const word of words) assert.ok(said.includes(word), said);
}

/** The person's answer to the browser's question. */
const answers = (person, given) => person.page.browserContext().overridePermissions(house.url, given ? ['camera', 'microphone'] : []);

test('without leave', async () => {
  const person = await atTheTest(house.code('plaintiff'), [FALSE], (who) => answers(who, false));
  await told(person, 'camera', 'denied', '浏览器没有获得使用权限');
  await told(person, 'microphone', 'denied', '浏览器没有获得使用权限');
  await checksIn(person, 'denied', 'camera_denied,microphone_denied,incomplete', ['摄像头未获授权', '麦克风未获授权']);
});

test('leave that is given at last is enough', async () => {
  const seat = house.ready.codes.filter((each) => each.role === 'agent')[1];
  const person = await atTheTest(seat, [FALSE], (who) => answers(who, false));
  await told(person, 'camera', 'denied', '点击“重试”');
  await answers(person, true);
  await person.press('device-retry');
  await person.see('test-camera', '[data-passed="true"]');
  await person.see('test-microphone', '[data-passed="true"]');
  await person.press('speaker-play');
  await person.press('speaker-deaf');
  await checksIn(person, 'granted', 'speaker', ['听不到声音']);
});

test('no device', async () => {
  const person = await atTheTest(house.code('defendant'), [GIVEN]);
  await told(person, 'camera', 'missing', '没有找到设备');
  await told(person, 'microphone', 'missing', '没有找到设备');
  await checksIn(person, 'missing', 'camera_missing,microphone_missing,incomplete', ['没有摄像头', '没有麦克风']);
});

test('a busy camera', async () => {
  // False devices are never busy: the browser's own word for it is said in its place, for pictures.
  const person = await atTheTest(house.code('agent'), [GIVEN, FALSE], (who) => who.page.evaluateOnNewDocument(() => {
    const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) =>
      wanted.video ? Promise.reject(new DOMException('Could not start video source', 'NotReadableError')) : take(wanted);
  }));
  await told(person, 'camera', 'busy', '设备正被其他程序占用');
  await person.see('test-microphone', '[data-passed="true"]');
  await checksIn(person, 'busy', 'camera_busy,incomplete', ['摄像头被占用']);
});

test('a silent microphone and a black camera are found out, though both open', async () => {
  const silence = ffmpeg('silence.wav', '-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=mono', '-t', '5');
  const black = ffmpeg('black.y4m', '-f', 'lavfi', '-i', 'color=c=black:size=640x360:rate=15', '-t', '2', '-pix_fmt', 'yuv420p');
  const person = await atTheTest(house.code('witness'), [GIVEN, FALSE, `--use-file-for-fake-audio-capture=${silence}`, `--use-file-for-fake-video-capture=${black}`]);
  await told(person, 'camera', 'dark', '画面全黑');
  await told(person, 'microphone', 'silent', '没有收到任何声音');
  await checksIn(person, 'silent-and-dark', 'camera_dark,microphone_silent,incomplete', ['摄像头画面全黑', '麦克风没有声音']);
});

test('the court sees all of it at once, and in the minutes', async () => {
  await judge.page.screenshot({ path: path(PICTURES, 'court.png') });
  await judge.press('tab-minutes');
  await judge.see('minute', '[data-fact="arrived"]');
  const words = await judge.page.$$eval('[data-testid="minute"][data-fact="arrived"]', (list) => list.map((each) => each.innerText).join('\n'));
  for (const word of ['摄像头未获授权', '没有麦克风', '摄像头被占用', '麦克风没有声音']) assert.ok(words.includes(word), words);
});

test('no page complained', () => {
  for (const person of [judge, ...people]) {
    const bad = person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
    assert.deepEqual(bad, []);
  }
});
