// A lecture (法治讲堂): one speaker, three sites, a question by a raised hand, its answer, the roll
// and the list. Everything runs on this machine.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, SLOW_DEVICES, until } from './house.mjs';
import { checkIn, fill, signIn } from './people.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'lecture');
let house, lecturer;
const sites = [];

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  const chromium = await house.chromium({ devices: SLOW_DEVICES });
  const lecture = house.ready.cases.find((each) => each.kind === 'lecture');
  lecturer = await signIn(house, chromium, 'judge');
  await lecturer.see('sign-out');
  await lecturer.page.goto(`${house.url}/hearing/${lecture.hearing}`);
  await lecturer.press('ask-open_check_in');
  for (const seat of lecture.codes.filter((each) => each.role === 'learner').slice(0, 3)) {
    const site = await house.person(chromium);
    Object.assign(site, { participant: seat.participant, name: seat.name });
    await site.page.goto(`${house.url}/join`);
    await site.type('code', seat.code);
    await site.press('join');
    await checkIn(site, { publishes: false });
    sites.push(site);
  }
});

after(async () => { await house?.close(); });

const picture = (person, name) => person.page.bringToFront().then(() => person.page.screenshot({ path: path(PICTURES, `${name}.png`) }));

/** Sound packets and picture frames that came, of everybody. */
async function came(person) {
  const inbound = await person.inbound();
  const sum = (kind, figure) => inbound.filter((entry) => entry.kind === kind).reduce((all, entry) => all + entry[figure], 0);
  return { sounds: sum('audio', 'packets'), frames: sum('video', 'frames'), voices: inbound.filter((entry) => entry.kind === 'audio' && entry.packets > 0).length };
}

async function follows(person, name) {
  const first = await came(person);
  await until(`${name} sees and hears`, async () => {
    const now = await came(person);
    return now.sounds > first.sounds + 50 && now.frames > first.frames + 2;
  });
}

test('three sites are let in at once and follow the speaker', async () => {
  await lecturer.press('admit-all');
  for (const site of sites) await site.see('face', '[data-face="room"]');
  await lecturer.press('ask-open');
  for (const person of [lecturer, ...sites]) await person.stage('in_session');
  for (const site of sites) await follows(site, site.name);
  await picture(lecturer, 'speaker');
  await picture(sites[0], 'site');
});

test('a site that only listens sends nothing, whatever its page does', async () => {
  for (const site of sites) assert.deepEqual((await site.outbound()).filter((entry) => entry.packets > 0), []);
  assert.equal((await came(lecturer)).sounds, 0);
});

test('a question: a hand is raised, the floor given, all hear it, and it ends', async () => {
  const [asker, other] = sites;
  await asker.press('ask-hand');
  await lecturer.see('hand', `[data-participant="${asker.participant}"]`);
  await picture(lecturer, 'speaker-hand');
  await lecturer.press('ask-give_floor', `[data-participant="${asker.participant}"]`);
  await asker.see('toggle-microphone', '[data-on="false"]');
  await picture(asker, 'site-floor');
  const before = (await came(other)).voices;
  await asker.press('toggle-microphone');
  await asker.press('toggle-camera');
  await until('the speaker hears the question', async () => (await came(lecturer)).sounds > 50);
  await until('another site hears the question beside the speaker', async () => (await came(other)).voices > before);
  await lecturer.see('speaker');
  await picture(other, 'site-question');
  await picture(lecturer, 'speaker-question');
  await lecturer.press('ask-end_floor');
  await until('the asker sends nothing more', async () => {
    const first = (await came(lecturer)).sounds;
    await follows(asker, 'the asker');
    return (await came(lecturer)).sounds === first;
  });
});

test('the roll is called, two sites answer, and the list says so', async () => {
  await lecturer.press('ask-call_roll');
  for (const [at, site] of sites.slice(0, 2).entries()) {
    await site.see('roll');
    if (at === 0) await picture(site, 'site-roll');
    await fill(site, 'roll-people', String(20 + at));
    await site.press('ask-confirm_presence');
    await site.see('roll-done');
  }
  await lecturer.see('roll-count', '[data-sites="2"][data-people="41"]');
  for (const [at, site] of sites.entries()) await lecturer.see('site', `[data-participant="${site.participant}"][data-confirmed="${at < 2}"]`);
  await picture(lecturer, 'speaker-roll');
});

test('it ends, and everybody is told', async () => {
  await lecturer.press('ask-close');
  await lecturer.press('confirm-close');
  for (const site of sites) await site.see('face', '[data-face="closed"]');
  await picture(sites[0], 'site-closed');
});

test('no page complained', () => {
  for (const person of [lecturer, ...sites]) {
    const bad = person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
    assert.deepEqual(bad, []);
  }
});
