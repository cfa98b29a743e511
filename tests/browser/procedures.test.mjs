// Whole procedures as their scripts tell them (`tests/scripts/whole_*.hearing`), each with all
// its people in front of real pages: the ledger's minutes, what each page shows and who receives
// whose packets, act by act. How the two worlds may differ stands in `player.mjs`. Everything runs on
// this machine. `ASSIZE_PROCEDURE=whole_panel` plays one alone (or several, parted by commas),
// `ASSIZE_TRACE=1` names each act as it is done, `ASSIZE_PICTURES=1` leaves pictures in
// `tests/output/procedures`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { BINARY, House } from './house.mjs';
import { signIn } from './people.mjs';
import { Procedure } from './player.mjs';

/** Few frames a second: up to eight people each draw all the others. */
const DEVICES = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=5'];
let house, browsers, writer, issuer;

before(async () => {
  house = await House.open();
  browsers = [await house.chromium({ devices: DEVICES })];
  writer = await signIn(house, browsers[0], 'clerk');
  await writer.see('sign-out');
  // Codes are given by who sits in the sitting; a judge alone gives them alone.
  issuer = await signIn(house, browsers[0], 'judge');
  await issuer.see('sign-out');
});

after(async () => { await house?.close(); });

const only = process.env.ASSIZE_PROCEDURE?.split(',');

/** A test that plays a script; after these lines these people's pages are of interest. */
function plays(what, name, pictures) {
  if (only && !only.includes(name)) return;
  test(what, async () => {
    const procedure = new Procedure(house, browsers, name, { writer, issuer, pictures });
    try {
      await procedure.prepare();
      await procedure.play();
      assert.deepEqual(procedure.complaints(), [], 'no page complained');
    } finally {
      await procedure.end();
    }
    const verdict = spawnSync(BINARY, ['verify', await house.sealed(procedure.hearing)]);
    assert.equal(verdict.status, 0, String(verdict.stdout));
  });
}

plays('small claims', 'whole_small_claims', [
  ['obstacles judge = party_unaccounted bo', 'judge'],
  ['bo       check_in', 'bo'],
]);

plays('simplified, mediation first', 'whole_simplified', [
  ['judge    caucus plaintiff', 'judge', 'bo', 'anna'],
  ['media helper microphone = reaches judge, anna, bo; on the record', 'helper'],
]);

plays('a panel deliberates', 'whole_panel', [
  ['chambers anna = nothing', 'judge', 'lay', 'anna', 'guard'],
]);

plays('a challenge and its resumption', 'whole_challenge', [
  ['record bo = paused recess', 'judge', 'bo', 'kim'],
  ['judge    resume', 'judge'],
]);

plays('technical interruption and adjournment', 'whole_interruption', [
  ['stage = tech_interrupted', 'judge', 'anna', 'pub'],
]);

plays('a mediation to a signed agreement', 'whole_mediation', [
  ['chambers bo = nothing', 'chair', 'bo', 'anna'],
  ['second   sign agreement 2 typed "Second"', 'chair', 'bo', 'guide'],
]);

plays('a mediation that fails', 'whole_failed_mediation', [
  ['record bo = paused unrecorded_mediation', 'chair', 'anna', 'bo'],
]);

plays('ordinary, with a witness and a part that is not public', 'whole_ordinary', [
  ['wen      check_in', 'wen'],
  ['wen      sends', 'wen', 'judge'],
  ['judge    testify wen', 'wen', 'pub'],
  ['evidence pub = nothing; 7 is shown by anna, page 2', 'bo', 'pub', 'anna'],
  ['record pub = paused non_public_evidence', 'judge', 'pub', 'anna'],
]);
