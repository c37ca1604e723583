import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { NO_CONSENT } from '../../../src/common/consent.js';
import { join, keepScreenshot, tile } from '../support/browser.js';
import { Crowd, Seats } from '../support/crowd.js';
import { type Box, TILES_SEEN, type TilesSeen } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

const DESKTOP = { width: 1280, height: 800 };
const UPRIGHT = { width: 390, height: 780 };
const LYING = { width: 780, height: 360 };

const NAMES = [
  'Bea',
  'Cid',
  'Dee',
  'Eve',
  'Fay',
  'Gil',
  'Hal',
  'Ida',
  'Jim',
  'Kay',
  'Lou',
  'Mae',
  'Ned',
  'Oda',
  'Pia',
  'Quy',
];
const AGREED = { face: true, voice: true, words: false };
const JUDGED = ['Bea', 'Cid', 'Eve'];

/** Where pictures are kept, people send some; else nobody looks at them. */
const PICTURES = process.env.UPDATE_SCREENSHOTS === '1';

/** Waits until so many tiles are there, in this window; then everything is in sight and nothing over anything. */
async function fits(page: Page, window: { width: number; height: number }, people: number): Promise<TilesSeen> {
  await page.setViewportSize(window);
  const seen = () => page.evaluate<TilesSeen>(TILES_SEEN);
  await expect.poll(async () => (await seen()).tiles.length).toBe(people);
  const { overflow, stage, tiles } = await seen();
  expect(overflow).toEqual([0, 0]);
  for (const one of tiles) {
    expect(one.left).toBeGreaterThanOrEqual(0);
    expect(one.right).toBeLessThanOrEqual(window.width);
    expect(one.top).toBeGreaterThanOrEqual(stage.top);
    expect(one.bottom).toBeLessThanOrEqual(stage.bottom);
    for (const other of tiles) {
      if (other === one) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      expect(Math.min(across, down)).toBeLessThanOrEqual(0);
    }
  }
  return { overflow, stage, tiles };
}

/** For pictures worth keeping: a moment in which something is said of each of them. */
async function judged(page: Page, names: string[]): Promise<void> {
  if (!PICTURES) return;
  const said = () => Promise.all(names.map((name) => tile(page, name).locator('.detail').textContent()));
  await expect.poll(async () => (await said()).every((text) => text?.includes('likely'))).toBe(true);
}

const width = ({ left, right }: Box): number => right - left;

/** Lets people into a room: so many of the names as there shall be in all. */
async function crowdOf(
  stage: Stage,
  room: string,
): Promise<{ until(others: number): Promise<void>; leave(): Promise<void> }> {
  const { url } = stage.server;
  const crowd = PICTURES ? await Crowd.open(await stage.browser(stage.person), url, room) : null;
  const seats = new Seats();
  let there = 0;
  return {
    until: async (others) => {
      const names = NAMES.slice(there, others);
      there = others;
      const agreed = (name: string) => (JUDGED.includes(name) ? AGREED : NO_CONSENT);
      if (crowd) await crowd.join(names.map((name) => ({ name, consent: agreed(name) })));
      else await seats.join(url, room, names);
    },
    leave: async () => {
      seats.leave();
      await crowd?.leave();
    },
  };
}

export function manyPeople(stage: () => Stage): void {
  it('one to seventeen people fit the window without scrolling, on a desktop and on a phone upright and lying', async () => {
    const room = stage().room();
    const browser = await stage().browser(stage().person);
    const { until, leave } = await crowdOf(stage(), room);
    const page = await browser.open(stage().address(room), { viewport: DESKTOP });
    if (PICTURES) {
      await page.getByRole('switch', { name: 'Face' }).click();
      await page.getByRole('switch', { name: 'Voice' }).click();
    }
    await join(page, 'Ada');
    await fits(page, DESKTOP, 1);

    await until(1);
    await fits(page, DESKTOP, 2);
    await judged(page, ['Bea', 'Ada']);
    if (PICTURES) await keepScreenshot(page, 'call-2.png');
    // On a phone the others first, oneself small.
    const [other, own] = (await fits(page, UPRIGHT, 2)).tiles as [Box, Box];
    expect(own.name).toBe('Ada');
    expect(width(own)).toBeLessThan(width(other) / 2);
    if (PICTURES) await keepScreenshot(page, 'phone-upright-2.png');

    await until(5);
    await fits(page, DESKTOP, 6);
    await judged(page, ['Bea', 'Eve', 'Ada']);
    if (PICTURES) await keepScreenshot(page, 'call-6.png');
    await fits(page, UPRIGHT, 6);
    if (PICTURES) await keepScreenshot(page, 'phone-upright-6.png');
    await fits(page, LYING, 6);
    if (PICTURES) await keepScreenshot(page, 'phone-lying-6.png');

    // One large, the others beside; and back.
    await page.setViewportSize(DESKTOP);
    await tile(page, 'Dee').hover();
    const pin = page.getByRole('button', { name: 'Pin Dee' });
    await pin.click();
    const pinned = (await fits(page, DESKTOP, 6)).tiles;
    const dee = pinned.find(({ name }) => name === 'Dee') as Box;
    for (const each of pinned) if (each !== dee) expect(width(each)).toBeLessThan(width(dee) / 3);
    if (PICTURES) await keepScreenshot(page, 'call-6-pinned.png');
    await pin.click();

    await until(11);
    await fits(page, DESKTOP, 12);
    await judged(page, ['Bea', 'Eve', 'Ada']);
    if (PICTURES) await keepScreenshot(page, 'call-12.png');
    await fits(page, UPRIGHT, 12);
    await fits(page, LYING, 12);

    // Then pages: sixteen on one, oneself on each.
    await until(16);
    await fits(page, DESKTOP, 16);
    await fits(page, UPRIGHT, 16);
    await fits(page, LYING, 16);
    await page.setViewportSize(DESKTOP);
    await page.getByRole('button', { name: 'More people' }).click();
    const last = (await fits(page, DESKTOP, 2)).tiles.map(({ name }) => name);
    expect(last).toEqual(['Quy', 'Ada']);
    await leave();
    await fits(page, DESKTOP, 1);
  });
}
