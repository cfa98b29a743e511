// Six Chromium participants in one hearing for a number of minutes (default 10): what the server
// needs and what people get. Prints one line of JSON. Run it with a release build:
// ASSIZE_BINARY=target/release/assize tests/browser/run.sh six 10

import { readFileSync } from 'node:fs';
import { House, until } from './house.mjs';
import { admit, checkIn, enterFromDocket, join, open, close, signIn } from './people.mjs';

const minutes = Number(process.argv[2] ?? 10);
const TICKS_PER_SECOND = 100;

function server(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpu: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND,
    rss: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024,
  };
}

const house = await House.open();
try {
  const browser = await house.chromium();
  const small = { width: 1366, height: 768 };
  const judge = await signIn(house, browser, 'judge', small);
  await enterFromDocket(judge);
  await judge.press('ask-open_check_in');
  const clerk = await signIn(house, browser, 'clerk', small);
  await enterFromDocket(clerk);
  const people = { judge, clerk };
  for (const role of ['plaintiff', 'defendant', 'witness', 'gallery']) {
    people[role] = await join(house, browser, role, small);
    await checkIn(people[role], { publishes: role !== 'gallery' });
    if (role !== 'witness') {
      await admit(judge, people[role].participant);
      await people[role].see('face', '[data-face="room"]');
    }
  }
  await open(judge);
  await admit(judge, people.witness.participant);
  await people.witness.see('face', '[data-face="room"]');
  await until('everybody receives four others', async () => {
    for (const person of Object.values(people)) {
      const pictures = (await person.inbound()).filter((entry) => entry.kind === 'video' && entry.frames > 0);
      if (pictures.length < 4) return false;
    }
    return true;
  });
  const start = { at: Date.now(), ...server(house.pid) };
  const rss = [start.rss];
  // Two samples a minute; the wait between them is the measurement itself.
  for (let half = 0; half < minutes * 2; half += 1) {
    await new Promise((go) => setTimeout(go, 30_000));
    rss.push(server(house.pid).rss);
  }
  const end = { at: Date.now(), ...server(house.pid) };
  const figures = {};
  for (const [name, person] of Object.entries(people)) {
    const inbound = await person.inbound();
    const sum = (kind, figure) =>
      inbound.filter((entry) => entry.kind === kind).reduce((total, entry) => total + entry[figure], 0);
    figures[name] = {
      soundPackets: sum('audio', 'packets'), soundLost: sum('audio', 'lost'),
      picturePackets: sum('video', 'packets'), pictureLost: sum('video', 'lost'),
      frames: sum('video', 'frames'), frozenSeconds: Math.round(sum('video', 'freezes')),
    };
  }
  const ops = await signIn(house, browser, 'ops');
  const metrics = await ops.page.evaluate(() => fetch('/metrics').then((answer) => answer.text()));
  const delay = metrics.split('\n').filter((line) => /^assize_sfu_forward.*(bucket|sum|count)/.test(line));
  const seconds = (end.at - start.at) / 1000;
  await close(judge);
  await people.plaintiff.see('face', '[data-face="closed"]');
  console.log(JSON.stringify({
    minutes, serverCores: Number(((end.cpu - start.cpu) / seconds).toFixed(4)),
    rssMiB: rss.map((value) => Math.round(value)), figures, delay,
  }, null, 1));
} finally {
  await house.close();
}
