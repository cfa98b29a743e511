// The faces of evidence: handing in, the list of each side, a document shown to all with opinions
// beside it, sound and video that play at one place for all.

import { join } from 'node:path';
import { handIn } from '../acts.mjs';
import { papers } from '../papers.mjs';
import { open } from '../people.mjs';
import { comesIn, ofTheCourt, withCode } from './sitting.mjs';

const row = (item) => `[data-testid="evidence-item"][data-item="${item}"]`;

export async function evidence(house, browser, album) {
  const files = await papers(browser, join(house.folder, 'papers'));
  const sitting = house.ready.cases[0];
  const judge = await ofTheCourt(house, browser, 'judge', sitting);
  await judge.press('ask-open_check_in');
  const plaintiff = await withCode(house, browser, sitting, 'plaintiff');
  await comesIn(plaintiff, judge);
  const defendant = await withCode(house, browser, sitting, 'defendant');
  await comesIn(defendant, judge);
  await open(judge);
  await plaintiff.press('toggle-evidence');
  await plaintiff.see('evidence-empty');
  await album.picture(plaintiff, 'list-empty');
  const chooser = await plaintiff.page.$('[data-testid="upload-file"]');
  await chooser.uploadFile(files.document);
  await plaintiff.see('upload-name');
  await album.picture(plaintiff, 'hand-in');
  const contract = await handIn(plaintiff, files.document, '借款合同', true);
  const video = await handIn(plaintiff, files.video, '交付现场录像', true);
  const sound = await handIn(plaintiff, files.sound, '催款通话录音', true);
  await handIn(plaintiff, files.picture, '转账截图', false);
  await album.picture(plaintiff, 'list');
  await plaintiff.press('toggle-evidence');
  const show = async (item) => {
    await judge.press('tab-evidence');
    await judge.page.waitForSelector(`${row(item)} [data-testid="ask-show_evidence"]`, { visible: true });
    await judge.page.$eval(`${row(item)} [data-testid="ask-show_evidence"]`, (button) => button.click());
    for (const person of [judge, plaintiff, defendant]) await person.page.waitForSelector(`[data-testid="evidence-view"][data-item="${item}"]:not([data-page="0"])`);
  };
  await show(contract);
  await album.picture(judge, 'judge-shows');
  await album.picture(plaintiff, 'party-sees');
  await defendant.press('opinion-open');
  await defendant.see('opinion-form');
  await album.picture(defendant, 'opinion');
  await defendant.page.$eval('[data-testid="opinion-authentic-no"]', (box) => box.click());
  await defendant.press('ask-opine');
  await album.picture(defendant, 'opinion-reason-missing');
  await defendant.type('opinion-reason', '签名不是本人所写，申请鉴定');
  await defendant.press('ask-opine');
  await defendant.see('opinion');
  await album.picture(defendant, 'opinion-given');
  await defendant.press('toggle-evidence');
  await album.picture(defendant, 'opinion-and-list');
  await defendant.press('toggle-evidence');
  await judge.see('opinion');
  await album.picture(judge, 'judge-opinion');
  await show(video);
  await album.picture(judge, 'video-leads');
  await judge.press('play-toggle');
  await plaintiff.see('evidence-play', '[data-running="true"]');
  await album.picture(plaintiff, 'video-follows');
  await show(sound);
  await album.picture(judge, 'sound-leads');
  await album.picture(defendant, 'sound-follows');
}
