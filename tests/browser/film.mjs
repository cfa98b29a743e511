// A real hearing of six in Chromium, then its composed film: how long it takes to make against its
// length, what ffprobe says of it, and pictures at six moments, to look at. Prints one JSON object;
// pictures and film stay in tests/output/film. Run it with a release build, on a quiet machine:
// ASSIZE_BINARY=target/release/assize tests/browser/run.sh film

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, BINARY, House } from './house.mjs';
import { admit, checkIn, checkIdentities, close, enterFromDocket, join, nextPhase, open, signIn } from './people.mjs';
import { papers } from './papers.mjs';

const OUTPUT = path(dirname(fileURLToPath(import.meta.url)), '..', 'output', 'film');
/** How long each part of the hearing lasts, seconds: the film is as long as they together. */
const PART_S = Number(process.argv[2] ?? 20);

function run(program, ...given) {
  const done = spawnSync(program, given, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${program} ${given.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

mkdirSync(OUTPUT, { recursive: true });
const house = await House.open();
const marks = [];
let zero;
/** The part goes on for its time; the wait is what is recorded. A pause is short in the film, so what
 * comes after one is found by its chapter. */
async function part(name, chapter) {
  marks.push({ name, second: Math.round((Date.now() - zero) / 1000 + PART_S / 2), chapter });
  await new Promise((go) => setTimeout(go, PART_S * 1000));
}

try {
  const browser = await house.chromium();
  const files = await papers(browser, path(house.folder, 'papers'));
  const judge = await signIn(house, browser, 'judge');
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  const clerk = await signIn(house, browser, 'clerk');
  await enterFromDocket(clerk);
  const people = {};
  for (const role of ['plaintiff', 'defendant', 'agent', 'witness']) {
    people[role] = await join(house, browser, role);
    await checkIn(people[role]);
  }
  for (const role of ['plaintiff', 'defendant', 'agent']) {
    await admit(judge, people[role].participant);
    await people[role].see('face', '[data-face="room"]');
  }
  await open(judge);
  zero = Date.now();
  await part('opened');
  await admit(judge, people.witness.participant);
  await people.witness.see('face', '[data-face="room"]');
  await part('a witness came');

  await people.plaintiff.press('toggle-evidence');
  const input = await people.plaintiff.page.waitForSelector('[data-testid="upload-file"]');
  await input.uploadFile(files.document);
  await people.plaintiff.press('upload-send');
  await people.plaintiff.press('evidence-exchange');
  await people.plaintiff.press('evidence-confirm');
  await judge.press('tab-evidence');
  await judge.press('ask-show_evidence');
  await people.defendant.see('evidence-view');
  await part('evidence shown');
  await judge.press('ask-hide_evidence');
  await judge.press('tab-people');

  // A screen as false as the cameras: a page with words and a second that counts.
  await judge.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const pen = canvas.getContext('2d');
    setInterval(() => {
      Object.assign(pen, { fillStyle: '#dfe8f4' });
      pen.fillRect(0, 0, 1280, 720);
      Object.assign(pen, { fillStyle: '#1a2434', font: '64px sans-serif' });
      pen.fillText('共享的屏幕　转账明细', 80, 200);
      pen.fillText(new Date().toISOString().slice(11, 19), 80, 420);
    }, 100);
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(10);
  });
  await judge.press('toggle-screen');
  await judge.see('toggle-screen', '[data-on="true"]');
  await part('screen shared');
  await judge.press('toggle-screen');

  await judge.press('ask-recess');
  await judge.page.$eval('[data-testid="ground-recess"]', (choice) => choice.click());
  await judge.press('confirm-recess');
  await judge.stage('recess');
  await part('recess', '休庭');
  await judge.press('ask-resume');
  await judge.stage('in_session');
  await checkIdentities(judge);
  await judge.desk('people');
  await judge.press('ask-check_power', `[data-participant="${people.agent.participant}"]`);
  await judge.press('confirm-check_power');
  await nextPhase(judge, 'rights');
  // Somebody's page is gone for good.
  await people.agent.page.close();
  await part('rights, one page gone', '告知权利义务');
  await close(judge);
  const folder = await house.sealed(house.ready.cases[0].hearing);

  const film = path(OUTPUT, 'hearing.mp4');
  const begun = Date.now();
  run(BINARY, 'film', folder, '--out', film);
  const making = (Date.now() - begun) / 1000;
  const probe = JSON.parse(run('ffprobe', '-v', 'error', '-show_format', '-show_streams', '-show_chapters', '-of', 'json', film));
  const seconds = Number(probe.format.duration);
  const pictures = marks.map(({ name, second: real, chapter }, at) => {
    const found = probe.chapters.find((each) => each.tags?.title === chapter);
    const second = found ? (Number(found.start_time) + Number(found.end_time)) / 2 : real;
    const file = path(OUTPUT, `${at + 1}.png`);
    run('ffmpeg', '-y', '-v', 'error', '-ss', String(second), '-i', film, '-frames:v', '1', file);
    return { name, second, file: file.slice(ROOT.length + 1) };
  });
  console.log(JSON.stringify({
    people: 6, seconds, makingSeconds: making, timesRealTime: Number((seconds / making).toFixed(2)),
    megabytes: Number((probe.format.size / 1e6).toFixed(1)),
    streams: probe.streams.map((stream) => ({
      kind: stream.codec_type, codec: stream.codec_name, profile: stream.profile, width: stream.width,
      height: stream.height, rate: stream.avg_frame_rate, sound: stream.sample_rate, start: stream.start_time, seconds: stream.duration,
    })),
    chapters: probe.chapters.map((chapter) => `${chapter.start_time} ${chapter.tags?.title}`),
    pictures,
  }, null, 1));
} finally {
  await house.close();
}
