import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, keepScreenshot, moving, ownId, tile } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import { type Box, END_BY_BROWSER, KEEP_SHARED, TILES_SEEN, type TilesSeen } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

const WINDOWS = [
  { name: 'upright', width: 390, height: 780 },
  { name: 'lying', width: 780, height: 360 },
  { name: 'desktop', width: 1280, height: 800 },
];
const SCREEN = 'Ada’s screen';

const areaOf = ({ left, top, right, bottom }: Box): number => (right - left) * (bottom - top);

/** In every window the screen is larger than anybody, whole, and nothing scrolls. */
async function seenLarge(page: Page): Promise<void> {
  for (const { name, ...size } of WINDOWS) {
    await page.setViewportSize(size);
    const seen = () => page.evaluate<TilesSeen>(TILES_SEEN);
    await expect.poll(async () => (await seen()).tiles.every(({ bottom }) => bottom <= size.height)).toBe(true);
    const { overflow, stage, tiles } = await seen();
    expect(overflow).toEqual([0, 0]);
    const [screen, ...people] = tiles as [Box, ...Box[]];
    expect(screen.name).toBe(SCREEN);
    expect(people.map((each) => each.name)).toEqual(['Ada', 'Bea']);
    for (const each of people) expect(areaOf(each)).toBeLessThan(areaOf(screen));
    for (const each of tiles) expect(each.bottom).toBeLessThanOrEqual(stage.bottom);
    await keepScreenshot(page, `screen-${name}.png`);
  }
  const fit = `getComputedStyle(document.querySelector('.tile.screen video')).objectFit`;
  expect(await page.evaluate(fit)).toBe('contain');
}

export function screenSharing(stage: () => Stage): void {
  it('shares a screen: large for the others, analysed by nobody, until its owner ends it on the page or in the browser', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const browser = await stage().browser(stage().person);
    const ada = await browser.open(stage().address(room), {}, KEEP_SHARED);
    const bea = await browser.open(stage().address(room));
    // She agrees to what is seen and heard of her, and shows her screen alone.
    for (const name of ['Face', 'Voice']) await ada.getByRole('switch', { name, exact: true }).click();
    await ada.getByRole('button', { name: 'Join the call' }).waitFor();
    for (const name of ['Camera', 'Microphone']) await ada.getByRole('button', { name, exact: true }).click();
    await join(ada, 'Ada');
    await bea.getByRole('switch', { name: 'Face' }).click();
    await join(bea, 'Bea');

    const share = ada.getByRole('button', { name: 'Screen', exact: true });
    await share.click();
    await ada.getByText('Everyone here sees your screen.').waitFor();
    expect(await share.getAttribute('aria-pressed')).toBe('true');
    await moving(bea, SCREEN);
    await accessible(ada);
    await accessible(bea);
    await seenLarge(bea);
    // Bea's seconds are the clock.
    await log.windows(await ownId(bea), 4, (event) => event.face.present);
    const id = await ownId(ada);
    expect(log.all.filter((event) => event.participant === id && event.type === 'emotion')).toEqual([]);
    await ada.getByText('Nothing of you is analysed at the moment.').waitFor();

    // The browser has a bar of its own that ends it; what it does to the page is done here in its place.
    await ada.evaluate(END_BY_BROWSER);
    await tile(bea, SCREEN).waitFor({ state: 'detached' });
    await ada.getByText('Everyone here sees your screen.').waitFor({ state: 'hidden' });

    await ada.keyboard.press('s');
    await moving(bea, SCREEN);
    // Whoever wants to see Ada herself large does.
    await tile(bea, 'Ada').hover();
    await bea.getByRole('button', { name: 'Pin Ada', exact: true }).click();
    const widths = await bea.evaluate<number[]>(
      `[...document.querySelectorAll('.tile')].map((each) => each.offsetWidth)`,
    );
    expect(widths[1]).toBeGreaterThan(2 * widths[0]!);
    await ada.getByRole('button', { name: 'Stop sharing' }).click();
    await tile(bea, SCREEN).waitFor({ state: 'detached' });
    log.close();
  });
}
