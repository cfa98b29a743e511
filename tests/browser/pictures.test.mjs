// Pictures by need: a tile that grows gets a better layer without a freeze, what is not shown is
// not sent, a person who is not heard is named, and the connection test says what it found.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { House, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, signIn } from './people.mjs';

let house, judge, plaintiff;

before(async () => {
  house = await House.open();
  const chromium = await house.chromium();
  judge = await signIn(house, chromium, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  plaintiff = await join(house, chromium, 'plaintiff');
});

after(async () => { await house?.close(); });

const pictures = async (person) =>
  (await person.inbound()).filter((entry) => entry.kind === 'video' && entry.packets > 0);
const picture = async (person) =>
  (await pictures(person)).sort((one, other) => other.packets - one.packets)[0];

test('the connection test names every step, and the court sees that it was passed', async () => {
  await checkIn(plaintiff);
  await judge.see('line-tested', '[data-advice="good"]');
  await plaintiff.press('help');
  await plaintiff.press('line-test-start');
  await plaintiff.see('line-test', '[data-advice="good"][data-busy="false"]');
  const steps = await plaintiff.page.$$eval('[data-testid="line-test"] [data-step]', (rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.step, row.dataset.trial])));
  for (const step of ['signaling', 'udp', 'down', 'up', 'camera']) assert.equal(steps[step], 'passed', step);
  await plaintiff.page.keyboard.press('Escape');
});

test('a tile that grows gets a better layer, and frames go on', async () => {
  await admit(judge, plaintiff.participant);
  await plaintiff.see('face', '[data-face="room"]');
  const small = await until('a small picture runs', async () => {
    const now = await picture(judge);
    return now?.frames > 30 && now.width > 0 && now.width <= 320 && now;
  });
  await judge.page.setViewport({ width: 2560, height: 1440 });
  const large = await until('a large picture runs', async () => {
    const now = await picture(judge);
    return now?.width > small.width && now.frames > small.frames + 30 && now;
  });
  assert.equal(large.mid, small.mid);
  assert.ok(large.freezes - small.freezes < 0.5, `stood still for ${large.freezes - small.freezes} s`);
  await judge.page.setViewport({ width: 1366, height: 768 });
  await until('the small picture is back', async () => (await picture(judge))?.width <= 320);
});

test('sound alone: pictures stop and come back, sound goes on', async () => {
  await judge.press('help');
  await judge.press('sound-only');
  const still = await standsStill(judge);
  const heard = (await judge.inbound()).filter((entry) => entry.kind === 'audio');
  await until('sound goes on', async () => (await judge.inbound()).some((entry) =>
    entry.kind === 'audio' && entry.packets > (heard.find((each) => each.mid === entry.mid)?.packets ?? 0) + 50));
  assert.ok((await picture(judge)).packets - still <= 2, 'pictures stay away');
  await judge.press('sound-only');
  await until('pictures come back', async () => (await picture(judge)).packets > still + 20);
  await judge.page.keyboard.press('Escape');
});

test('a hidden page asks for nothing', async () => {
  const look = (state) => judge.page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
  await look('hidden');
  const still = await standsStill(judge);
  await look('visible');
  await until('pictures come back', async () => (await picture(judge)).packets > still + 20);
});

test('who is switched on and not heard is named to the court and to themselves', async () => {
  const [sound] = await plaintiff.page.evaluate(() => {
    const senders = window.__connections.flatMap((each) => each.getSenders());
    window.__muted = senders.filter((each) => each.track?.kind === 'audio');
    return window.__muted.map((each) => (each.replaceTrack(null), each.track?.kind ?? 'none'));
  });
  assert.ok(sound);
  const from = Date.now();
  await judge.see('unheard', '[data-kinds="microphone"]');
  await plaintiff.see('own-unheard');
  assert.ok(Date.now() - from < 6_000, `after ${Date.now() - from} ms`);
});

/** Waits until no picture packet comes for a second; how many came in all. */
async function standsStill(person) {
  let [last, since] = [-1, Date.now()];
  return until('pictures stop', async () => {
    const { packets } = await picture(person);
    if (packets !== last) [last, since] = [packets, Date.now()];
    return Date.now() - since > 1_000 && packets;
  });
}
