// What the pages of a sitting show and what they receive, in the words of a script's questions.
// What is not here: who does what (`player.mjs`).

import { readFileSync } from 'node:fs';
import { until } from './house.mjs';

/** Sound packets are counted for so long; 50 come a second from whoever sends. */
const COUNT_MS = 700;
/** So many in that time are somebody who is heard; one or two may have been under way. */
const HEARD = 10;
/** Roles of the house. */
export const COURT = [
  'presiding_judge', 'judge', 'assessor', 'chair_mediator', 'mediator', 'lecturer', 'judge_assistant', 'clerk',
  'recording_officer', 'bailiff', 'adviser',
];

/**
 * Looks at the people of a sitting: `cast` has their pages by name, `gone` those whose page is gone,
 * `people` the seats in order, `items` evidence by its number in the script.
 */
export class Watcher {
  async view(name) { return this.cast.get(name).page.evaluate(() => window.__told.view); }

  async dom(name, testid, field, more = '') {
    return this.cast.get(name).page.evaluate((selector, key) => document.querySelector(selector)?.dataset[key], `[data-testid="${testid}"]${more}`, field);
  }

  name(seat) { return seat === null || seat === undefined ? 'nobody' : this.people.find((each) => each.seat === seat)?.name ?? 'a stranger'; }

  present() { return [...this.cast.keys()].filter((name) => !this.gone.has(name)); }

  /** The answer to a question from what pages show; `wanted` says what cannot be shown here. */
  async answer(words, wanted) {
    const [what, who] = words;
    const list = (names) => (names.length === 0 ? 'nobody' : names.join(', '));
    switch (what) {
      case 'stage': return this.everybody(async (name) => {
        if (await this.dom(name, 'face', 'face') === 'closed') return 'closed';
        const stage = await this.dom(name, 'stage', 'stage');
        return stage === 'recess' ? `recess ${(await this.view(name)).stage.ground}` : stage;
      });
      case 'phase': return this.everybody(async (name) => (await this.view(name)).procedure.phase, (name) => COURT.includes(this.role(this.cast.get(name).participant)));
      case 'record': {
        const [shown, ground, { record }] = [await this.dom(who, 'record', 'record'), await this.dom(who, 'record', 'ground'), await this.view(who)];
        // A page whose sitting is over, or that records nothing, has no mark; the server's word stands.
        // Sealing comes by itself once the sitting is over.
        if (wanted === 'off' && record.name === 'sealed') return 'off';
        return shown === undefined ? record.name : shown === 'paused' ? `paused ${ground}` : shown;
      }
      case 'view': {
        const view = await this.view(who);
        return `${view.me.place}; sees ${list(view.people.map((person) => this.name(person.id)))}`;
      }
      case 'next': return (await this.dom(who, 'next-step', 'next')) || 'nothing';
      case 'obstacles': {
        const found = await this.cast.get(who).page.$$eval('[data-testid="obstacle"]', (all) => all.map((each) => [each.dataset.why, each.dataset.participant]));
        if (this.kind === 'mediation') return (await this.view(who)).procedure.obstacles.map((each) => each.why).join(', ') || 'nothing';
        return found.map(([why, whom]) => (whom === '' ? why : `${why} ${this.name(Number(whom))}`)).join(', ') || 'nothing';
      }
      case 'course': {
        const phases = await this.cast.get(who).page.$$eval('[data-testid="phase"]', (all) => all.map((each) => ({ ...each.dataset })));
        return phases.map((each) => `${each.phase}${each.mandatory === 'true' ? '' : '?'}${each.done === 'true' ? ' done' : ''}`).join(', ');
      }
      case 'floor': {
        const { floor } = (await this.view(this.present()[0])).procedure;
        const left = /, \d+ s left/.exec(wanted)?.[0] ?? '';
        return `${this.name(floor.holder)}${floor.until === null ? '' : left}${floor.strict ? ', strict' : ''}`;
      }
      case 'evidence': {
        const { evidence } = await this.view(who);
        const known = (id) => [...this.items].find(([, item]) => item === id)?.[0];
        const items = evidence.items.map((item) => known(item.id)).join(', ') || 'nothing';
        if (evidence.shown === null) return items;
        const page = await this.dom(who, 'evidence-stage', 'page');
        return `${items}; ${known(evidence.shown.item.id)} is shown by ${this.name(evidence.shown.by)}, page ${page}${evidence.shown.may_turn && wanted.includes('may turn') ? ', may turn' : ''}`;
      }
      case 'chambers': {
        const rooms = (await this.view(who)).chambers.map((room) => {
          const name = room.chamber.name === 'caucus' ? `caucus ${room.chamber.side}` : room.chamber.name;
          const people = room.people.map((each) => `${this.name(each.who)} ${each.answer}`).join(', ');
          return `${name}${room.mine ? ' (inside)' : ''}${room.locked ? ' (locked)' : ''}${people && `: ${people}`}`;
        });
        return rooms.join('; ') || 'nothing';
      }
      case 'notes': {
        const notes = await this.cast.get(who).page.evaluate(() => window.__told.notes);
        return notes.map((note) => `${this.name(note.from)} "${note.text}"`).join(', ') || 'nothing';
      }
      case 'mediation': return this.mediation((await this.view(who)).mediation);
      case 'sees': return this.part(await this.view(who), words[2]);
      default: throw new Error(`nobody knows how to look for ${what}`);
    }
  }

  /** What all pages agree on, or the list of what they show. */
  async everybody(look, which = () => true) {
    const found = await Promise.all(this.present().filter(which).map(async (name) => [name, await look(name)]));
    const all = new Set(found.filter(([, each]) => each !== undefined).map(([, each]) => each));
    return all.size === 1 ? [...all][0] : found.map(([name, each]) => `${name} ${each}`).join(', ');
  }

  mediation(view) {
    if (!view) return 'nothing';
    const names = (people) => people.map((who) => this.name(who)).join(', ');
    const told = [view.done.length === 0 ? 'nothing done' : `done ${view.done.join(', ')}`, view.record_mode];
    if (view.waits) told.push('waits');
    for (const sheet of view.sheets) {
      const signed = sheet.signed.length === 0 ? '' : `, signed by ${names(sheet.signed.map((each) => each.who))}`;
      const refused = sheet.refused.length === 0 ? '' : `, refused by ${names(sheet.refused)}`;
      told.push(`${sheet.sheet} ${sheet.version}${sheet.read ? ' read' : ''}, for ${names(sheet.signers)}${signed}${refused}`);
    }
    if (view.effective_at !== null) told.push('in force');
    if (view.failed) told.push(`failed ${view.failed}`);
    return told.join('; ');
  }

  part(view, path) {
    const value = path.split('.').reduce((part, name) => part?.[name], view);
    if (value === null || value === undefined) return 'nothing';
    if (typeof value !== 'object') return String(value);
    const words = [];
    for (const [name, each] of Object.entries(value)) {
      if (['by', 'whom', 'who'].includes(name)) words.push(this.name(each));
      else if (name === 'reason' && each !== '') words.push(`"${each}"`);
    }
    return words.join(' ');
  }

  /** Who receives whose sound, counted at the pages; what is on the record, in the ledger. */
  async media(group) {
    let found;
    const wanted = group.map((line) => line.answer);
    const asked = group.map((line) => line.words[1]);
    await until(group.map((line) => line.text).join('; '), async () => {
      for (const line of group) if (!line.answer.startsWith('reaches nobody')) await this.switchOn(line.words[1]);
      const before = await this.counts();
      const taped = this.taped();
      await new Promise((go) => setTimeout(go, COUNT_MS));
      const after = await this.counts();
      const rolls = await this.rolls(taped, asked);
      found = asked.map((source) => {
        const reached = this.present().filter((name) => (after.get(name)?.get(source) ?? 0) - (before.get(name)?.get(source) ?? 0) >= HEARD);
        const some = this.present().filter((name) => (after.get(name)?.get(source) ?? 0) > (before.get(name)?.get(source) ?? 0));
        const stranger = this.present().filter((name) => (after.get(name)?.get('nobody') ?? 0) > (before.get(name)?.get('nobody') ?? 0));
        if (some.length !== reached.length || stranger.length > 0) return `unsteady: ${some.join(' ')}; from nobody known at ${stranger.join(' ')}`;
        const order = this.people.map((each) => each.name).filter((name) => reached.includes(name));
        return `reaches ${order.length === 0 ? 'nobody' : order.join(', ')}; ${rolls.get(source) ? 'on' : 'off'} the record`;
      });
      return found.every((each, at) => each === this.without(wanted[at]));
    }).catch((fault) => { throw new Error(`${fault.message}\nfound: ${found.join('\n       ')}`); });
  }

  /** Somebody switches their microphone on, if their page switched it off. */
  async switchOn(name) {
    if (this.gone.has(name)) return;
    await this.cast.get(name).page.evaluate(() => {
      const off = [...document.querySelectorAll('[data-testid="toggle-microphone"][data-on="false"]')].find((each) => !each.disabled);
      off?.click();
    });
  }

  /** What a script says somebody reaches, without those whose page is gone. */
  without(answer) {
    const [reach, record] = answer.split('; ');
    const names = reach.replace('reaches ', '').split(', ').filter((name) => !this.gone.has(name));
    return `reaches ${names.length === 0 ? 'nobody' : names.join(', ')}; ${record}`;
  }

  /** Sound packets that each page has received, by who sent them. */
  async counts() {
    const all = await Promise.all(this.present().map(async (name) => {
      const { page } = this.cast.get(name);
      const found = await page.evaluate(async () => {
        const packets = [];
        for (const connection of window.__connections) {
          if (connection.connectionState !== 'connected') continue;
          for (const entry of (await connection.getStats()).values()) {
            if (entry.type === 'inbound-rtp' && entry.kind === 'audio') packets.push([entry.mid, entry.packetsReceived]);
          }
        }
        return { packets, lines: window.__told.lines, slots: window.__told.slots };
      });
      const sources = new Map();
      for (const [mid, packets] of found.packets) {
        const purpose = found.lines.find((line) => line.mid === mid)?.purpose;
        const slot = found.slots.find((each) => purpose && each.purpose.for === 'seat' && each.purpose.slot === purpose.slot && each.purpose.medium === purpose.medium);
        const source = slot ? this.name(slot.track.participant) : 'nobody';
        sources.set(source, (sources.get(source) ?? 0) + packets);
      }
      return [name, sources];
    }));
    return new Map(all);
  }

  /** Bytes of each person's sound that the ledger attests. */
  taped() {
    const bytes = new Map();
    const tracks = new Map();
    for (const line of readFileSync(this.ledger, 'utf8').split('\n').slice(0, -1)) {
      const { entry } = JSON.parse(line);
      if (entry.kind === 'segment') tracks.set(entry.segment, entry.track);
      if (entry.kind !== 'commit') continue;
      for (const piece of entry.pieces) {
        const track = tracks.get(piece.segment);
        if (track?.kind !== 'microphone') continue;
        const name = this.name(track.participant);
        bytes.set(name, (bytes.get(name) ?? 0) + piece.length);
      }
    }
    return bytes;
  }

  /** Whether the ledger came to attest more of each of these people; commits come twice a second. */
  async rolls(before, names) {
    const end = Date.now() + 1_500;
    for (;;) {
      const now = this.taped();
      const rolls = new Map(names.map((name) => [name, (now.get(name) ?? 0) > (before.get(name) ?? 0)]));
      if (Date.now() > end || [...rolls.values()].every((each) => each)) return rolls;
      await new Promise((go) => setTimeout(go, 200));
    }
  }
}
