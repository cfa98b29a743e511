// Plays a script of `tests/scripts` with real people in front of real pages, and holds what follows
// against what the script says: the ledger's minutes, what every page shows, who receives whose
// packets. What is not here: which buttons a request is (`acts.mjs`) and which scripts are played.
//
// What differs between the false world of a script and this one, and how:
// - Minutes that several people bring about at once (arrivals, lines that come back, everybody let
//   in after a countdown) may stand in another order among themselves.
// - Of an arrival the device test is left out (a false machine has no loudspeaker) and which version
//   of the discipline was read, of a signature by hand the drawing, of a piece of evidence everything
//   but which one it is, and how long each side has spoken.
// - A witness always sits beside somebody: all pages come from one machine.
// - Of a lost line the cause is left out: the browser takes leave for a page that crashed.
// - Consent is told on the page of the check-in where the script tells both one after the other.
// - A wait of which something follows is really waited and must last as long as the script says; a
//   wait of which nothing follows is left out, and with it the seconds that are left of a turn.
// - After the server died every page comes back by itself, also those of which the script does not
//   speak.
// - Who is to be heard switches their microphone on where the page switched it off: that is always
//   the person's own act.
// - Tracks, first frames and the sealing of the record come by themselves.
// - Somebody whose page is gone receives nothing that could be counted.
// - What the page does not offer goes over the page's own connection, as an altered page would send
//   it; the answer must be the script's refusal.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTS, click, handIn } from './acts.mjs';
import { BINARY, DEADLINE_MS, ROOT, until } from './house.mjs';
import { readScript, refusalOf } from './script.mjs';
import { COURT, Watcher } from './watcher.mjs';

const PICTURES = join(ROOT, 'tests', 'output', 'procedures');
/** Nobody sits in two places at one time, so each sitting has a day of its own. */
const DAY_MS = 86_400_000;
/** How much longer than in the script a wait may take. */
const LATE_MS = 5_000;
const WATCH = ['gallery', 'media', 'learner'];
/** So many people draw all the others. */
const SEEN_BY_ALL = 5;
const CALLED = ['witness', 'appraiser', 'inspector', 'expert'];
/** Fields that hold people. */
const PEOPLE = ['who', 'whom', 'from', 'to', 'with', 'by', 'asked', 'acts_for'];
const ACCOUNTS = { presiding_judge: 'judge', clerk: 'clerk', chair_mediator: 'mediator' };
const CHECKS = ['identity', 'sham_warning', 'rights', 'disclosure', 'service_address'];

/** In every page: keeps what the server told. */
function overhear() {
  const Original = window.WebSocket;
  const told = { view: null, slots: [], lines: [], notes: [], socket: null };
  window.__told = told;
  window.WebSocket = class extends Original {
    constructor(...given) {
      super(...given);
      told.socket = this;
      this.addEventListener('message', (event) => {
        const message = JSON.parse(event.data);
        if (message.type === 'welcome') Object.assign(told, { view: message.view, notes: [] });
        else if (message.type === 'view' && message.view.version > (told.view?.version ?? -1)) told.view = message.view;
        else if (message.type === 'slots') told.slots = message.slots;
        else if (message.type === 'notes') told.notes.push(...message.notes);
      });
    }

    send(text) {
      const message = JSON.parse(text);
      if (message.type === 'offer') told.lines = message.lines;
      super.send(text);
    }
  };
}

/** In a page: asks over its own connection what none of its buttons offers. */
function pastTheButtons(ask) {
  const seek = (node) => {
    if (!node) return undefined;
    if (node.component?.props.visit) return node.component.props.visit;
    const inner = Array.isArray(node.children) ? node.children : [];
    return [node.component?.subTree, ...inner].reduce((found, each) => found ?? (typeof each === 'object' ? seek(each) : undefined), undefined);
  };
  // Once the sitting is over the page has no face of it left.
  window.__visit ??= seek(document.querySelector('#app')._vnode);
  return window.__visit.ask(ask);
}

/** One script with its people in front of pages. */
export class Procedure extends Watcher {
  constructor(house, browsers, name, { writer, issuer, pictures = [] }) {
    super();
    Object.assign(this, readScript(BINARY, join(ROOT, 'tests', 'scripts', `${name}.hearing`)));
    Object.assign(this, { house, browsers, title: name, writer, issuer, pictures });
    this.kind = this.brief.kind;
    this.cast = new Map();
    this.gone = new Set();
    this.spared = new Set();
    this.items = new Map();
    this.expected = [];
    this.besides = [];
    this.place = 0;
    this.shots = 0;
  }

  // What the acts want to know.
  role(who) { return this.people.find((each) => each.seat === who).role; }
  watches(person) { return WATCH.includes(this.role(person.participant)); }

  /** Whether somebody says in the next line that they agree to this step. */
  consentSoon(name) {
    const own = this.kind === 'mediation' ? 'mediation' : 'hearing';
    if (this.lines[this.place]?.words[0] === 'given') return true;
    const next = this.lines[this.place + 1]?.step;
    return next?.who === name && next.ask.do === 'consent' && next.ask.step === own ? next.ask.given : undefined;
  }

  /** Puts the sitting on the docket and gives everybody their code. */
  async prepare() {
    const { house, writer, brief } = this;
    house.sittings = (house.sittings ?? 0) + 1;
    const accounts = (await this.call(writer, 'GET', '/api/sites')).accounts;
    const account = (role) => accounts.find((each) => each.kind === ACCOUNTS[role])?.id ?? null;
    const publicity = this.kind === 'mediation' ? 'closed_by_law' : brief.publicity;
    const form = {
      heading: { court: '咸宁市咸安区人民法院贺胜人民法庭', case_number: `（2026）鄂1202民初${house.sittings}号`, cause: '相邻关系纠纷', scheduled_at: Date.now() + house.sittings * DAY_MS },
      brief: { ...brief, publicity, gallery_seats: this.kind === 'mediation' ? 0 : brief.gallery_seats, notice_unconfirmed: [] },
      minutes: 60, mode: 'online', tribunal: null, site: null, external_id: null, reason: '',
      people: this.people.map((person) => ({
        id: null, role: person.role, name: shownName(person.name), account: account(person.role), side: person.side ?? null,
        acts_for: person.acts_for === null || person.acts_for === undefined ? null : person.acts_for - 1,
        power: person.power ?? null, attendance: person.attendance ?? 'online', site: null, phone: '', email: '', consents: person.consents ?? [],
      })),
    };
    const session = await this.call(writer, 'POST', '/api/hearings', form);
    this.hearing = session.hearing;
    this.ledger = join(house.folder, 'archive', `h${this.hearing}`, 'ledger.jsonl');
    for (const [at, person] of this.people.entries()) {
      person.seat = session.form.people[at].id;
      if (account(person.role) === null) {
        person.code = (await this.call(this.people.some((each) => each.role === 'clerk') ? writer : this.issuer, 'POST', `/api/hearings/${this.hearing}/participants/${person.seat}/code`, {})).code;
      }
    }
  }

  async call(person, method, path, body) {
    const answer = await person.page.evaluate(async (how, where, what) => {
      const got = await fetch(where, { method: how, headers: { 'Content-Type': 'application/json' }, ...(what ? { body: what } : {}) });
      return { ok: got.ok, status: got.status, text: await got.text() };
    }, method, path, body && JSON.stringify(body));
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  async play() {
    while (this.place < this.lines.length) {
      const group = this.group();
      const begun = Date.now();
      try {
        await this.spare();
        if (group[0].step) await this.act(group);
        else await this.question(group);
      } catch (fault) {
        for (const name of this.present()) await this.shoot(name, 'failed').catch(() => {});
        throw new Error(`${this.title}.hearing:${group[0].number}: ${group.map((line) => line.text).join(' / ')}\n${fault.message}`);
      }
      if (process.env.ASSIZE_TRACE) console.log(`${this.title}:${group[0].number} ${Date.now() - begun} ms  ${group[0].text}`);
      for (const line of group) await this.picture(line);
      this.place += group.length;
    }
  }

  /** In a large sitting all but the first two do without pictures, as on a slow network: the machine
   * draws everything by itself. */
  async spare() {
    if (this.people.length <= SEEN_BY_ALL) return;
    for (const { name } of this.people.slice(2)) {
      const person = this.cast.get(name);
      if (!person || this.gone.has(name) || this.spared.has(name)) continue;
      if (await person.page.$('[data-face="room"] [data-testid="help"]') === null) continue;
      await click(person, '[data-testid="help"]');
      await click(person, '[data-testid="sound-only"][aria-pressed="false"]');
      await person.page.keyboard.press('Escape');
      await person.page.waitForSelector('[data-testid="sound-only"]', { hidden: true, polling: 50 });
      this.spared.add(name);
    }
  }

  /** Lines that belong together: everybody who comes at once, and packets counted at once. */
  group() {
    const kind = (line) => (line.step && ['arrives', 'joins'].includes(line.words[1]) ? 'comes' : line.answer && line.words[0] === 'media' ? 'media' : '');
    const [first, ...rest] = this.lines.slice(this.place);
    const group = [first];
    for (const line of rest) {
      if (kind(first) === '' || kind(line) !== kind(first)) break;
      group.push(line);
    }
    return group;
  }

  async act(group) {
    const [{ step, words }] = group;
    if (words[0] === 'given') await this.given(words.slice(1));
    else if (words[0] === 'node') await this.crash();
    else if (words[0] === 'evidence') await this.bring(step, words);
    else if (['arrives', 'joins'].includes(words[1])) await Promise.all(group.map((line) => this.come(line.words[0])));
    else if (words[1] === 'parts') await this.vanish(words[0]);
    else if (step.ask) await this.request(step);
    await this.follow(group.flatMap((line) => line.step.minutes), words[0] === 'wait');
  }

  /** Somebody asks: by the buttons of their page, or, where that would be refused, past them. */
  async request(step) {
    const person = this.cast.get(step.who);
    const why = refusalOf(step);
    const ask = this.seated(step.ask);
    if (why === undefined) {
      const act = ACTS[ask.do];
      if (!act) throw new Error(`nobody knows how ${ask.do} is done on the page`);
      return act(person, ask, this);
    }
    const outcome = await person.page.evaluate(pastTheButtons, ask);
    if (outcome.why !== why) throw new Error(`refused by the script: ${why}; answered: ${JSON.stringify(outcome)}`);
    return undefined;
  }

  /** An ask of the script with the seats and the evidence of this sitting. */
  seated(ask) {
    const seat = (id) => this.people[id - 1].seat;
    const told = Object.entries(ask).map(([field, value]) => [field, PEOPLE.includes(field) ? each(value, seat) : value]);
    return { ...Object.fromEntries(told), ...('item' in ask ? { item: this.items.get(ask.item) } : {}) };
  }

  /** Who has this number, there or here. */
  who(id, real) { return real ? this.name(id) : this.people[id - 1].name; }

  /** A fact with names instead of numbers of people. */
  named(fact, real) {
    const inner = (value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? this.named(value, real) : value);
    return Object.fromEntries(Object.entries(fact).map(([field, value]) => [field, PEOPLE.includes(field) ? each(value, (id) => this.who(id, real)) : inner(value)]));
  }

  /** Somebody opens their page for the first time, comes back, or is waited for. */
  async come(name) {
    const known = this.cast.get(name);
    if (known && !this.gone.has(name)) return;
    if (known) {
      this.gone.delete(name);
      this.spared.delete(name);
      const page = await known.context.newPage();
      await known.page.close().catch(() => {});
      known.page = page;
      await this.furnish(known);
      await page.goto(`${this.house.url}/hearing/${this.hearing}`);
    } else {
      const seat = this.people.find((each) => each.name === name);
      const person = await this.house.person(this.browsers[seat.id % this.browsers.length]);
      Object.assign(person, { name, script: name, participant: seat.seat, context: person.page.browserContext() });
      this.cast.set(name, person);
      await this.furnish(person);
      if (seat.code) {
        await person.page.goto(`${this.house.url}/join`);
        await person.type('code', seat.code);
        await person.press('join');
      } else {
        const account = this.house.account(ACCOUNTS[seat.role]);
        await person.page.goto(`${this.house.url}/sign-in`);
        await person.type('name', account.name);
        await person.type('password', account.password);
        await person.press('sign-in');
        await person.see('sign-out');
        await person.page.goto(`${this.house.url}/hearing/${this.hearing}`);
      }
    }
    await until(`${name} is in`, () => this.cast.get(name).page.evaluate(() => window.__told?.view !== null));
  }

  async furnish(person) {
    const { page } = person;
    await page.setViewport({ width: 1366, height: 768 });
    page.setDefaultTimeout(DEADLINE_MS);
    if (page !== person.first && person.first) {
      page.on('console', (message) => person.console.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (fault) => person.console.push(`pageerror: ${fault.message}`));
      await page.evaluateOnNewDocument(this.house.keep);
    }
    person.first ??= page;
    await page.evaluateOnNewDocument(overhear);
  }

  /** The page of somebody is gone without a word. */
  async vanish(name) {
    const { page } = this.cast.get(name);
    this.gone.add(name);
    const session = await page.createCDPSession();
    await Promise.race([session.send('Page.crash').catch(() => {}), new Promise((go) => page.once('error', go))]);
  }

  async crash() {
    // Also those come back of whom the script does not speak.
    const spoken = this.lines.slice(this.place).filter((line) => ['arrives', 'joins'].includes(line.words[1])).map((line) => line.words[0]);
    this.besides = [...this.cast.keys()].filter((name) => !spoken.includes(name));
    await this.house.kill();
    // Every page comes back by itself; nobody does anything.
    await Promise.all([...this.cast.values()].map((person) => until(`${person.name} is back`, () => person.page.evaluate(() => window.__told.socket?.readyState === 1))));
  }

  async bring(step, words) {
    const [, id, ...rest] = words;
    const told = Object.fromEntries(rest.map((word) => word.split('=')));
    const pages = Number(told.pages ?? 1);
    const file = join(this.house.folder, `evidence-${id}.pdf`);
    writeFileSync(file, pdf(Array.from({ length: pages }, (_, page) => `Exhibit ${id}, page ${page + 1}`)));
    this.items.set(Number(id), await handIn(this.cast.get(told.by), file, `书证${id}`, 'exchanged' in told));
  }

  /** The usual beginning, step by step as `crates/sim/src/script/given.rs` has it. */
  async given(words) {
    const lead = this.people.find((each) => ['presiding_judge', 'chair_mediator'].includes(each.role)).name;
    const leader = () => this.cast.get(lead);
    const others = this.people.filter((each) => !COURT.includes(each.role));
    const ask = (name, what) => ACTS[what.do](this.cast.get(name), what, this);
    await this.come(lead);
    await ask(lead, { do: 'open_check_in' });
    await Promise.all(this.people.map((each) => this.come(each.name)));
    await Promise.all(others.map((each) => ask(each.name, { do: 'check_in', others_present: '' })));
    await until('everybody waits', () => leader().page.evaluate((ids) => ids.every((id) => window.__told.view.people.find((each) => each.id === id).place === 'waiting'), others.map((each) => each.seat)));
    if (words[0] === 'waiting') return;
    if (this.kind === 'hearing') await ask(lead, { do: 'answer_barred' });
    const inside = others.filter((each) => !CALLED.includes(each.role));
    for (const each of inside) await ask(lead, { do: 'admit', who: each.seat });
    for (const each of others.filter((one) => !WATCH.includes(one.role))) {
      await ask(lead, { do: 'check_identity', who: each.seat, method: 'id_card', note: '' });
    }
    for (const each of others.filter((one) => one.power)) await ask(lead, { do: 'check_power', who: each.seat, power: each.power });
    if (words[0] === 'admitted') return;
    const clerk = this.people.some((each) => each.role === 'clerk');
    if (this.kind === 'hearing' && clerk && !this.brief.course.told_before) await ask(lead, { do: 'read_discipline' });
    if (this.kind === 'mediation') for (const check of CHECKS) await ask(lead, { do: 'tick', check, note: '' });
    await ask(lead, { do: 'open' });
    await leader().page.waitForFunction(() => window.__told.view.stage.name === 'in_session', { polling: 100 });
    if (words[0] !== 'at') return;
    for (;;) {
      const { phase, phases } = await leader().page.evaluate(() => window.__told.view.procedure);
      if (phase === words[1]) return;
      const next = phases[phases.findIndex((each) => each.phase === phase) + 1].phase;
      await ask(lead, { do: 'enter_phase', phase: next, reason: '' });
      await leader().page.waitForFunction((now) => window.__told.view.procedure.phase === now, { polling: 50 }, next);
    }
  }

  /** Waits until the ledger has these minutes and holds them against it. */
  async follow(minutes, waits) {
    if (minutes.length === 0) return;
    const from = this.expected.length;
    const before = this.expected.at(-1);
    for (const minute of minutes) {
      const words = this.minute(minute, false);
      if (words !== undefined) this.expected.push({ words, at: minute.at });
    }
    const wanted = this.expected.slice(from).map((each) => each.words);
    if (wanted.length === 0) return;
    let written = [];
    await until(`the minutes ${wanted.join('; ')}`, () => {
      written = this.minutes();
      return written.length >= this.expected.length;
    }).catch((fault) => { throw new Error(`${fault.message}\nwritten: ${written.slice(from).map((each) => each.words).join('; ')}`); });
    const found = written.slice(from, this.expected.length);
    const same = (list) => [...list].sort().join('\n');
    if (same(found.map((each) => each.words)) !== same(wanted)) {
      throw new Error(`minutes of the script:\n  ${wanted.join('\n  ')}\nminutes of the ledger:\n  ${found.map((each) => each.words).join('\n  ')}`);
    }
    if (waits && before && from > 0) {
      const should = this.expected[from].at - before.at;
      const did = found[0].at - written[from - 1].at;
      if (did < should - 500 || did > should + LATE_MS) throw new Error(`${wanted[0]} came after ${did} ms instead of ${should}`);
    }
  }

  /** The minutes in the ledger as it stands on disk. */
  minutes() {
    let text = '';
    try {
      text = readFileSync(this.ledger, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').slice(0, -1).map((line) => JSON.parse(line).entry).filter((entry) => entry.kind === 'minute')
      .map(({ minute }) => ({ words: this.minute(minute, true), at: minute.at })).filter((each) => each.words !== undefined);
  }

  /** One minute as far as it is the same in both worlds; none where it is of one world alone. */
  minute({ by, fact }, real) {
    const told = this.named(fact, real);
    if (['spoken', 'discipline_set', 'clock_read'].includes(fact.fact)) return undefined;
    if (real && fact.fact === 'link_back' && this.besides.includes(this.name(fact.who))) return undefined;
    if (fact.fact === 'arrived') for (const field of ['camera', 'microphone', 'faults', 'version']) delete told[field];
    if (fact.fact === 'link_lost') delete told.cause;
    if (fact.fact === 'isolation') told.beside = !real || fact.beside.length > 0;
    if (fact.fact === 'signed' && fact.method === 'handwritten') delete told.mark;
    if (told.item) {
      const known = [...this.items].find(([, item]) => item === told.item.id);
      told.item = real ? known?.[0] ?? `real ${told.item.id}` : told.item.id;
    }
    return `${by.who === 'server' ? 'server' : this.who(by.id, real)}: ${JSON.stringify(told)}`;
  }

  async question(group) {
    const [{ words, answer }] = group;
    if (words[0] === 'media') return this.media(group);
    let found;
    await until(`${words.join(' ')} = ${answer}`, async () => {
      found = await this.answer(words, answer);
      return found === answer;
    }).catch((fault) => { throw new Error(`${fault.message}; found: ${found}`); });
    return undefined;
  }

  async picture(line) {
    for (const [text, ...names] of this.pictures.filter(([wanted]) => wanted === line.text)) {
      for (const name of names) await this.shoot(name, text.replace(/[^a-z0-9]+/gi, '_').slice(0, 40));
    }
  }

  /** Keeps a picture of somebody's page, if pictures are wanted. */
  async shoot(name, what) {
    if (!process.env.ASSIZE_PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    const { page } = this.cast.get(name);
    await page.bringToFront();
    const number = String(this.shots += 1).padStart(2, '0');
    await page.screenshot({ path: join(PICTURES, `${this.title.replace('whole_', '')}-${number}-${what}-${name}.png`) });
  }

  /** Lines of the consoles that are a fault of the page. */
  complaints() {
    return [...this.cast.values()].flatMap((person) => person.console
      .filter((line) => line.startsWith('pageerror') || (line.startsWith('error') && !/WebSocket|ERR_CONNECTION|Failed to load/.test(line)))
      .map((line) => `${person.name}: ${line}`));
  }

  async end() {
    await Promise.all([...this.cast.values()].map((person) => person.context.close().catch(() => {})));
  }
}

/** A number, or each number of a list, as `turn` has it; everything else as it is. */
function each(value, turn) {
  return Array.isArray(value) ? value.map((one) => each(one, turn)) : typeof value === 'number' ? turn(value) : value;
}

/** The name on the docket: `anna` sits as Anna. */
function shownName(name) { return name[0].toUpperCase() + name.slice(1); }

/** A PDF with a line of text on each page. */
function pdf(pages) {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [at, words] of pages.entries()) {
    const stream = `BT /F1 36 Tf 72 720 Td (${words}) Tj ET`;
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + at * 2} 0 R >>`);
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let text = '%PDF-1.4\n';
  const places = objects.map((body, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return place;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`;
  return `${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
}
