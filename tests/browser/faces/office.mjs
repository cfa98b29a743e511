// The faces of a clerk's day: places, the form of a sitting, notices, codes, a party's own page, the
// calendar, applications for mediation, figures, the desk.

import { choose, signIn } from '../people.mjs';
import { fillSession, go, importSites, issueStation, lettersTo, linkIn, saveSession, takeApplication } from '../desk.mjs';
import { until } from '../house.mjs';

export async function office(house, browser, album) {
  const admin = await signIn(house, browser, 'admin');
  await admin.see('sign-out');
  await importSites(house, admin);
  await admin.type('hook-url', 'https://court.example/hook');
  await album.picture(admin, 'places');
  await album.picture(admin, 'places-whole', { whole: true });
  await admin.page.goto('about:blank');

  const clerk = await signIn(house, browser, 'clerk');
  await clerk.see('docket-line');
  await album.picture(clerk, 'docket');
  await go(house, clerk, '/calendar', 'new-session');
  await album.picture(clerk, 'calendar');
  await clerk.press('new-session');
  await clerk.see('court');
  await album.picture(clerk, 'form-empty');
  await clerk.press('save-session');
  await clerk.see('problems');
  await album.picture(clerk, 'form-problems', { whole: true });
  await fillSession(clerk);
  await album.picture(clerk, 'form-filled', { whole: true });
  await saveSession(clerk);
  await clerk.press('send-notices');
  await until('both are sent', async () => (await clerk.page.$$('[data-testid="notice"][data-state="sent"]')).length === 2);
  await album.picture(clerk, 'form-notices', { whole: true });

  const party = await house.person(browser);
  await party.page.goto(linkIn(lettersTo(house, '13800000001')[0]));
  await party.see('mine-confirm');
  await album.picture(party, 'mine');
  await album.picture(party, 'mine-whole', { whole: true });
  await party.press('mine-confirm');
  await party.see('mine-confirmed');
  await party.page.$eval('[data-testid="mine-step"][data-step="hearing"] [data-testid="mine-yes"]', (button) => button.click());
  await party.see('mine-step', '[data-step="hearing"][data-given="true"]');
  await party.page.$eval('[data-testid="mine-step"][data-step="service"] [data-testid="mine-yes"]', (button) => button.click());
  await party.see('mine-step', '[data-step="service"][data-given="true"]');
  await album.picture(party, 'mine-done', { whole: true });
  await party.page.setViewport({ width: 412, height: 915 });
  await album.picture(party, 'mine-phone', { whole: true });
  await party.press('language');
  await party.page.setViewport({ width: 1366, height: 768 });
  await album.picture(party, 'mine-english', { whole: true });
  await party.press('language');
  await party.page.goto(`${house.url}/my#000`);
  await album.picture(party, 'mine-code');
  await party.page.goto('about:blank');

  await clerk.press('make-codes');
  await clerk.see('sheet-person');
  await album.picture(clerk, 'codes-choose');
  await clerk.press('issue-codes');
  await until('both slips are there', async () => (await clerk.page.$$('[data-testid="slip"]')).length === 2);
  await album.picture(clerk, 'codes', { whole: true });
  await clerk.page.emulateMediaType('print');
  await album.picture(clerk, 'codes-print', { whole: true });
  await clerk.page.emulateMediaType('screen');

  await go(house, clerk, '/calendar', 'calendar-number');
  await clerk.type('calendar-number', '7788');
  await clerk.see('further');
  await album.picture(clerk, 'calendar-number');
  await go(house, clerk, '/mediations', 'new-application');
  await album.picture(clerk, 'mediations-empty');
  const dialogs = { new: 'application-new', name_court: 'application-mediator' };
  await takeApplication(clerk, async (act) => { if (dialogs[act]) await album.picture(clerk, dialogs[act]); });
  await album.picture(clerk, 'mediations');
  await clerk.press('act-schedule');
  await album.picture(clerk, 'application-schedule');
  await clerk.press('schedule-new');
  await clerk.see('for-application');
  await album.picture(clerk, 'form-for-application');
  await go(house, clerk, '/statistics', 'csv');
  await album.picture(clerk, 'statistics');
  await go(house, clerk, '/desk', 'station-add');
  await choose(clerk, '[data-testid="station-site"]', '诉讼服务站1');
  await issueStation(clerk, () => album.picture(clerk, 'station-code'));
  await clerk.see('station');
  await album.picture(clerk, 'desk', { whole: true });
  await clerk.press('language');
  await album.picture(clerk, 'desk-english');
  await clerk.press('language');
}
