// Pictures of every face against the real server, for people to look at: written to
// tests/output/screenshots, by section. `tests/browser/run.sh screenshots office` takes one section
// alone. What is not here: claims, and the sections themselves (`faces/`).

import { House, SLOW_DEVICES } from './house.mjs';
import { Album } from './faces/album.mjs';
import { court } from './faces/court.mjs';
import { door } from './faces/door.mjs';
import { evidence } from './faces/evidence.mjs';
import { lecture } from './faces/lecture.mjs';
import { mediation } from './faces/mediation.mjs';
import { office } from './faces/office.mjs';
import { faceService, panel } from './faces/panel.mjs';
import { stations } from './faces/stations.mjs';

/** Each with what must run beside the server, if anything. */
const SECTIONS = {
  door: [door], office: [office], court: [court], evidence: [evidence], panel: [panel, faceService],
  mediation: [mediation], stations: [stations], lecture: [lecture],
};
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SECTIONS);
let failed = 0;

for (const name of wanted) {
  const [section, beside] = SECTIONS[name];
  const service = await beside?.();
  const house = await House.open({ settings: service?.settings });
  const album = new Album(name);
  try {
    await section(house, await house.chromium({ devices: SLOW_DEVICES }), album);
  } catch (fault) {
    failed += 1;
    console.error(`${name}: ${fault.stack}`);
  } finally {
    await house.close();
    service?.end();
    console.log(`${name}: ${album.number} pictures in tests/output/screenshots`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
