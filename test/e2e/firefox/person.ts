import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { fixture } from '../support/fake-media.js';
import { STATES_SHOWN, threePictures } from '../support/in-page.js';
import { fakeCamera, RECORD_STATES } from './in-page.js';

export interface Shape {
  width: number;
  height: number;
}

const portrait = readFileSync(fixture('astronaut.png')).toString('base64');
const speech = readFileSync(fixture('speech-16k.wav')).toString('base64');

/** Somebody at the call page, in whatever browser; waits are for what the page shows. */
export class Person {
  readonly name: string;
  readonly #page: Page;

  private constructor(name: string, page: Page) {
    this.name = name;
    this.#page = page;
  }

  /** The lobby of who comes without an invitation: a room is suggested, and there is a switch for camera and microphone each. */
  static async looksIn(browser: Browser, address: string): Promise<string> {
    const page = await browser.newPage({ type: 'window' });
    page.setDefaultTimeout(60_000);
    await page.goto(new URL('/', address).href);
    await page.waitForFunction(`document.querySelectorAll('.lobby-switches button[aria-pressed]').length === 2`);
    const room = String(await page.evaluate(`document.querySelector('input[name="room"]').value`));
    await page.close();
    return room;
  }

  /** Opens the page with a camera of this shape, agrees and joins; the call need not stand yet. */
  static async join(browser: Browser, address: string, name: string, shape: Shape, consent: string[]): Promise<Person> {
    const page = await browser.newPage({ type: 'window' });
    page.setDefaultTimeout(60_000);
    await page.evaluateOnNewDocument(fakeCamera({ portrait, speech, ...shape }));
    await page.evaluateOnNewDocument(RECORD_STATES);
    await page.goto(address);
    const person = new Person(name, page);
    await page.locator('input[name="name"]').fill(name);
    await turnOnDevices(page);
    for (const modality of consent) await page.locator(`input.switch[data-modality="${modality}"]`).click();
    await page.locator('::-p-text(Join the call)').click();
    return person;
  }

  /** The state of the call, as the page says it. */
  async state(state: 'joined' | 'blocked'): Promise<void> {
    await this.#page.waitForSelector(`.state[data-state="${state}"]`);
  }

  async id(): Promise<string> {
    await this.#page.waitForSelector('.tile.own emo-overlay[participant]');
    return String(
      await this.#page.evaluate(`document.querySelector('.tile.own emo-overlay').getAttribute('participant')`),
    );
  }

  /** The picture of somebody here, once it moves. */
  async sees(name: string): Promise<Shape> {
    await this.#page.waitForSelector(`.tile[data-name="${name}"] video`);
    // A window behind another need not draw.
    await this.#page.bringToFront();
    return (await this.#page.evaluate(threePictures(name))) as Shape;
  }

  /** The overlay of somebody is shown with a result. */
  async overlay(name: string): Promise<void> {
    await this.#page.waitForSelector(`.tile[data-name="${name}"] emo-overlay[data-status="live"]`);
  }

  async reads(text: string): Promise<void> {
    await this.#page.waitForSelector(`::-p-text(${text})`);
  }

  async clicks(text: string): Promise<void> {
    await this.#page.locator(`::-p-text(${text})`).click();
  }

  /** Somebody is large, by the button that is on their tile. @returns how wide they are, and how wide oneself, px */
  async pins(name: string): Promise<[number, number]> {
    await this.#page.evaluate(`document.querySelector('[aria-label="Pin ${name}"]').click()`);
    const widths = `['.tile.pinned', '.tile.own'].map((each) => document.querySelector(each).offsetWidth)`;
    return (await this.#page.evaluate(widths)) as [number, number];
  }

  /** The conversation so far tells of somebody. */
  async followsCourseOf(name: string): Promise<void> {
    await this.clicks('Course');
    await this.#page.waitForSelector(`.course-panel:not([hidden]) .course[aria-label^="The conversation of ${name}"]`);
    await this.clicks('Course');
  }

  /** Everything the page said of its state and of the analysis. */
  async shown(): Promise<string> {
    return String(await this.#page.evaluate(STATES_SHOWN));
  }

  async screenshot(path: string): Promise<void> {
    await this.#page.screenshot({ path });
  }

  async close(): Promise<void> {
    await this.#page.close();
  }
}

/** Where the permission is given already the lobby turns them on by itself, and takes its button away, perhaps under the mouse. */
async function turnOnDevices(page: Page): Promise<void> {
  const areOn = new AbortController();
  const asked = page.locator('::-p-text(Turn on camera and microphone)').click({ signal: areOn.signal });
  asked.catch(() => undefined);
  await page.waitForFunction(`window.devices === 2`);
  areOn.abort();
}
