// The faces of a lecture: who speaks, a site that follows, a question, the roll.

import { checkIn } from '../people.mjs';
import { ofKind, ofTheCourt, sittingOf, withCode } from './sitting.mjs';

export async function lecture(house, browser, album) {
  const sitting = sittingOf(house, ofKind('lecture'));
  const lecturer = await ofTheCourt(house, browser, 'judge', sitting);
  await album.picture(lecturer, 'before');
  await lecturer.press('ask-open_check_in');
  const sites = [];
  for (const at of [0, 1]) {
    const site = await withCode(house, browser, sitting, 'learner', { at });
    await album.picture(site, 'site-check-in');
    await checkIn(site, { publishes: false });
    sites.push(site);
  }
  await album.picture(sites[0], 'site-waits');
  await lecturer.press('admit-all');
  for (const site of sites) await site.see('face', '[data-face="room"]');
  await album.picture(lecturer, 'ready');
  await lecturer.press('ask-open');
  for (const person of [lecturer, ...sites]) await person.stage('in_session');
  const [asker, other] = sites;
  await album.picture(other, 'site');
  await asker.press('ask-hand');
  await lecturer.see('hand', `[data-participant="${asker.participant}"]`);
  await album.picture(lecturer, 'hand');
  await lecturer.press('ask-give_floor', `[data-participant="${asker.participant}"]`);
  await asker.see('toggle-microphone', '[data-on="false"]');
  await album.picture(asker, 'site-floor');
  await lecturer.press('ask-end_floor');
  await lecturer.press('ask-call_roll');
  await asker.see('roll');
  await album.picture(asker, 'site-roll');
  await asker.press('ask-confirm_presence');
  await asker.see('roll-done');
  await album.picture(asker, 'site-roll-done');
  await lecturer.see('roll-count', '[data-sites="1"]');
  await album.picture(lecturer, 'roll');
  await lecturer.press('ask-close');
  await lecturer.see('confirm-close');
  await album.picture(lecturer, 'closes');
}
