// The harness of the browser tests: one server in a folder of its own, real browsers with false
// cameras, and people who do what people do on the page. What is not here: tests. Nothing sleeps;
// everything waits for something to be seen, with a deadline.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, writeFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const ADDRESS = process.env.ASSIZE_TEST_ADDRESS ?? '198.51.100.1';
export const DEADLINE_MS = 60_000;

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

/** A server with the demonstration case. */
export class House {
  static async open({ binary = process.env.ASSIZE_BINARY ?? 'target/debug/assize', settings = '' } = {}) {
    const house = new House();
    house.folder = mkdtempSync(join(tmpdir(), 'assize-browser-'));
    const config = join(house.folder, 'assize.toml');
    writeFileSync(
      config,
      `https = ["${ADDRESS}:0"]\nmedia = ["${ADDRESS}:0"]\ndata = "${house.folder}/data"\n` +
        `archive = "${house.folder}/archive"\narchive_free_min = 1000000\n${settings}`,
    );
    const readyFile = join(house.folder, 'ready.json');
    house.log = '';
    house.process = spawn(
      join(ROOT, binary),
      ['serve', '--demo', '--config', config, '--ready-file', readyFile],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [house.process.stdout, house.process.stderr]) {
      stream.on('data', (text) => { house.log += text; });
    }
    house.ended = new Promise((done) => house.process.on('exit', done));
    await new Promise((done, fail) => {
      const seen = () => existsSync(readyFile) && done();
      const watcher = watch(house.folder, seen);
      house.process.on('exit', (code) => fail(new Error(`the server ended (${code}):\n${house.log}`)));
      house.ended.then(() => watcher.close());
      setTimeout(() => fail(new Error(`the server is not ready:\n${house.log}`)), DEADLINE_MS).unref();
      seen();
    });
    house.ready = JSON.parse(readFileSync(readyFile, 'utf8'));
    house.url = `https://${ADDRESS}:${house.ready.https_port}`;
    house.browsers = [];
    return house;
  }

  get pid() { return this.process.pid; }

  code(role) { return this.ready.codes.find((seat) => seat.role === role); }

  account(kind) { return this.ready.sign_ins.find((account) => account.kind === kind); }

  async chromium() {
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
        '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=15',
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
    await page.evaluateOnNewDocument(() => {
      // Keeps each peer connection where a test can read its statistics.
      const Original = window.RTCPeerConnection;
      window.__connections = [];
      window.RTCPeerConnection = class extends Original {
        constructor(...given) { super(...given); window.__connections.push(this); }
      };
    });
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
