import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, type BrowserServer, chromium, type Page } from 'playwright-core';
import { threePictures } from './in-page.js';

/** Where screenshots of the tests go. */
export const OUTPUT = fileURLToPath(new URL('../../../test-output/', import.meta.url));
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that is not in front must not slow down: all of these are in nobody's front.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

export interface FakeDevices {
  /** A y4m file in place of the camera. */
  video?: string;
  /** A WAV file in place of the microphone, looped. */
  audio?: string;
  /** The person refuses camera and microphone. */
  refused?: boolean;
}

/** One browser for each set of fake devices: Chromium takes the files for all its pages. */
export class TestBrowser {
  readonly #server: BrowserServer;
  readonly #browser: Browser;
  /** What pages complained about: violations of the content security policy and uncaught errors. */
  readonly complaints: string[] = [];

  private constructor(server: BrowserServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async launch({ video, audio, refused = false }: FakeDevices = {}): Promise<TestBrowser> {
    const args = [...FLAGS, '--use-fake-device-for-media-stream'];
    if (!refused) args.push('--use-fake-ui-for-media-stream');
    if (video) args.push(`--use-file-for-fake-video-capture=${video}`);
    if (audio) args.push(`--use-file-for-fake-audio-capture=${audio}`);
    const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
    const server = await chromium.launchServer({ executablePath, headless: true, args });
    return new TestBrowser(server, await chromium.connect(server.wsEndpoint()));
  }

  /** @param script runs in the page before its own scripts */
  async open(url: string, options: BrowserContextOptions = {}, script?: string): Promise<Page> {
    // As the kept pictures are; light is asked for. Without a GPU each step of an animation costs the drawing of the whole page.
    const context = await this.#browser.newContext({ colorScheme: 'dark', reducedMotion: 'reduce', ...options });
    // A busy machine is waited for: playwright's half a minute is not enough beside other tests.
    context.setDefaultTimeout(60_000);
    if (script) await context.addInitScript({ content: script });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(url);
    return page;
  }

  /** Whether it runs: not after `kill`. */
  get isThere(): boolean {
    return this.#browser.isConnected();
  }

  /** Closes every page. @returns what they complained about */
  async clear(): Promise<string[]> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
    return this.complaints.splice(0);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }

  /** As when the machine loses its power: no goodbye. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }
}

/** Fills in the lobby by mouse and joins; ends when the call stands. */
export async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: /^Join/ }).click();
  await connected(page);
}

export const connected = (page: Page): Promise<void> => page.locator('.state[data-state="joined"]').waitFor();

/** The own participant id, as the page was told by the server. */
export async function ownId(page: Page): Promise<string> {
  const id = await page.locator('.tile.own emo-overlay').getAttribute('participant');
  if (!id) throw new Error('the own tile has no participant id');
  return id;
}

export const tile = (page: Page, name: string) => page.locator(`.tile[data-name="${name}"]`);

/** Resolves when the tile's video shows new pictures. */
export async function moving(page: Page, name: string): Promise<{ width: number; height: number }> {
  await tile(page, name).locator('video').waitFor();
  return page.evaluate<{ width: number; height: number }>(threePictures(name));
}

/** @param transparent what nothing is painted on stays so */
export async function screenshot(page: Page, name: string, transparent = false): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: `${OUTPUT}${name}`, omitBackground: transparent });
}

/** One of those that are kept with the client: beside the tests' own unless they are to be made anew. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.UPDATE_SCREENSHOTS === '1' ? `${PROJECT}client/screenshots/` : OUTPUT;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}` });
}
