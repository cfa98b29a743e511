// The faces of a mediation: checklist, talk, caucus and the side that waits, the agreement written,
// read, signed by hand, by name and on paper, in force; and one that fails.

import { ofKind, ofTheCourt, comesIn, sittingOf, withCode } from './sitting.mjs';

const CHECKS = ['identity', 'sham_warning', 'rights', 'disclosure', 'service_address'];

export async function mediation(house, browser, album) {
  const sitting = sittingOf(house, ofKind('mediation'));
  const chair = await ofTheCourt(house, browser, 'mediator', sitting);
  await chair.press('ask-open_check_in');
  const adviser = await ofTheCourt(house, browser, 'judge', sitting);
  const sides = {};
  for (const role of ['plaintiff', 'defendant']) {
    sides[role] = await withCode(house, browser, sitting, role);
    await comesIn(sides[role], { press: (...given) => chair.press(...given), desk: () => chair.press('tab-people') });
  }
  const { plaintiff, defendant } = sides;
  await album.picture(chair, 'chair-people');
  await chair.press('tab-checklist');
  await album.picture(chair, 'chair-checklist');
  for (const check of CHECKS) {
    await chair.press('ask-tick', `[data-check="${check}"]`);
    await chair.see('check', `[data-check="${check}"][data-done="true"]`);
  }
  await chair.press('ask-open');
  for (const person of [chair, adviser, plaintiff, defendant]) await person.stage('in_session');
  await album.picture(plaintiff, 'party');
  await album.picture(adviser, 'adviser');
  await chair.press('tab-talk');
  await album.picture(chair, 'chair-talk');
  await chair.press('ask-caucus', '[data-side="plaintiff"]');
  await defendant.see('waits');
  await album.picture(chair, 'chair-caucus');
  await album.picture(plaintiff, 'party-caucus');
  await album.picture(defendant, 'party-waits');
  await chair.press('ask-caucus', '[data-side=""]');
  await defendant.see('face', '[data-face="room"]');
  await chair.press('tab-agreement');
  await album.picture(chair, 'agreement-empty');
  await chair.press('sheet-begin');
  await chair.press('clause', '[data-clause="neighbour-pay"]');
  await album.picture(chair, 'agreement-clause');
  for (const [blank, text] of Object.entries({ who: defendant.name, date: '2026年12月31日', manner: '银行转账', payee: plaintiff.name, amount: '3000' })) {
    await chair.type(`blank-${blank}`, text);
  }
  await chair.press('clause-insert');
  await chair.press('ask-write_sheet');
  await plaintiff.see('not-read');
  await album.picture(plaintiff, 'party-unread');
  await chair.press('ask-read_back');
  await plaintiff.see('sheet', '[data-read="true"]');
  await album.picture(plaintiff, 'party-reads');
  await plaintiff.press('ask-sign', '[data-sheet="agreement"]');
  const pad = await plaintiff.see('sign-pad');
  await album.picture(plaintiff, 'sign-pad-empty');
  const box = await pad.boundingBox();
  await plaintiff.page.mouse.move(box.x + 60, box.y + 60);
  await plaintiff.page.mouse.down();
  for (let at = 1; at <= 24; at += 1) await plaintiff.page.mouse.move(box.x + 60 + at * 10, box.y + 80 + (at % 4) * 12);
  await plaintiff.page.mouse.up();
  await album.picture(plaintiff, 'sign-pad');
  await plaintiff.press('confirm-sign');
  await plaintiff.see('signed-mine');
  await album.picture(plaintiff, 'party-signed');
  await album.picture(chair, 'chair-signing');
  await defendant.press('ask-sign', '[data-sheet="agreement"]');
  await defendant.press('sign-typed');
  await defendant.type('sign-name', defendant.name);
  await album.picture(defendant, 'sign-typed');
  await defendant.press('confirm-sign');
  await plaintiff.see('effective');
  await album.picture(plaintiff, 'party-effective');
  await album.picture(chair, 'chair-effective');
  await chair.press('tab-end');
  await album.picture(chair, 'chair-end');
  await chair.press('ask-close');
  await chair.see('confirm-close');
  await album.picture(chair, 'chair-closes');
}
