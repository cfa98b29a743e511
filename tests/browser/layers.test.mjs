// Layers beside Chromium's own VP8: Firefox sends its camera in several layers, and Chromium sends all
// sizes in one source of VP9 or AV1. A tile that grows gets the better picture without a freeze, and one
// that shrinks gets the smaller one. What is not here: tiles and layers otherwise; see pictures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { House, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, signIn } from './people.mjs';

const SMALL = { width: 1366, height: 768 };
const LARGE = { width: 2560, height: 1440 };

const picture = async (person) =>
  (await person.inbound())
    .filter((entry) => entry.kind === 'video' && entry.packets > 0)
    .sort((one, other) => other.packets - one.packets)[0];

/** The picture's tile grows and shrinks again; what was seen at each size. */
async function growsAndShrinks(judge) {
  const small = await until('a small picture runs', async () => {
    const now = await picture(judge);
    return now?.frames > 30 && now.width > 0 && now.width <= 320 && now;
  });
  await judge.page.setViewport(LARGE);
  const large = await until('a large picture runs', async () => {
    const now = await picture(judge);
    return now?.width > small.width && now.frames > small.frames + 30 && now;
  });
  await judge.page.setViewport(SMALL);
  const again = await until('the small picture is back', async () => {
    const now = await picture(judge);
    return now?.width <= 320 && now.frames > large.frames + 30 && now;
  });
  assert.equal(again.mid, small.mid);
  assert.ok(again.freezes - small.freezes < 0.5, `stood still for ${again.freezes - small.freezes} s`);
  return { small, large, again };
}

async function meet(house, browser, options) {
  const judge = await signIn(house, await house.chromium(), 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  const plaintiff = await join(house, browser, 'plaintiff');
  await checkIn(plaintiff, options);
  await admit(judge, plaintiff.participant);
  await plaintiff.see('face', '[data-face="room"]');
  return { judge, plaintiff };
}

/** What is sent of the camera: one entry for each source and layer. A line without a track fills probes. */
const sent = (person) => person.page.evaluate(async () => {
  const found = [];
  for (const peer of window.__connections.filter((each) => each.connectionState === 'connected')) {
    const report = await peer.getStats();
    for (const entry of report.values()) {
      if (entry.type !== 'outbound-rtp' || entry.kind !== 'video' || !entry.framesSent) continue;
      const codec = report.get(entry.codecId)?.mimeType;
      found.push({ ssrc: entry.ssrc, rid: entry.rid, mode: entry.scalabilityMode, codec });
    }
  }
  return found;
});

test('Firefox sends layers, and who sees it changes among them', async (t) => {
  const house = await House.open();
  t.after(() => house.close());
  const { judge, plaintiff } = await meet(house, await house.firefox(), { hearsItself: false });
  await growsAndShrinks(judge);
  const rids = new Set((await sent(plaintiff)).map((entry) => entry.rid).filter((rid) => rid));
  assert.ok(rids.size > 1, `layers by name: ${[...rids]}`);
});

for (const [codec, type] of [['vp9', 'video/VP9'], ['av1', 'video/AV1']]) {
  test(`Chromium sends all sizes in one source of ${codec}`, async (t) => {
    const house = await House.open({ settings: `camera_codec = "${codec}"\n` });
    t.after(() => house.close());
    const { judge, plaintiff } = await meet(house, await house.chromium());
    const seen = await growsAndShrinks(judge);
    t.diagnostic(JSON.stringify(seen));
    const [source, ...others] = await sent(plaintiff);
    assert.equal(others.length, 0, JSON.stringify(others));
    assert.equal(source.codec, type);
    assert.match(source.mode, /^L[23]T3_KEY$/);
  });
}
