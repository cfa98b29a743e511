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
import { stations } from './faces/stations.mjs';

const SECTIONS = { door, office, court, evidence, mediation, stations, lecture };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SECTIONS);

for (const name of wanted) {
  const house = await House.open();
  const album = new Album(name);
  try {
    await SECTIONS[name](house, await house.chromium({ devices: SLOW_DEVICES }), album);
  } finally {
    await house.close();
    console.log(`${name}: ${album.number} pictures in tests/output/screenshots`);
  }
}
