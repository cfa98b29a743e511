// The faces of a hearing in session: every desk of the judge, the parties, the clerk, the gallery,
// the questions a step asks, recess, the end; and what operations see meanwhile.

import { until } from '../house.mjs';
import { close, open, signIn } from '../people.mjs';
import { comesIn, ofTheCourt, withCode } from './sitting.mjs';

export async function court(house, browser, album) {
  const sitting = house.ready.cases[0];
  const judge = await ofTheCourt(house, browser, 'judge', sitting);
  await judge.press('ask-open_check_in');
  const clerk = await ofTheCourt(house, browser, 'clerk', sitting);
  const plaintiff = await withCode(house, browser, sitting, 'plaintiff');
  await comesIn(plaintiff, judge);
  const defendant = await withCode(house, browser, sitting, 'defendant');
  await comesIn(defendant, judge);
  const gallery = await withCode(house, browser, sitting, 'gallery');
  await comesIn(gallery, judge, { publishes: false });
  await album.picture(judge, 'judge-ready');
  await judge.press('ask-answer_barred');
  await judge.see('barred-none');
  await album.picture(judge, 'judge-barred');
  await judge.page.keyboard.press('Escape');
  await open(judge);
  await until('pictures run', async () => (await judge.inbound()).filter((entry) => entry.kind === 'video' && entry.frames > 3).length >= 2);
  await plaintiff.press('ask-hand');
  await judge.press('tab-floor');
  await judge.see('hand');
  await album.picture(judge, 'judge-floor');
  for (const desk of ['evidence', 'witness', 'prompts', 'minutes']) {
    await judge.press(`tab-${desk}`);
    await album.picture(judge, `judge-${desk}`);
  }
  await judge.press('tab-people');
  await judge.pressOf(defendant, 'ask-lock');
  await judge.pressOf(defendant, 'person-more');
  await album.picture(judge, 'judge-people');
  await judge.page.keyboard.down('Control');
  await judge.page.keyboard.press('Enter');
  await judge.page.keyboard.up('Control');
  await judge.see('dialog');
  await album.picture(judge, 'judge-next-by-key');
  await judge.page.keyboard.press('Escape');
  await judge.press('more-steps');
  await album.picture(judge, 'judge-menu');
  await judge.press('more-steps');
  await judge.press('toggle-notes');
  await judge.see('notes');
  await album.picture(judge, 'judge-notes');
  await judge.press('toggle-notes');
  await album.picture(plaintiff, 'party');
  await album.picture(defendant, 'party-locked');
  await album.picture(clerk, 'clerk');
  await album.picture(gallery, 'gallery');
  await plaintiff.press('own-consent');
  await plaintiff.see('consent-close');
  await album.picture(plaintiff, 'party-consents');
  await plaintiff.press('consent-close');
  await plaintiff.press('language');
  await album.picture(plaintiff, 'party-english');
  await plaintiff.press('language');
  await judge.press('language');
  await album.picture(judge, 'judge-english');
  await judge.press('language');
  await judge.pressOf(defendant, 'reason-warn');
  await judge.type('reason', '未经许可发言');
  await album.picture(judge, 'judge-warns');
  await judge.press('ask-warn');
  await defendant.page.waitForSelector('[data-testid="alerts"] .notice');
  await album.picture(defendant, 'party-warned');
  const ops = await signIn(house, browser, 'ops');
  await ops.see('ops-person');
  await until('figures are there', () =>
    ops.page.$$eval('[data-testid="ops-person"]', (rows) => rows.some((row) => /\d ms|kbit|Mbit/.test(row.innerText))));
  await album.picture(ops, 'ops');
  await ops.page.goto('about:blank');
  await judge.press('ask-recess');
  await judge.see('confirm-recess');
  await album.picture(judge, 'judge-recess');
  await judge.press('confirm-recess');
  await plaintiff.stage('recess');
  await album.picture(plaintiff, 'party-recess');
  await judge.press('ask-resume');
  await judge.stage('in_session');
  await close(judge);
  await plaintiff.see('face', '[data-face="closed"]');
  await album.picture(plaintiff, 'party-closed');
  await album.picture(judge, 'judge-closed');
}
