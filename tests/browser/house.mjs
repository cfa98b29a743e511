// The harness of the browser tests: one server in a folder of its own, real browsers with false
// cameras, and people who do what people do on the page. What is not here: tests. Nothing sleeps;
// everything waits for something to be seen, with a deadline.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, writeFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** The server's program: the one that the Rust tests run, or a named one. */
export const BINARY = resolve(ROOT, process.env.ASSIZE_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? 'target', 'debug', 'assize'));
export const ADDRESS = process.env.ASSIZE_TEST_ADDRESS ?? '198.51.100.1';
/** More on a machine that does other things besides. */
export const DEADLINE_MS = Number(process.env.ASSIZE_TEST_DEADLINE_MS ?? 60_000);

/** A camera with a moving picture and a microphone that beeps, both given without asking. */
const FALSE_DEVICES = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=15'];
/** The same with a picture now and then, for tests that are about something else. */
export const SLOW_DEVICES = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=3'];

/** Waits until `ask` answers something true; fails with `what` after the deadline. */
export async function until(what, ask, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  let last;
  for (;;) {
    last = await ask();
    if (last) return last;
    if (Date.now() > end) throw new Error(`not seen in ${deadlineMs} ms: ${what}`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

/** In every page: keeps what a test wants to read. */
function keep() {
  // Keeps each peer connection where a test can read its statistics.
  const Original = window.RTCPeerConnection;
  window.__connections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...given) { super(...given); window.__connections.push(this); }
  };
  // Keeps each socket, how often a page was greeted, and what it was last told.
  const Wire = window.WebSocket;
  window.__sockets = [];
  window.__greeted = 0;
  window.__outcomes = {};
  window.WebSocket = class extends Wire {
    constructor(...given) {
      super(...given);
      window.__sockets.push(this);
      this.addEventListener('message', ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'welcome') window.__greeted += 1;
        if (message.view) window.__view = message.view;
        if (message.type === 'slots') window.__slots = message.slots;
        if (message.type === 'outcome') window.__outcomes[message.request] = message.outcome;
      });
    }

    send(text) {
      super.send(text);
      const message = typeof text === 'string' && text.startsWith('{') ? JSON.parse(text) : {};
      if (message.type === 'offer') window.__lines = message.lines;
    }
  };
}

/** A server with the demonstration case. */
export class House {
  static async open({ settings = '', environment = {} } = {}) {
    const house = new House();
    house.folder = mkdtempSync(join(tmpdir(), 'assize-browser-'));
    Object.assign(house, { settings, environment, log: '', browsers: [] });
    await house.start(0, 0);
    return house;
  }

  /** Starts the server on these ports; 0 is any. */
  async start(https, media) {
    const config = join(this.folder, 'assize.toml');
    writeFileSync(
      config,
      `https = ["${ADDRESS}:${https}"]\nmedia = ["${ADDRESS}:${media}"]\ndata = "${this.folder}/data"\n` +
        `archive = "${this.folder}/archive"\narchive_free_min = 1000000\n${this.settings}`,
    );
    const readyFile = join(this.folder, 'ready.json');
    rmSync(readyFile, { force: true });
    const server = spawn(
      BINARY,
      ['serve', '--demo', '--config', config, '--ready-file', readyFile],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.environment } },
    );
    this.process = server;
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => { this.log += text; });
    this.ended = new Promise((done) => server.on('exit', done));
    await new Promise((done, fail) => {
      const seen = () => existsSync(readyFile) && done();
      const watcher = watch(this.folder, seen);
      server.on('error', fail);
      server.on('exit', (code) => fail(new Error(`the server ended (${code}):\n${this.log}`)));
      this.ended.then(() => watcher.close());
      setTimeout(() => fail(new Error(`the server is not ready:\n${this.log}`)), DEADLINE_MS).unref();
      seen();
    });
    this.ready = JSON.parse(readFileSync(readyFile, 'utf8'));
    this.url = `https://${ADDRESS}:${this.ready.https_port}`;
  }

  /** Waits until a hearing's record is sealed; gives its folder. */
  async sealed(hearing) {
    const folder = join(this.folder, 'archive', `h${hearing}`);
    await until('the record is sealed', () => existsSync(join(folder, 'seal.json')));
    return folder;
  }

  /** The server dies without a word, and is started again where it was. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
    await this.start(this.ready.https_port, this.ready.media_port);
  }

  /** For a page that somebody opens once more. */
  keep = keep;

  get pid() { return this.process.pid; }

  code(role) { return this.ready.codes.find((seat) => seat.role === role); }

  account(kind) { return this.ready.sign_ins.find((account) => account.kind === kind); }

  /** A Chromium; `devices` are the flags of its cameras and microphones, false ones by default. */
  async chromium({ devices = FALSE_DEVICES } = {}) {
    const browser = await puppeteer.launch({
      executablePath: '/usr/bin/chromium',
      headless: true,
      acceptInsecureCerts: true,
      protocolTimeout: DEADLINE_MS,
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
        '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding',
        '--disable-background-timer-throttling', '--lang=zh-CN',
        ...devices,
        '--autoplay-policy=no-user-gesture-required',
        '--disable-features=WebRtcHideLocalIpsWithMdns',
        '--auto-select-desktop-capture-source=Entire screen',
      ],
    });
    this.browsers.push(browser);
    return browser;
  }

  async firefox() {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: '/usr/bin/firefox-esr',
      headless: true,
      acceptInsecureCerts: true,
      protocolTimeout: DEADLINE_MS,
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        'media.navigator.permission.disabled': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
        'media.autoplay.default': 0,
        'intl.accept_languages': 'zh-CN, zh, en',
        'app.update.enabled': false,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      },
    });
    this.browsers.push(browser);
    return browser;
  }

  /** A window of somebody of their own: own cookies, own page. */
  async person(browser, { width = 1366, height = 768 } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width, height });
    page.setDefaultTimeout(DEADLINE_MS);
    const person = new Person(this, page);
    page.on('console', (message) => person.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (fault) => person.console.push(`pageerror: ${fault.message}`));
    await page.evaluateOnNewDocument(keep);
    return person;
  }

  async close() {
    for (const browser of this.browsers) await browser.close().catch(() => {});
    if (this.process.exitCode === null) this.process.kill('SIGTERM');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Somebody in front of a page. */
export class Person {
  constructor(house, page) { this.house = house; this.page = page; this.console = []; }

  async see(testid, extra = '') {
    try {
      return await this.page.waitForSelector(`[data-testid="${testid}"]${extra}`, { visible: true });
    } catch (fault) {
      const text = await this.page.evaluate(() => document.body.innerText).catch(() => '');
      throw new Error(`${testid}${extra} is not seen (${fault.message})\n${text}\n${this.console.join('\n')}`);
    }
  }

  async press(testid, extra = '') {
    await this.see(testid, `${extra}:not([disabled])`);
    await this.page.$eval(`[data-testid="${testid}"]${extra}`, (button) => button.click());
  }

  /** Turns the court's page to one of its desks; pages of others have none. */
  async desk(name) {
    await this.page.$$eval(`[data-testid="tab-${name}"]`, (tabs) => tabs.forEach((tab) => tab.click()));
  }

  /** Presses a button in the row of somebody in the list of people. */
  async pressOf(other, testid) {
    await this.desk('people');
    const row = `[data-testid="person"][data-participant="${other.participant}"]`;
    await this.page.waitForSelector(`${row} [data-testid="${testid}"]:not([disabled])`, { visible: true });
    await this.page.$eval(`${row} [data-testid="${testid}"]`, (button) => button.click());
  }

  async type(testid, text) {
    const field = await this.see(testid);
    await field.click();
    await field.type(text);
  }

  /** What this page was last told of the hearing. */
  view() { return this.page.evaluate(() => window.__view); }

  stage(name) { return this.see('stage', `[data-stage="${name}"]`); }

  /** Statistics of everything this page receives, by what its seat shows. */
  async inbound() {
    return this.page.evaluate(async () => {
      const found = [];
      for (const connection of window.__connections) {
        if (connection.connectionState !== 'connected') continue;
        const report = await connection.getStats();
        for (const entry of report.values()) {
          if (entry.type === 'inbound-rtp') {
            found.push({
              kind: entry.kind, mid: entry.mid, packets: entry.packetsReceived, lost: entry.packetsLost,
              frames: entry.framesDecoded ?? 0, energy: entry.totalAudioEnergy ?? 0,
              playout: entry.estimatedPlayoutTimestamp, jitter: entry.jitter,
              freezes: entry.totalFreezesDuration ?? 0, width: entry.frameWidth ?? 0,
            });
          }
        }
      }
      return found;
    });
  }

  /** Packets that come from each person within a second and a half: `{ id: { sound, picture } }`. */
  async received() {
    const counted = () => this.page.evaluate(async () => {
      const packets = {};
      for (const connection of window.__connections) {
        if (connection.connectionState !== 'connected') continue;
        for (const entry of (await connection.getStats()).values()) if (entry.type === 'inbound-rtp') packets[entry.mid] = entry.packetsReceived;
      }
      const found = {};
      for (const { purpose, track } of window.__slots ?? []) {
        if (purpose.for !== 'seat') continue;
        const line = (window.__lines ?? []).find((each) => each.purpose.for === 'seat' && each.purpose.slot === purpose.slot && each.purpose.medium === purpose.medium);
        (found[track.participant] ??= {})[purpose.medium] = [line?.mid, packets[line?.mid] ?? 0];
      }
      return { at: performance.now(), found };
    });
    const first = await counted();
    const last = await until('a second and a half of packets', async () => {
      const now = await counted();
      return now.at - first.at > 1_500 && now;
    });
    const came = {};
    for (const [id, media] of Object.entries(last.found)) {
      came[id] = { sound: 0, picture: 0 };
      for (const [medium, [mid, packets]] of Object.entries(media)) {
        const before = first.found[id]?.[medium];
        came[id][medium] = before?.[0] === mid ? packets - before[1] : 0;
      }
    }
    return came;
  }

  async outbound() {
    return this.page.evaluate(async () => {
      const found = [];
      for (const connection of window.__connections) {
        if (connection.connectionState !== 'connected') continue;
        const report = await connection.getStats();
        for (const entry of report.values()) {
          if (entry.type === 'outbound-rtp') found.push({ kind: entry.kind, packets: entry.packetsSent });
          if (entry.type === 'candidate-pair' && entry.nominated) found.push({ kind: 'pair', roundTrip: entry.currentRoundTripTime });
        }
      }
      return found;
    });
  }
}
