import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { projectRoot } from '../../../src/common/version.js';
import { startServer } from '../support/start-server.js';
import { CASES, type Scene } from './cases.js';

/** One line of the report: what became of a case; or, without a name, why none could be played. */
export interface Played {
  name?: string;
  error?: string;
}

/** Fake devices and permission, and nothing else that a user would not have. */
const FIREFOX_PREFERENCES = { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true };
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Longer than any single wait of a case, ms; the runner's own limit is longer still. */
const PATIENCE_MS = 200_000;

const tell = (played: Played) => new Promise((resolve) => process.send?.(played, resolve));

/** Plays all cases in the network that it was started in: the server, and one browser of each kind for all of them. */
async function main(): Promise<void> {
  const output = join(projectRoot(), 'test-output/');
  mkdirSync(output, { recursive: true });
  const server = await startServer();
  const browsers: Browser[] = [];
  // Broken off: what it started ends with it, the server by what waits for its exit.
  process.once('SIGTERM', () => {
    for (const browser of browsers) browser.process()?.kill('SIGKILL');
    process.exit(1);
  });
  try {
    const viewport = { width: 1280, height: 800 };
    const firefox = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
      extraPrefsFirefox: FIREFOX_PREFERENCES,
      defaultViewport: viewport,
      handleSIGTERM: false,
    });
    browsers.push(firefox);
    const chromium = await puppeteer.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: CHROMIUM_FLAGS,
      defaultViewport: viewport,
      handleSIGTERM: false,
    });
    browsers.push(chromium);
    for (const { name, play } of CASES) {
      let step = 'nothing';
      const scene: Scene = { firefox, chromium, server: server.url, output, step: (next) => (step = next) };
      const error = await inTime(play(scene), () => `not done in ${PATIENCE_MS / 1000} s; it was at: ${step}`).then(
        () => undefined,
        async (reason: unknown) => `${textOf(reason)}\n${await droppedBy(server.url)}`,
      );
      await tell({ name, ...(error === undefined ? {} : { error }) });
    }
  } finally {
    await Promise.all(browsers.map(closeFor(10_000)));
    await server.stop();
  }
}

const textOf = (reason: unknown): string =>
  reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);

/** What the server dropped, lost or refused so far, and how it took the time: for the report of a case that failed. */
async function droppedBy(server: string): Promise<string> {
  const answer = await fetch(new URL('/metrics', server)).then((response) => response.text(), textOf);
  const told = /^emostream_(dropped|rtp_lost|media_clock_steps|errors|decoded|windows)_?\w*(\{.*\})? (?!0$)/;
  const lines = answer.split('\n');
  return lines.some((line) => told.test(line)) ? lines.filter((line) => told.test(line)).join('\n') : answer;
}

/** The others are played although one hangs, and what it hung at is said. */
async function inTime(played: Promise<void>, what: () => string): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    patience = setTimeout(() => reject(new Error(what())), PATIENCE_MS);
  });
  try {
    await Promise.race([played, late]);
  } finally {
    clearTimeout(patience);
  }
}

/** A browser that does not end when it is asked to is ended. */
function closeFor(patienceMs: number): (browser: Browser) => Promise<void> {
  return async (browser) => {
    const patience = setTimeout(() => browser.process()?.kill('SIGKILL'), patienceMs);
    await browser.close().catch(() => undefined);
    clearTimeout(patience);
  };
}

main().then(
  () => process.disconnect(),
  async (error: unknown) => {
    await tell({ error: textOf(error) });
    process.exit(1);
  },
);
