// People whose network drops all UDP (an nftables rule in the test's own network namespace): picture
// and sound over TCP within 8 s, and within 8 s again when UDP is dropped in mid-hearing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { House, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, signIn } from './people.mjs';

const LIMIT_MS = 8_000;
let house, judge, plaintiff;

const nft = (...words) => execFileSync('nft', words);

function dropUdp() {
  nft('add', 'table', 'inet', 'blocked');
  nft('add', 'chain', 'inet', 'blocked', 'out', '{ type filter hook output priority 0 ; }');
  nft('add', 'rule', 'inet', 'blocked', 'out', 'meta', 'l4proto', 'udp', 'drop');
}

const passUdp = () => nft('delete', 'table', 'inet', 'blocked');

/** Waits until pictures and sounds of `sources` others rise above what they were; says how long. */
async function seesAndHears(person, sources, what) {
  const start = Date.now();
  const first = await person.inbound();
  const before = (entry) => first.find((one) => one.mid === entry.mid && one.kind === entry.kind);
  await until(what, async () => {
    const now = await person.inbound();
    const risen = (kind, figure) => now.filter((entry) =>
      entry.kind === kind && entry[figure] > (before(entry)?.[figure] ?? 0)).length >= sources;
    return risen('video', 'frames') && risen('audio', 'packets');
  });
  return Date.now() - start;
}

/** What carries the page's media: `udp` or `tcp`. */
const carrier = (person) => person.page.evaluate(async () => {
  for (const connection of window.__connections) {
    if (connection.connectionState !== 'connected') continue;
    const report = await connection.getStats();
    const entries = [...report.values()];
    const transport = entries.find((entry) => entry.type === 'transport' && entry.selectedCandidatePairId);
    // Firefox tells of no transport; it marks the pair itself.
    const pair = transport ? report.get(transport.selectedCandidatePairId) : entries.find((entry) => entry.type === 'candidate-pair' && entry.selected);
    if (!pair) continue;
    const local = report.get(pair.localCandidateId);
    return local.relayProtocol ?? local.protocol;
  }
  return undefined;
});

before(async () => {
  house = await House.open();
  dropUdp();
  const chromium = await house.chromium();
  judge = await signIn(house, chromium, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  plaintiff = await join(house, chromium, 'plaintiff');
  await checkIn(plaintiff);
  await admit(judge, plaintiff.participant);
});

after(async () => { await house?.close(); });

/** Who comes in, each in a browser of another make, while all UDP is dropped. */
const come = {
  Chromium: async () => plaintiff,
  Firefox: async () => {
    const defendant = await join(house, await house.firefox(), 'defendant');
    await checkIn(defendant, { hearsItself: false });
    await admit(judge, defendant.participant);
    return defendant;
  },
};

for (const [browser, comes] of Object.entries(come)) {
  let person;

  test(`${browser} that can send no UDP sees and hears within 8 s`, async () => {
    person = await comes();
    await person.see('face', '[data-face="room"]');
    await seesAndHears(person, 1, 'somebody is seen and heard at all');
    await person.page.reload();
    const start = Date.now();
    await seesAndHears(person, 1, 'somebody is seen and heard after a reload');
    const took = Date.now() - start;
    assert.ok(took < LIMIT_MS, `${took} ms`);
    assert.notEqual(await carrier(person), 'udp');
  });

  test(`${browser}: UDP that is dropped in mid-hearing is replaced within 8 s`, async () => {
    passUdp();
    await person.page.reload();
    await seesAndHears(person, 1, 'somebody is seen and heard');
    await until('media goes by UDP', async () => (await carrier(person)) === 'udp');
    dropUdp();
    // What was on its way has come by the time the carrier is another one.
    const start = Date.now();
    await until('media goes by another way', async () => (await carrier(person)) !== 'udp');
    await seesAndHears(person, 1, 'somebody is seen and heard again');
    const took = Date.now() - start;
    assert.ok(took < LIMIT_MS, `${took} ms`);
  });
}
