// What a clerk does at the office, step by step, for the tests of a clerk's day, of stations and for
// the pictures of their faces. What is not here: what is seen afterwards.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choose, fill } from './people.mjs';

export const SITES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy', 'sites.example.csv');
export const TRIBUNAL = '贺胜人民法庭';
/** The number of the case that is heard with the first. */
export const FURTHER = '（2026）鄂1202民初7788号';

/** The fieldset of one person of a sitting's form. */
const person = (role) => `[data-testid="person-form"][data-role="${role}"]`;

/** Goes to a page of the house. */
export async function go(house, somebody, path, testid) {
  await somebody.page.goto(`${house.url}${path}`);
  await somebody.see(testid);
}

/** Administration imports the places. */
export async function importSites(house, admin) {
  await go(house, admin, '/places', 'import-sites');
  await (await admin.see('import-sites')).uploadFile(SITES);
  await admin.see('import-report');
}

/**
 * Fills the form of a sitting of two cases, whose plaintiff is hidden from the defendant; gives the
 * place where the plaintiff will sit.
 */
export async function fillSession(clerk) {
  await fill(clerk, 'court', '咸安区人民法院贺胜人民法庭');
  await fill(clerk, 'case-number', '（2026）鄂1202民初4321号');
  await fill(clerk, 'cause', '健康权纠纷');
  await clerk.press('add-case');
  await fill(clerk, 'further-number', FURTHER);
  await fill(clerk, 'further-cause', '健康权纠纷');
  await choose(clerk, `${person('presiding_judge')} [data-testid="person-account"]`, '李法官');
  await choose(clerk, `${person('clerk')} [data-testid="person-account"]`, '陈书记员');
  await fill(clerk, 'person-name', '钟某', 2);
  await fill(clerk, 'person-name', '邓某', 3);
  await fill(clerk, 'person-phone', '13800000001', 0);
  await fill(clerk, 'person-phone', '13800000002', 1);
  const place = await clerk.page.$eval(`${person('plaintiff')} [data-testid="person-site"]`, (field) => {
    const option = [...field.options].at(-1);
    field.value = option.value;
    field.dispatchEvent(new Event('change'));
    return option.textContent;
  });
  await clerk.press('add-shield');
  await clerk.see('shield');
  return place;
}

/** Keeps the form; gives the address of the sitting. */
export async function saveSession(clerk) {
  await clerk.press('save-session');
  await clerk.see('warnings');
  await clerk.page.waitForFunction(() => /\/session\/\d+$/.test(location.pathname));
  return clerk.page.evaluate(() => location.pathname);
}

/** Notices laid out for this telephone. */
export function lettersTo(house, telephone) {
  const folder = join(house.folder, 'data', 'outbox');
  return readdirSync(folder)
    .filter((name) => name.startsWith('sms-'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter((letter) => letter.to === telephone);
}

/** The address of a person's own page in their notice. */
export const linkIn = (letter) => /https:\S+\/my#\S+/.exec(letter.text)[0];

/** Takes an application in and brings it to where a sitting can be put down; `look` sees each dialog. */
export async function takeApplication(clerk, look = async () => {}) {
  await clerk.press('new-application');
  await clerk.see('applicant');
  await look('new');
  await clerk.type('applicant', '方某');
  await clerk.type('respondent', '石某');
  await clerk.type('matter-cause', '相邻关系纠纷');
  await clerk.press('take-application');
  for (const [act, words] of [['ask_other_side'], ['agrees'], ['name_court', '李法官（演示）'], ['accept']]) {
    await clerk.press(`act-${act}`);
    if (words) await clerk.type('act-text', words);
    if (act === 'name_court') await clerk.press('act-judge');
    await look(act);
    await clerk.press('act-go');
    await clerk.page.waitForSelector('[data-testid="dialog"]', { hidden: true });
  }
}

/** Makes a station's code, which is shown once; `look` sees it. */
export async function issueStation(clerk, look = async () => {}) {
  await clerk.press('station-add');
  await clerk.see('issued-code');
  await look();
  const code = await clerk.page.$eval('[data-testid="issued-code"]', (text) => text.dataset.code);
  await clerk.press('issued-close');
  return code;
}

/** A terminal becomes a station; `look` sees the empty page. */
export async function enrol(house, station, code, look = async () => {}) {
  await station.page.goto(`${house.url}/station`);
  await station.see('face', '[data-screen="enrol"]');
  await look();
  for (const digit of code) await station.press(`digit-${digit}`);
  await station.see('station-code', `[data-digits="${code}"]`);
  await station.press('station-go');
  await station.see('face', '[data-face="station"][data-screen="home"]');
}
