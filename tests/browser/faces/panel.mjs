// The faces of a panel: faces compared by an outside service, a challenge, a witness called, signing
// and kept from one party, the deliberation and its record, the archive with its papers.

import { createServer } from 'node:http';
import { checkIn, open } from '../people.mjs';
import { comesIn, ofTheCourt, sittingOf, withCode, withRole } from './sitting.mjs';

/** A false service that finds every face the same. */
export async function faceService() {
  const service = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(JSON.stringify({ likeness: 'same', score: 912, reference: 'F-20260302-17' })));
  });
  await new Promise((done) => service.listen(0, '127.0.0.1', done));
  return { settings: `face_url = "http://127.0.0.1:${service.address().port}/"\nface_secret = "for pictures"\n`, end: () => service.close() };
}

export async function panel(house, browser, album) {
  const sitting = sittingOf(house, withRole('interpreter'));
  const judge = await ofTheCourt(house, browser, 'judge', sitting);
  const clerk = await ofTheCourt(house, browser, 'clerk', sitting);
  await judge.press('ask-open_check_in');
  const second = await withCode(house, browser, sitting, 'judge');
  const plaintiff = await withCode(house, browser, sitting, 'plaintiff');
  await comesIn(plaintiff, judge);
  const defendant = await withCode(house, browser, sitting, 'defendant');
  await comesIn(defendant, judge);
  const witness = await withCode(house, browser, sitting, 'witness');
  await album.picture(witness, 'witness-check-in');
  await checkIn(witness);
  await open(judge);
  await album.picture(second, 'second-judge');
  const inTheWay = '[data-testid="obstacle"][data-why="identity_unchecked"]';
  await judge.page.waitForSelector(inTheWay);
  await judge.page.$eval(`${inTheWay} [data-testid="remedy"]`, (button) => button.click());
  await judge.see('compare-face', ':not([disabled])');
  await judge.press('compare-face');
  await judge.see('face-answer');
  await album.picture(judge, 'face-compared');
  await judge.press('confirm-check_identity');
  await judge.page.waitForSelector('[data-testid="dialog"]', { hidden: true });
  for (;;) {
    const left = await judge.page.$(`${inTheWay} [data-testid="remedy"]`);
    if (left === null) break;
    const who = await judge.page.$eval(inTheWay, (item) => item.dataset.participant);
    await left.click();
    await judge.press('confirm-check_identity');
    await judge.page.waitForSelector(`${inTheWay}[data-participant="${who}"]`, { hidden: true });
  }
  await defendant.press('ask-challenge');
  await defendant.press('challenge-whom', `[data-participant="${second.participant}"]`);
  await defendant.type('reason', '与原告是近亲属');
  await album.picture(defendant, 'challenge-party');
  await defendant.press('confirm-challenge');
  await judge.see('challenge');
  await album.picture(plaintiff, 'challenge-other');
  await judge.press('ask-dispose_challenge');
  await album.picture(judge, 'challenge-judge');
  await judge.press('challenge-rejected');
  await judge.type('reason', '经核实并非近亲属');
  await judge.press('confirm-dispose_challenge');
  await judge.page.waitForSelector('[data-testid="challenge"]', { hidden: true });
  await judge.press('ask-resume');
  await judge.stage('in_session');
  const goTo = async (phase, reason) => {
    const leaps = await judge.page.$eval(`[data-testid="phase"][data-phase="${phase}"]`, (button) => button.dataset.outOfTurn === 'true');
    await judge.press('phase', `[data-phase="${phase}"]`);
    if (leaps) {
      await judge.type('reason', reason);
      await judge.press('confirm-enter_phase');
    }
    await judge.see('phase', `[data-phase="${phase}"][data-now="true"]`);
  };
  await goTo('evidence', '各方已书面陈述');
  await judge.press('tab-witness');
  await album.picture(judge, 'witness-desk');
  await judge.press('witness-call', `[data-participant="${witness.participant}"]`);
  await witness.see('guarantee');
  await album.picture(witness, 'guarantee');
  await judge.see('isolation');
  await album.picture(judge, 'witness-called');
  await witness.press('guarantee-read');
  await witness.type('guarantee-name', witness.name);
  await witness.press('ask-sign_guarantee');
  await judge.press('ask-testify', `[data-participant="${witness.participant}"]`);
  await judge.page.waitForSelector('[data-testid="ask-testify"]', { hidden: true });
  await judge.pressOf(witness, 'person-more');
  await judge.pressOf(witness, 'ask-shield');
  await judge.see('shield-from');
  await album.picture(judge, 'shield');
  await judge.page.select('[data-testid="shield-from"]', String(defendant.participant));
  await judge.press('confirm-shield');
  await album.picture(defendant, 'shielded');
  await album.picture(witness, 'testifies');
  await judge.press('tab-witness');
  await judge.press('witness-dismiss', `[data-participant="${witness.participant}"]`);
  await goTo('last_words', '各方同意不再辩论');
  await judge.press('more-steps');
  await judge.press('ask-deliberate');
  await album.picture(judge, 'deliberates');
  await judge.press('confirm-deliberate');
  for (const person of [judge, clerk, second]) await person.stage('deliberation');
  if (!await clerk.page.$('[data-testid="deliberation-text"]')) await clerk.press('toggle-deliberation');
  await clerk.type('deliberation-text', '承办法官汇报：借条、转账凭证相互印证，借款事实成立。');
  await clerk.press('deliberation-save');
  await judge.page.waitForFunction(() => document.querySelector('[data-testid="deliberation-text"]')?.value !== '');
  await album.picture(clerk, 'deliberation-clerk');
  await album.picture(judge, 'deliberation-judge');
  await album.picture(second, 'deliberation-second');
  await album.picture(plaintiff, 'deliberation-party');
  await judge.press('ask-resume');
  await judge.stage('in_session');
  await goTo('closing', '当庭宣判完毕');
  await judge.press('ask-close');
  await judge.press('confirm-close');
  await witness.see('face', '[data-face="closed"]');
  await album.picture(witness, 'closed');

  await clerk.page.goto(`${house.url}/archive`);
  await clerk.see('archive-line');
  await album.picture(clerk, 'archive');
  await clerk.page.goto(`${house.url}/archive/${sitting.hearing}`);
  await clerk.see('player');
  await clerk.press('play');
  await clerk.page.waitForFunction(() => [...document.querySelectorAll('[data-testid="player-video"]')].some((video) => video.currentTime > 1));
  await album.picture(clerk, 'player');
  await clerk.press('verify');
  await clerk.see('verdict');
  await clerk.press('side-custody');
  await clerk.see('papers');
  await album.picture(clerk, 'player-verified');
  await clerk.press('side-part');
  await clerk.press('film-order');
  await clerk.page.waitForSelector('[data-testid="film"]:not([data-state="none"])');
  await album.picture(clerk, 'film-making');
  await clerk.see('film-watch');
  await album.picture(clerk, 'film-made');
  await clerk.press('film-watch');
  await clerk.page.waitForFunction(() => (document.querySelector('[data-testid="film-video"]')?.readyState ?? 0) > 1);
  await album.picture(clerk, 'film');
  await clerk.page.goto(`${house.url}/api/archive/${sitting.hearing}/isolation.html`);
  await album.picture(clerk, 'isolation-certificate');
}
