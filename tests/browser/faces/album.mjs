// Where the pictures of the faces go, and what can be told of a face without looking: controls
// without a name, words that do not fit, a page wider than its window. What is not here: faces.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'output', 'screenshots');

/** Runs in the page: what is wrong with what is seen. */
function look() {
  const found = [];
  const seen = (each) => each.getClientRects().length > 0 && getComputedStyle(each).visibility !== 'hidden';
  const called = (each) => `${each.tagName.toLowerCase()}${each.dataset.testid ? `[${each.dataset.testid}]` : ''}`;
  const name = (each) =>
    each.getAttribute('aria-label') || each.getAttribute('aria-labelledby') || each.getAttribute('title') || each.innerText?.trim() ||
    [...(each.labels ?? [])].map((label) => label.innerText.trim()).join('') || each.getAttribute('alt') || '';
  if (document.documentElement.scrollWidth > window.innerWidth) found.push(`wider than the window by ${document.documentElement.scrollWidth - window.innerWidth}`);
  for (const each of document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, video[controls], audio[controls], [tabindex="0"]')) {
    if (!seen(each)) continue;
    if (name(each) === '') found.push(`no name: ${called(each)}`);
    if (each.tagName === 'BUTTON' && each.scrollWidth > each.clientWidth + 1) found.push(`words do not fit: ${called(each)} “${each.innerText.slice(0, 20)}”`);
  }
  return [...new Set(found)];
}

/** The pictures of one run of a section. */
export class Album {
  constructor(section) {
    this.section = section;
    this.number = 0;
    mkdirSync(FOLDER, { recursive: true });
  }

  /** Takes a picture of what somebody sees; `whole` with what lies below the window. */
  async picture(person, name, { whole = false } = {}) {
    await person.page.bringToFront();
    this.number += 1;
    const file = `${this.section}-${String(this.number).padStart(2, '0')}-${name}`;
    await person.page.screenshot({ path: join(FOLDER, `${file}.png`), fullPage: whole });
    for (const fault of await person.page.evaluate(look)) console.log(`${file}: ${fault}`);
  }
}
