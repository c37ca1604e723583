import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { screenshot } from '../support/browser.js';
import { OUT_OF_SIGHT } from '../support/in-page.js';

/** A story of the page, by the query of its address. */
export type OpenStory = (query: string, options: BrowserContextOptions) => Promise<Page>;

const DESKTOP = { viewport: { width: 1280, height: 800 } };
/** What a window of 1280 × 800 is, in pixels of its page, when that is zoomed to 200 %. */
const ZOOMED = { width: 640, height: 400 };
const LIGHT = 'rgb(243, 245, 249)';

const outOfSight = (page: Page): Promise<string[]> => page.evaluate<string[]>(OUT_OF_SIGHT);
const course = (page: Page) => page.getByRole('button', { name: 'Course' });

/** The page is zoomed: nothing lies beyond its sides, and of a call, which does not scroll, nothing below either. */
async function zoomed(page: Page, name: string): Promise<void> {
  await page.setViewportSize(ZOOMED);
  await page.waitForFunction(`innerWidth === ${String(ZOOMED.width)}`);
  expect(await outOfSight(page)).toEqual([]);
  await screenshot(page, `zoomed-${name}.png`);
  for (const button of await page.locator('.toolbar').getByRole('button').all()) {
    const { y, height } = (await button.boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(ZOOMED.height);
  }
}

/** How the page looks and is used, without a server: light, zoomed, from right to left, by the keyboard. */
export function looks(open: OpenStory): void {
  it.each([
    ['lobby', 'story=lobby'],
    ['call', 'story=call&others=5'],
    ['summary', 'story=summary'],
  ])('has contrast enough where the system is light, and room where it is zoomed: %s', async (name, query) => {
    const page = await open(query, { ...DESKTOP, colorScheme: 'light' });
    await page.getByRole('heading').first().waitFor();
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    expect(await background()).toBe(LIGHT);
    if (name === 'call') await course(page).click();
    await screenshot(page, `light-${name}.png`);
    await accessible(page);
    if (name === 'lobby') {
      await page.getByLabel('Appearance').selectOption('dark');
      expect(await background()).not.toBe(LIGHT);
      expect(await page.evaluate('localStorage["emostream.theme"]')).toBe('dark');
    }
    await zoomed(page, name);
    await page.context().close();
  });

  it('runs from right to left where its language does: nothing overflows, and time runs as one reads', async () => {
    for (const query of ['story=lobby', 'story=summary', 'story=call&others=3']) {
      const page = await open(`${query}&pseudo`, DESKTOP);
      await page.getByRole('heading').first().waitFor();
      expect(await outOfSight(page), query).toEqual([]);
      expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
      await screenshot(page, `rtl-${/story=(\w+)/.exec(query)![1]!}.png`);
      if (query.includes('call')) {
        const x = async (selector: string) => (await page.locator(selector).first().boundingBox())!.x;
        expect(await x('.tools .danger')).toBeLessThan(await x('.tools .tool'));
        expect(await x('.tile.own')).toBeLessThan(await x('.tile[data-name="Eileen"]'));
        await page.locator('.tool:has(+ .danger)').click();
        // Who came last has no results at the beginning, which is on the right.
        const strip = page.locator('.course-people li:nth-child(3) .course');
        const [first, all] = [(await strip.locator('i').first().boundingBox())!, (await strip.boundingBox())!];
        expect(first.x + first.width).toBeLessThan(all.x + all.width - 10);
        expect(await outOfSight(page)).toEqual([]);
      }
      await page.context().close();
    }
  });

  it('has panels that the keyboard goes into, and comes back from by Escape', async () => {
    const page = await open('story=call&others=1', DESKTOP);
    const focused = () =>
      page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText');
    const { keyboard } = page;
    for (const [button, panel] of [
      ['Course', 'The conversation so far'],
      ['Devices', 'Devices'],
    ] as const) {
      await page.getByRole('button', { name: button }).focus();
      await keyboard.press('Enter');
      expect(await focused()).toBe(panel);
      await keyboard.press('Escape');
      expect(await focused()).toBe(button);
      expect(await page.getByRole('region', { name: panel }).isVisible()).toBe(false);
    }
    // One at a time: none lies under another.
    await course(page).press('Enter');
    await page.getByRole('button', { name: 'Devices' }).press('Enter');
    expect(await page.getByRole('region', { name: 'The conversation so far' }).isVisible()).toBe(false);
    await keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SELECT');
    await page.getByRole('button', { name: 'Keys' }).press('Enter');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await keyboard.press('Escape');
    expect(await focused()).toBe('Keys');
    await zoomed(page, 'two-people');
    for (const panel of ['Course', 'Devices']) {
      await page.getByRole('button', { name: panel }).click();
      expect(await outOfSight(page)).toEqual([]);
    }
    await page.context().close();
  });
}
