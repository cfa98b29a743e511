// The faces of a clerk's day: places, the form of a sitting, notices, codes, a party's own page, the
// calendar, applications for mediation, figures, the desk.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../house.mjs';
import { choose, fill, signIn } from '../people.mjs';

const SITES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'deploy', 'sites.example.csv');
const person = (role) => `[data-testid="person-form"][data-role="${role}"]`;

export async function office(house, browser, album) {
  const go = async (somebody, path, testid) => {
    await somebody.page.goto(`${house.url}${path}`);
    await somebody.see(testid);
  };
  const admin = await signIn(house, browser, 'admin');
  await admin.see('sign-out');
  await go(admin, '/places', 'import-sites');
  await (await admin.see('import-sites')).uploadFile(SITES);
  await admin.see('import-report');
  await admin.type('hook-url', 'https://court.example/hook');
  await album.picture(admin, 'places');
  await album.picture(admin, 'places-whole', { whole: true });
  await admin.page.goto('about:blank');

  const clerk = await signIn(house, browser, 'clerk');
  await clerk.see('docket-line');
  await album.picture(clerk, 'docket');
  await go(clerk, '/calendar', 'new-session');
  await album.picture(clerk, 'calendar');
  await clerk.press('new-session');
  await clerk.see('court');
  await album.picture(clerk, 'form-empty');
  await clerk.press('save-session');
  await clerk.see('problems');
  await album.picture(clerk, 'form-problems', { whole: true });
  await fill(clerk, 'court', '咸安区人民法院贺胜人民法庭');
  await fill(clerk, 'case-number', '（2026）鄂1202民初4321号');
  await fill(clerk, 'cause', '健康权纠纷');
  await clerk.press('add-case');
  await fill(clerk, 'further-number', '（2026）鄂1202民初7788号');
  await fill(clerk, 'further-cause', '健康权纠纷');
  await choose(clerk, `${person('presiding_judge')} [data-testid="person-account"]`, '李法官');
  await choose(clerk, `${person('clerk')} [data-testid="person-account"]`, '陈书记员');
  await fill(clerk, 'person-name', '钟某', 2);
  await fill(clerk, 'person-name', '邓某', 3);
  await fill(clerk, 'person-phone', '13800000001', 0);
  await fill(clerk, 'person-phone', '13800000002', 1);
  await clerk.page.$eval(`${person('plaintiff')} [data-testid="person-site"]`, (field) => {
    field.value = [...field.options].at(-1).value;
    field.dispatchEvent(new Event('change'));
  });
  await clerk.press('add-shield');
  await clerk.see('shield');
  await album.picture(clerk, 'form-filled', { whole: true });
  await clerk.press('save-session');
  await clerk.see('warnings');
  await clerk.page.waitForFunction(() => /\/session\/\d+$/.test(location.pathname));
  await clerk.press('send-notices');
  await until('both are sent', async () => (await clerk.page.$$('[data-testid="notice"][data-state="sent"]')).length === 2);
  await album.picture(clerk, 'form-notices', { whole: true });

  const outbox = join(house.folder, 'data', 'outbox');
  const letter = readdirSync(outbox).filter((name) => name.startsWith('sms-')).map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8'))).find((each) => each.to === '13800000001');
  const party = await house.person(browser);
  await party.page.goto(/https:\S+\/my#\S+/.exec(letter.text)[0]);
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

  await go(clerk, '/calendar', 'calendar-number');
  await clerk.type('calendar-number', '7788');
  await clerk.see('further');
  await album.picture(clerk, 'calendar-number');
  await go(clerk, '/mediations', 'new-application');
  await album.picture(clerk, 'mediations-empty');
  await clerk.press('new-application');
  await album.picture(clerk, 'application-new');
  await clerk.type('applicant', '方某');
  await clerk.type('respondent', '石某');
  await clerk.type('matter-cause', '相邻关系纠纷');
  await clerk.press('take-application');
  const step = async (act, words) => {
    await clerk.press(`act-${act}`);
    if (words) await clerk.type('act-text', words);
    if (act === 'name_court') {
      await clerk.press('act-judge');
      await album.picture(clerk, 'application-mediator');
    }
    await clerk.press('act-go');
    await clerk.page.waitForSelector('[data-testid="dialog"]', { hidden: true });
  };
  await step('ask_other_side');
  await step('agrees');
  await step('name_court', '李法官（演示）');
  await step('accept');
  await album.picture(clerk, 'mediations');
  await clerk.press('act-schedule');
  await album.picture(clerk, 'application-schedule');
  await clerk.press('schedule-new');
  await clerk.see('for-application');
  await album.picture(clerk, 'form-for-application');
  await go(clerk, '/statistics', 'csv');
  await album.picture(clerk, 'statistics');
  await go(clerk, '/desk', 'station-add');
  await choose(clerk, '[data-testid="station-site"]', '诉讼服务站1');
  await clerk.press('station-add');
  await clerk.see('issued-code');
  await album.picture(clerk, 'station-code');
  await clerk.press('issued-close');
  await clerk.see('station');
  await album.picture(clerk, 'desk', { whole: true });
  await clerk.press('language');
  await album.picture(clerk, 'desk-english');
  await clerk.press('language');
}
