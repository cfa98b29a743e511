// A judge alone runs a hearing from the first page to the last, knowing nothing but the one large
// button and what it asks for. What is not here: media, and what the parties see of it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, signIn } from './people.mjs';

const PICTURES = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'alone');
/** More presses than any course needs; one that does not end is a fault of the page. */
const PRESSES_MAX = 60;

let house, judge, plaintiff, defendant;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  house = await House.open();
  const browser = await house.chromium();
  judge = await signIn(house, browser, 'judge');
  await enterFromDocket(judge);
  plaintiff = await join(house, browser, 'plaintiff');
  defendant = await join(house, browser, 'defendant');
});

after(async () => { await house?.close(); });

/** What the page asks after the button was pressed: a dialog with one answer, or nothing. */
async function answer() {
  const confirm = await judge.page.evaluate(() => {
    const dialog = document.querySelector('dialog[open]');
    return dialog?.querySelector('.actions button:last-child')?.dataset.testid;
  });
  if (!confirm) return undefined;
  if (confirm === 'confirm-answer_barred') await judge.press('barred-none');
  await judge.press(confirm);
  await judge.page.waitForFunction(() => !document.querySelector('dialog[open]'));
  return confirm;
}

/** What the button says now, with everything on which it depends. */
const standing = () =>
  judge.page.evaluate(() => {
    const step = document.querySelector('[data-testid="next-step"]');
    const list = [...document.querySelectorAll('[data-testid="obstacle"]')].map((each) => `${each.dataset.why} ${each.dataset.participant}`);
    const phase = document.querySelector('[data-testid="phase"][data-now="true"]')?.dataset.phase;
    const stage = document.querySelector('[data-testid="stage"]')?.dataset.stage;
    const face = document.querySelector('[data-testid="face"]')?.dataset.face;
    return JSON.stringify([step?.dataset.next, list, phase, stage, face]);
  });

test('one button leads from check-in to the sealed record', async () => {
  const done = [];
  let admitted = false;
  for (let press = 0; press < PRESSES_MAX; press += 1) {
    const before = await standing();
    const [next, , phase, stage, face] = JSON.parse(before);
    if (face === 'closed') break;
    if (stage === 'check_in' && !admitted) {
      await checkIn(plaintiff);
      await checkIn(defendant);
      await admit(judge, plaintiff.participant);
      await admit(judge, defendant.participant);
      await plaintiff.see('face', '[data-face="room"]');
      await defendant.see('face', '[data-face="room"]');
      admitted = true;
    }
    const tall = await judge.page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    assert.ok(tall <= 0, `the page does not scroll as a whole: ${tall} pixels at ${before}`);
    await judge.page.screenshot({ path: path(PICTURES, `${String(press).padStart(2, '0')}-${phase ?? stage}.png`) });
    if (next) await judge.press(`ask-${next}`);
    const confirmed = await answer();
    done.push(confirmed ?? `ask-${next}`);
    await judge.page.waitForFunction(
      (was) => {
        const step = document.querySelector('[data-testid="next-step"]');
        const list = [...document.querySelectorAll('[data-testid="obstacle"]')].map((each) => `${each.dataset.why} ${each.dataset.participant}`);
        const phase = document.querySelector('[data-testid="phase"][data-now="true"]')?.dataset.phase;
        const stage = document.querySelector('[data-testid="stage"]')?.dataset.stage;
        const face = document.querySelector('[data-testid="face"]')?.dataset.face;
        const now = JSON.stringify([step?.dataset.next, list, phase, stage, face]);
        // Pressed and answered; an opening waits for the record.
        return now !== was && stage !== 'opening';
      },
      {},
      before,
    ).catch((fault) => { throw new Error(`nothing followed on ${done.at(-1)} at ${before}: ${fault.message}`); });
  }
  await judge.see('face', '[data-face="closed"]');
  await plaintiff.see('face', '[data-face="closed"]');
  for (const step of ['ask-open_check_in', 'confirm-answer_barred', 'confirm-open', 'confirm-check_identity', 'ask-enter_phase', 'confirm-close']) {
    assert.ok(done.includes(step), `${step} was part of it: ${done.join(', ')}`);
  }
});

test('no page complained', () => {
  for (const [name, person] of Object.entries({ judge, plaintiff, defendant })) {
    const bad = person.console.filter((line) => line.startsWith('pageerror') || line.startsWith('error'));
    assert.deepEqual(bad, [], name);
  }
});
