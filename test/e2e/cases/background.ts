import puppeteer from 'puppeteer-core';
import { expect, it } from 'vitest';
import { EventLog } from '../support/event-log.js';
import { COUNT_PAINTS, PAINTS, STRIP_SECONDS } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

export function inTheBackground(stage: () => Stage): void {
  it('in the background it is analysed on and paints nothing, and shows at once how things stand when it is seen again', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const { video, audio } = stage().person;
    // Not by Playwright, which tells every page that it is in front; and with nothing of Chromium's thrift switched off.
    const browser = await puppeteer.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        ...['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
        ...[`--use-file-for-fake-video-capture=${video}`, `--use-file-for-fake-audio-capture=${audio}`],
      ],
      ignoreDefaultArgs: [
        '--disable-background-timer-throttling',
        '--disable-backgrounding-occluded-windows',
        '--disable-renderer-backgrounding',
      ],
    });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(stage().address(room));
      await page.locator('input[name="name"]').fill('Ada');
      await page.locator('input.switch[data-modality="face"]').click();
      await page.locator('::-p-text(Join the call)').click();
      await page.waitForSelector('.tile.own emo-overlay[data-status="live"]');
      const id = String(
        await page.evaluate(`document.querySelector('.tile.own emo-overlay').getAttribute('participant')`),
      );
      await page.evaluate(COUNT_PAINTS);
      await page.waitForFunction(`${PAINTS} > 0`);

      await (await browser.newPage()).bringToFront();
      await page.waitForFunction('document.hidden', { polling: 100 });
      const painted = await page.evaluate(PAINTS);
      // The camera goes on while nobody looks at the page: her face is there in every second.
      const windows = await log.windows(id, 5, ({ face }) => face.present);
      expect(windows.filter(({ face }) => face.present).length).toBeGreaterThanOrEqual(5);
      expect(await page.evaluate(PAINTS)).toBe(painted);
      expect(await page.title()).toMatch(/^● analysed · /);

      const before = Number(await page.evaluate(STRIP_SECONDS));
      await page.bringToFront();
      await page.waitForFunction('!document.hidden', { polling: 100 });
      // All that came meanwhile is there, in one painting.
      expect(Number(await page.evaluate(STRIP_SECONDS))).toBeGreaterThanOrEqual(before + 4);
    } finally {
      await browser.close();
      log.close();
    }
  });
}
