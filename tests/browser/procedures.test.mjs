// Eight whole procedures as their scripts tell them (`tests/scripts/whole_*.hearing`), each with all
// its people in front of real pages: the ledger's minutes, what each page shows and who receives
// whose packets, act by act. How the two worlds may differ stands in `player.mjs`. Everything runs on
// this machine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House } from './house.mjs';
import { signIn } from './people.mjs';
import { Procedure } from './player.mjs';

let house, browsers, writer;

before(async () => {
  house = await House.open();
  browsers = [await house.chromium({ fps: 5 })];
  writer = await signIn(house, browsers[0], 'clerk');
  await writer.see('sign-out');
});

after(async () => { await house?.close(); });

async function plays(name, pictures) {
  const procedure = new Procedure(house, browsers, name, { writer, pictures });
  try {
    await procedure.prepare();
    await procedure.play();
    assert.deepEqual(procedure.complaints(), [], 'no page complained');
  } finally {
    await procedure.end();
  }
  const binary = join(dirname(fileURLToPath(import.meta.url)), '..', '..', process.env.ASSIZE_BINARY ?? 'target/debug/assize');
  const verdict = spawnSync(binary, ['verify', join(house.folder, 'archive', `h${procedure.hearing}`)]);
  assert.equal(verdict.status, 0, String(verdict.stdout));
}

test('small claims', () => plays('whole_small_claims', [
  ['obstacles judge = party_unaccounted bo', 'judge'],
  ['bo       check_in', 'bo'],
]));

test('simplified, mediation first', () => plays('whole_simplified', [
  ['judge    caucus plaintiff', 'judge', 'bo', 'anna'],
  ['media helper microphone = reaches judge, anna, bo; on the record', 'helper'],
]));

test('a panel deliberates', () => plays('whole_panel', [
  ['chambers anna = nothing', 'judge', 'lay', 'anna', 'guard'],
]));

test('a challenge and its resumption', () => plays('whole_challenge', [
  ['record bo = paused recess', 'judge', 'bo', 'kim'],
  ['judge    resume', 'judge'],
]));

test('technical interruption and adjournment', () => plays('whole_interruption', [
  ['stage = tech_interrupted', 'judge', 'anna', 'pub'],
]));

test('a mediation to a signed agreement', () => plays('whole_mediation', [
  ['chambers bo = nothing', 'chair', 'bo', 'anna'],
  ['second   sign agreement 2 typed "Second"', 'chair', 'bo', 'guide'],
]));

test('a mediation that fails', () => plays('whole_failed_mediation', [
  ['record bo = paused unrecorded_mediation', 'chair', 'anna', 'bo'],
]));

test('ordinary, with a witness and a part that is not public', () => plays('whole_ordinary', [
  ['wen      check_in', 'wen'],
  ['wen      sends', 'wen', 'judge'],
  ['judge    testify wen', 'wen', 'pub'],
  ['evidence pub = nothing; 7 is shown by anna, page 2', 'bo', 'pub', 'anna'],
  ['record pub = paused non_public_evidence', 'judge', 'pub', 'anna'],
]));
