import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { Relay } from '../../client/support/relay.js';
import { accessible } from '../support/accessible.js';
import { connected, join, keepScreenshot, moving, type TestBrowser, tile } from '../support/browser.js';
import { LIVE_TRACKS, OFFLINE_SAID, onTop, TOLD, WATCH_OFFLINE, WATCH_STATES } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';
import { startServer, type TestServer } from '../support/start-server.js';

const DESKTOP = { width: 1280, height: 800 };
const FLAGS = ['--heartbeat', '1000'];
/** The most that the browser's word may take to be shown, ms: it is said at once, on the page's own clock. */
const AT_ONCE_MS = 1000;

interface Told {
  state: string;
  notice: string;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function pressed(page: Page, name: string, is: boolean): Promise<void> {
  await page.locator(`button[aria-pressed="${is}"]`).filter({ hasText: name }).first().waitFor();
}

/** Name, room and devices without scrolling; what the microphone hears; a camera that is off before the call. */
async function lobby(page: Page): Promise<void> {
  await button(page, 'Join the call').waitFor();
  const box = await button(page, 'Join the call').boundingBox();
  expect(box!.y + box!.height).toBeLessThanOrEqual(DESKTOP.height);
  expect(await page.getByLabel('Room').inputValue()).toMatch(/^[a-z]+-[a-z]+-[a-z2-9]{6}$/);
  expect(await page.getByLabel('Loudspeaker').isVisible()).toBe(true);
  await page.getByLabel('Your name').click();
  await page.getByText('Your microphone works.').waitFor();
  await page.getByLabel('Your name').fill('Ada');
  // A fake camera is named by the path of its file.
  await page.evaluate(
    "for (const option of document.querySelectorAll('option')) if (option.text.startsWith('/')) option.text = 'Camera';",
  );
  await keepScreenshot(page, 'lobby.png');
  await accessible(page);
  await button(page, 'Camera').click();
  await pressed(page, 'Camera', false);
  for (const name of ['Face', 'Voice', 'Words']) await page.getByRole('switch', { name, exact: true }).click();
  await button(page, 'Join the call').click();
  await connected(page);
  await pressed(page, 'Camera', false);
}

/** Devices over the captions, single keys, and what is said while camera and microphone are off. */
async function controls(page: Page): Promise<void> {
  await page.getByText('Your camera is off.').waitFor();
  expect(await page.title()).toMatch(/^● analysed · /);
  await button(page, 'Devices').click();
  await page.locator('.devices-panel').waitFor();
  await accessible(page);
  expect(await page.evaluate<boolean>(onTop('.devices-panel select'))).toBe(true);
  await page.keyboard.press('Escape');
  await page.locator('.devices-panel').waitFor({ state: 'hidden' });
  await page.keyboard.press('v');
  await pressed(page, 'Camera', true);
  await page.keyboard.press('m');
  await pressed(page, 'Mic', false);
  await page.keyboard.press('d');
  await pressed(page, 'Details', false);
  // Who types means letters.
  await page.getByLabel('Caption of what you say').click();
  await page.keyboard.type('m');
  expect(await page.getByLabel('Caption of what you say').inputValue()).toBe('m');
  await pressed(page, 'Mic', false);
  await button(page, 'Details').click();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.getByText('Microphone on or off').waitFor();
  await accessible(page);
  await keys.getByRole('switch').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  await pressed(page, 'Mic', false);
  await page.getByRole('switch', { name: 'Words', exact: true }).click();
  await button(page, 'Camera').click();
  await page.getByText('Your camera and microphone are off.').waitFor();
  await page.getByText('Nothing of you is analysed at the moment.').waitFor();
  await button(page, 'Camera').click();
  await page.getByText('You are being analysed: face.').waitFor();
}

/** No network, and a server that falls silent: both are told, and nothing is claimed meanwhile. */
async function doubts(page: Page, relay: Relay): Promise<void> {
  await page.evaluate(WATCH_OFFLINE);
  await page.context().setOffline(true);
  expect(await page.evaluate<number>(OFFLINE_SAID)).toBeLessThan(AT_ONCE_MS);
  await page.getByText('it is not known whether you are being analysed').waitFor();
  await page.context().setOffline(false);
  await connected(page);
  await page.getByText('You are being analysed: face.').waitFor();

  await page.evaluate(WATCH_STATES);
  relay.forget();
  await page.locator('.state[data-state="reconnecting"]').waitFor();
  await connected(page);
  await page.getByText('You are being analysed: face.').waitFor();
  const told = await page.evaluate<Told[]>(TOLD);
  const states = told.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
  expect(states.slice(states.indexOf('silent'))).toEqual(expect.arrayContaining(['silent', 'reconnecting', 'joined']));
  expect(states.indexOf('silent')).toBeLessThan(states.indexOf('reconnecting'));
  for (const { state, notice } of told) {
    if (state === 'silent' || state === 'reconnecting') expect(notice).toContain('it is not known');
  }
}

/** The server is restarted: it says that it goes, the page says so until it is back, and claims nothing that nobody can know. */
async function restart(page: Page, browser: TestBrowser, room: string, server: TestServer): Promise<TestServer> {
  const bea = await browser.open(`${server.url}?room=${room}`);
  await join(bea, 'Bea');
  await moving(page, 'Bea');
  await Promise.all([page.getByText('The server stops or restarts.').waitFor(), server.stop()]);
  await page.locator('.state[data-state="closing"]').waitFor();
  await page.getByText('it is not known whether you are being analysed').waitFor();
  await accessible(page);
  const second = await startServer([...FLAGS, '--http-port', new URL(server.url).port]);
  await Promise.all([connected(page), connected(bea)]);
  await Promise.all([moving(page, 'Bea'), moving(bea, 'Ada')]);
  // What was agreed to before still holds, and nothing else.
  await tile(bea, 'Ada').getByText('Analysis on').waitFor();
  await page.getByText('You are being analysed: face.').waitFor();
  await page.getByText('The server stops or restarts.').waitFor({ state: 'detached' });
  await bea.getByText('Nothing of you is analysed.').waitFor();
  return second;
}

export function fromLobbyToLobby(stage: () => Stage): void {
  it('is what people expect from the lobby to the lobby: devices, keys, honest states, a server that is restarted, and a camera that is released', async () => {
    let server = await startServer(FLAGS);
    const relay = await Relay.start(Number(new URL(server.url).port));
    try {
      const browser = await stage().browser(stage().person);
      const page = await browser.open(`http://127.0.0.1:${relay.port}/`, { viewport: DESKTOP });
      await lobby(page);
      const room = (await page.locator('.call-head h1').textContent())?.replace('emostream, room ', '') ?? '';
      await controls(page);
      await doubts(page, relay);
      server = await restart(page, browser, room, server);
      // Nothing is left to be summed up: the lobby follows at once.
      await button(page, 'Stop all').click();
      await page.getByText('Nothing of you is analysed.').waitFor();
      await button(page, 'Leave').click();
      // The camera was on, and is released; who one is and where is remembered.
      await pressed(page, 'Camera', false);
      await pressed(page, 'Microphone', false);
      expect(await page.evaluate<number>(LIVE_TRACKS)).toBe(0);
      expect(await page.getByLabel('Your name').inputValue()).toBe('Ada');
      expect(await page.getByLabel('Room').inputValue()).toBe(room);
    } finally {
      await relay.close();
      await server.stop();
    }
  });
}
