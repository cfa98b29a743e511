// Pictures of every view against the real server, for people to look at: written to
// tests/output/screenshots. What is not here: claims.

import { mkdirSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { House, until } from './house.mjs';
import { admit, checkIn, close, enterFromDocket, join, open, signIn } from './people.mjs';

const FOLDER = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'screenshots');
mkdirSync(FOLDER, { recursive: true });

const house = await House.open();
let number = 0;

async function picture(person, name) {
  await person.page.bringToFront();
  number += 1;
  await person.page.screenshot({ path: path(FOLDER, `${String(number).padStart(2, '0')}-${name}.png`) });
}

async function pictures(person) {
  await until('pictures run', async () =>
    (await person.inbound()).filter((entry) => entry.kind === 'video' && entry.frames > 10).length >= 2);
}

try {
  const browser = await house.chromium();
  const large = { width: 1920, height: 1080 };
  const home = await house.person(browser);
  await home.page.goto(house.url);
  await home.see('home-join');
  await picture(home, 'home');
  await home.page.goto(`${house.url}/sign-in`);
  await home.see('sign-in');
  await picture(home, 'sign-in');
  await home.page.goto(`${house.url}/join#12345678`);
  await home.press('join');
  await home.see('refusal');
  await picture(home, 'join-refused');

  const judge = await signIn(house, browser, 'judge');
  await judge.see('docket-line');
  await picture(judge, 'docket');
  await enterFromDocket(judge);
  await picture(judge, 'judge-before-check-in');
  const plaintiff = await join(house, browser, 'plaintiff');
  await picture(plaintiff, 'check-in-not-yet');
  await judge.press('ask-open_check_in');
  await judge.stage('check_in');
  await plaintiff.see('discipline-accept');
  await picture(plaintiff, 'check-in-discipline');
  const clerk = await signIn(house, browser, 'clerk', large);
  await enterFromDocket(clerk);
  const defendant = await join(house, browser, 'defendant', large);
  await checkIn(plaintiff);
  await picture(plaintiff, 'waiting');
  await checkIn(defendant);
  const gallery = await join(house, browser, 'gallery');
  await checkIn(gallery, { publishes: false });
  await picture(judge, 'judge-admits');
  await admit(judge, plaintiff.participant);
  await admit(judge, defendant.participant);
  await admit(judge, gallery.participant);
  await plaintiff.see('face', '[data-face="room"]');
  await pictures(judge);
  await open(judge);
  await pictures(plaintiff);
  await plaintiff.press('ask-hand');
  await judge.press('tab-floor');
  await judge.see('hand');
  await judge.press('tab-people');
  await judge.pressOf(defendant, 'ask-lock');
  await judge.pressOf(defendant, 'person-more');
  await picture(judge, 'judge-in-session');
  await picture(plaintiff, 'party-in-session');
  await picture(defendant, 'party-locked-1080');
  await picture(clerk, 'clerk-in-session-1080');
  await picture(gallery, 'gallery-in-session');
  await judge.pressOf(defendant, 'reason-warn');
  await judge.see('reason');
  await picture(judge, 'judge-warns');
  await judge.type('reason', '未经许可发言');
  await judge.press('ask-warn');
  const ops = await signIn(house, browser, 'ops');
  await ops.see('ops-person');
  await until('figures are there', () =>
    ops.page.$$eval('[data-testid="ops-person"]', (rows) => rows.some((row) => /\d ms|kbit|Mbit/.test(row.innerText))));
  await picture(ops, 'ops');
  await judge.press('ask-recess');
  await judge.see('confirm-recess');
  await picture(judge, 'judge-recess-ground');
  await judge.press('confirm-recess');
  await plaintiff.stage('recess');
  await picture(plaintiff, 'party-recess');
  await judge.press('ask-resume');
  await judge.stage('in_session');
  await close(judge);
  await plaintiff.see('face', '[data-face="closed"]');
  await picture(plaintiff, 'party-closed');
  await clerk.page.goto(`${house.url}/archive`);
  await clerk.see('archive-line');
  await picture(clerk, 'archive-1080');
  await clerk.press('archive-open');
  await clerk.see('player');
  await clerk.page.setViewport({ width: 1366, height: 768 });
  await clerk.press('play');
  await until('somebody plays', () =>
    clerk.page.$$eval('[data-testid="player-video"]', (videos) => videos.some((video) => video.currentTime > 2)));
  await clerk.press('verify');
  await clerk.see('verdict');
  await picture(clerk, 'player');
  await clerk.press('language');
  await picture(clerk, 'player-english');
  console.log(`${number} pictures in tests/output/screenshots`);
} finally {
  await house.close();
}
