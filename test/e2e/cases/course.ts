import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, OUTPUT, PROJECT, keepScreenshot, tile } from '../support/browser.js';
import { film, movingPicture } from '../support/moving-picture.js';
import type { Stage } from '../support/stage.js';

async function saved(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const path = `${OUTPUT}${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

/** Until the strip tells of that many seconds of this person. */
async function told(page: Page, name: string, seconds: number): Promise<void> {
  const strip = tile(page, name).getByRole('img', { name: /^The last minute/ });
  await expect
    .poll(
      async () => {
        const text = (await strip.getAttribute('aria-label')) ?? '';
        return [...text.matchAll(/(\d+) s(?! of it)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThanOrEqual(seconds);
}

/** For the README: a tile and its overlay, as another participant sees them. */
async function keepFilm(page: Page, name: string): Promise<void> {
  const renewed = process.env.UPDATE_SCREENSHOTS === '1';
  const path = renewed ? `${PROJECT}client/screenshots/overlay.webp` : `${OUTPUT}overlay.webp`;
  const picture = movingPicture(await film(tile(page, name), renewed ? 24 : 2, FILM_MS));
  expect(Buffer.from(picture.subarray(0, 4)).toString('latin1')).toBe('RIFF');
  writeFileSync(path, picture);
}
const FILM_MS = 500;

export function theCourse(stage: () => Stage): void {
  it('has a course: a strip under each tile, a panel, and afterwards one’s own to be saved, by oneself alone', async () => {
    const room = stage().room();
    const [browser, other] = await Promise.all([
      // Somebody whose words say now this and now that.
      stage().browser({ ...stage().person, audio: stage().moody.audio! }),
      stage().browser(stage().person),
    ]);
    const ada = await browser.open(stage().address(room));
    const bob = await other.open(stage().address(room));
    for (const page of [ada, bob]) await page.getByRole('switch', { name: 'Face' }).click();
    await join(bob, 'Bobby');
    for (const name of ['Voice', 'Words', 'Show my words'])
      await ada.getByRole('switch', { name, exact: true }).click();
    await join(ada, 'Ada');
    await told(ada, 'Ada', 2);
    await ada.getByLabel('Caption of what you say').fill('=1+1 <b>good news</b>');
    await ada.keyboard.press('Enter');
    await told(ada, 'Ada', 6);
    await told(ada, 'Bobby', 3);
    await keepFilm(bob, 'Ada');

    await ada.getByRole('button', { name: 'Course' }).click();
    const panel = ada.getByRole('region', { name: 'The conversation so far' });
    await panel.getByRole('img', { name: /^The conversation of Ada \(you\): .* \d+ s/ }).waitFor();
    await panel.getByRole('img', { name: /^The conversation of Bobby: .* \d+ s/ }).waitFor();
    await panel.getByText('=1+1 <b>good news</b>').waitFor();
    await keepScreenshot(ada, 'course-panel.png');
    await accessible(ada);
    await ada.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });

    // With camera and microphone off nothing of before is said, here or there.
    for (const name of ['Camera', 'Mic']) await ada.getByRole('button', { name }).click();
    for (const page of [ada, bob]) {
      await tile(page, 'Ada')
        .getByText(/camera and microphone off/i)
        .first()
        .waitFor();
      const shares = await tile(page, 'Ada').locator('.share').allTextContents();
      expect(shares).toEqual(Array(7).fill('–'));
    }

    // Who takes back what they agreed to is forgotten by the others' pages, too.
    await bob.getByRole('switch', { name: 'Face' }).click();
    await ada.getByRole('button', { name: 'Course' }).click();
    await panel.getByRole('img', { name: /^The conversation of Bobby/ }).waitFor({ state: 'detached' });

    await ada.getByRole('button', { name: 'Leave' }).click();
    await ada.getByRole('heading', { name: 'Your course in this call' }).waitFor();
    await ada.getByText('All in all').waitFor();
    await keepScreenshot(ada, 'summary.png');
    await accessible(ada);
    const csv = readFileSync(await saved(ada, 'Table (CSV)'), 'utf8').split('\r\n');
    expect(csv[0]).toMatch(/^second,participant,face,label,uncertain,confidence,neutral,/);
    expect(csv.length).toBeGreaterThan(6);
    // A spreadsheet must not work it out.
    expect(csv.join('\n')).toContain("'=1+1 <b>good news</b>");
    const json = JSON.parse(readFileSync(await saved(ada, 'Data (JSON)'), 'utf8')) as {
      seconds: { participant: string }[];
      words: { text: string }[];
      summary: { participant: string; seconds: number }[];
    };
    expect([...new Set(json.seconds.map(({ participant }) => participant))]).toEqual(['Ada']);
    expect(json.summary).toMatchObject([{ participant: 'Ada', seconds: expect.any(Number) as number }]);
    expect(json.words.map(({ text }) => text)).toContain('=1+1 <b>good news</b>');
    const html = await saved(ada, 'Report (HTML)');
    for (const text of [csv.join(), JSON.stringify(json), readFileSync(html, 'utf8')])
      expect(text).not.toContain('Bobby');
    const report = await browser.open(`file://${html}`);
    await report.getByRole('heading', { name: `Ada in ${room}` }).waitFor();
    await report.getByText('good news').first().waitFor();

    await ada.getByRole('button', { name: 'Back to the lobby' }).click();
    await ada.getByRole('button', { name: /^Join/ }).waitFor();
  });
}
