// A hearing of four browsers (Chromium three times, Firefox once): sound and picture arrive,
// mute-and-lock lets nothing through, the record can be played. Everything runs on this machine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { join as path } from 'node:path';
import { BINARY, House, until } from './house.mjs';
import {
  admit, checkIdentity, checkIn, close, enterFromDocket, join, nextPhase, open, signIn,
} from './people.mjs';

let house, judge, clerk, plaintiff, defendant;

before(async () => {
  house = await House.open();
  const chromium = await house.chromium();
  const firefox = await house.firefox();
  judge = await signIn(house, chromium, 'judge');
  clerk = await signIn(house, chromium, 'clerk');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  await enterFromDocket(clerk);
  plaintiff = await join(house, chromium, 'plaintiff');
  defendant = await join(house, firefox, 'defendant');
  await checkIn(plaintiff);
  await checkIn(defendant, { hearsItself: false });
});

after(async () => { await house?.close(); });

/** Frames and sound energy of everything received, twice, until both have risen for `sources`. */
async function mediaRises(person, sources, name) {
  const first = await person.inbound();
  const at = (list, entry) => list.find((other) => other.mid === entry.mid && other.kind === entry.kind);
  return until(`${name} sees and hears ${sources}`, async () => {
    const now = await person.inbound();
    const rose = (kind, figure) =>
      now.filter((entry) => entry.kind === kind && entry[figure] > (at(first, entry)?.[figure] ?? 0));
    return rose('video', 'frames').length >= sources && rose('audio', 'energy').length >= sources && now;
  });
}

test('people wait until they are admitted, then all see and hear each other', async () => {
  await plaintiff.see('face', '[data-face="waiting"]');
  assert.equal((await plaintiff.inbound()).filter((entry) => entry.packets > 0).length, 0);
  await admit(judge, plaintiff.participant);
  await admit(judge, defendant.participant);
  for (const party of [plaintiff, defendant]) await party.see('face', '[data-face="room"]');
  for (const [name, person] of Object.entries({ judge, clerk, plaintiff, defendant })) {
    await mediaRises(person, 2, name);
  }
});

test('the judge opens once the recorder has frames on disk', async () => {
  await open(judge);
  for (const person of [plaintiff, defendant, clerk]) {
    await person.stage('in_session');
    await person.see('record', '[data-record="rolling"]');
  }
});

test('identities are checked before the first phase is left', async () => {
  await judge.see('obstacle', `[data-why="identity_unchecked"][data-participant="${plaintiff.participant}"]`);
  await checkIdentity(judge, plaintiff.participant);
  await checkIdentity(clerk, defendant.participant);
  await nextPhase(judge, 'rights');
  await plaintiff.see('now', '[data-word="phase"]');
  // What was done stands in the court's list of minutes, in words.
  await clerk.desk('minutes');
  await clerk.see('minute', '[data-fact="identity_checked"]');
  await clerk.desk('people');
});

test('the floor is given to a raised hand, and its turn is the person\'s own to end', async () => {
  await plaintiff.press('ask-hand');
  await judge.press('tab-floor');
  await judge.press('hand-floor', `[data-participant="${plaintiff.participant}"]`);
  await plaintiff.see('now', '[data-word="your_turn"]');
  await defendant.see('now', '[data-word="other_turn"]');
  await plaintiff.press('ask-hand');
  await judge.see('floor', '[data-holder=""]');
  await judge.press('tab-people');
});

test('somebody who speaks is marked', async () => {
  await plaintiff.see('seat', '[data-speaking="true"]');
});

test('lips are in sync within 80 ms', async () => {
  // Both clocks come from the rewritten sender reports; a pair shares one seat.
  for (const person of [judge, plaintiff]) {
    let seen = 'nothing';
    await until('sound and picture of a seat are in sync', async () => {
      const figures = (await person.inbound()).filter((entry) => entry.playout > 0);
      const sounds = figures.filter((entry) => entry.kind === 'audio');
      const pictures = figures.filter((entry) => entry.kind === 'video');
      const off = sounds.map((sound) => {
        const picture = pictures.find((entry) => Number(entry.mid) === Number(sound.mid) + 1);
        return picture ? Math.abs(sound.playout - picture.playout) : undefined;
      }).filter((ms) => ms !== undefined);
      seen = JSON.stringify(off);
      return off.length >= 2 && off.every((ms) => ms <= 80);
    }).catch((fault) => { throw new Error(`${fault.message}; last seen: ${seen} ms`); });
  }
});

test('mute-and-lock lets no packet through, and unlocking switches nothing on', async () => {
  const sounds = async () =>
    (await plaintiff.inbound()).filter((entry) => entry.kind === 'audio' && entry.packets > 0);
  const judgeSlot = await until('all sounds flow', async () => (await sounds()).length >= 3 && sounds());
  assert.ok(judgeSlot.length >= 3);
  await judge.pressOf(defendant, 'ask-lock');
  await defendant.see('toggle-microphone', '[data-locked="true"]');
  await plaintiff.see('seat', `[data-participant="${defendant.participant}"][data-locked="true"]`);
  const before = await sounds();
  // Two seconds of everybody else's sound are the measure; the locked one has none of it.
  const silent = await until('others went on', async () => {
    const now = await sounds();
    const grown = now.map((entry) => entry.packets - before.find((b) => b.mid === entry.mid).packets);
    return grown.filter((packets) => packets > 100).length >= 2 && grown;
  });
  assert.equal(silent.filter((packets) => packets === 0).length, 1, `packets: ${silent}`);
  await judge.pressOf(defendant, 'ask-unlock');
  await defendant.see('toggle-microphone', '[data-locked="false"]');
  await defendant.see('toggle-microphone', '[aria-pressed="false"]');
});

test('a reload brings the person back to the same seat', async () => {
  await plaintiff.page.reload();
  await plaintiff.see('face', '[data-face="room"]');
  await mediaRises(plaintiff, 2, 'plaintiff after the reload');
});

test('recess cuts everybody off and pauses the record, resuming brings both back', async () => {
  await judge.press('ask-recess');
  await judge.page.$eval('[data-testid="ground-recess"]', (choice) => choice.click());
  await judge.press('confirm-recess');
  await plaintiff.stage('recess');
  await plaintiff.see('record', '[data-record="paused"]');
  await judge.press('ask-resume');
  await plaintiff.stage('in_session');
  await mediaRises(plaintiff, 2, 'plaintiff after the recess');
});

test('removal needs a warning first and is final', async () => {
  await judge.pressOf(defendant, 'person-more');
  await judge.pressOf(defendant, 'reason-remove');
  await judge.type('reason', '扰乱法庭秩序');
  // Without a warning before, a second reason is needed.
  await judge.page.waitForSelector('dialog [data-testid="ask-remove"][disabled]');
  await judge.page.keyboard.press('Escape');
  await judge.pressOf(defendant, 'reason-warn');
  await judge.type('reason', '扰乱法庭秩序');
  await judge.press('ask-warn');
  await judge.page.waitForSelector('dialog [data-testid="reason"]', { hidden: true });
  await judge.pressOf(defendant, 'reason-remove');
  await judge.type('reason', '警告后仍不改正');
  await judge.press('ask-remove');
  await defendant.see('face', '[data-face="removed"]');
});

test('after closing the clerk plays every person and the record verifies', async () => {
  await close(judge);
  await plaintiff.see('face', '[data-face="closed"]');
  await clerk.see('face', '[data-face="closed"]');
  await clerk.press('to-archive');
  await clerk.see('sealed', '[data-sealed="true"]');
  await clerk.press('play');
  await until('three people play', async () => {
    const times = await clerk.page.$$eval('[data-testid="player-video"]', (videos) =>
      videos.map((video) => (video.readyState >= 2 ? video.currentTime : 0)));
    return times.filter((seconds) => seconds > 0).length >= 3;
  });
  const shown = await clerk.page.$$eval('[data-testid="player-video"]', (videos) =>
    videos.map((video) => ({ width: video.videoWidth, length: video.duration })));
  assert.ok(shown.filter((video) => video.width > 0 && video.length > 5).length >= 3, JSON.stringify(shown));
  await clerk.press('verify');
  await clerk.see('verdict', '[data-intact="true"]');

  const verify = spawnSync(BINARY, ['verify', path(house.folder, 'archive')]);
  assert.equal(verify.status, 0, String(verify.stdout));
});

test('no page complained', () => {
  for (const [name, person] of Object.entries({ judge, clerk, plaintiff, defendant })) {
    const bad = person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
    assert.deepEqual(bad, [], name);
  }
});
