import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeResults } from '../../src/files/write-results.js';
import { astronaut, scaled } from '../features/support/pictures.js';
import { begin, told } from '../files/support/events.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeFilm } from '../training/support/film.js';
import { screenshot, TestBrowser } from './support/browser.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const SECONDS = 12;
const TURN = 6;
const MEDIA = 'clip.mp4';
/** Seven seconds of one, then of another. */
const labelAt = (second: number) => (second < TURN ? 'happy' : 'angry');

/** Results of a recording of two people, of whom one is there from the beginning. */
async function makeReport(folder: string): Promise<string> {
  const pictures = Array.from({ length: 10 * SECONDS }, () => scaled(astronaut(), 160, 160));
  await writeFilm(join(folder, MEDIA), { pictures, sound: new Float32Array(SECONDS * 48_000) });
  const events = [
    begin(0),
    ...Array.from({ length: SECONDS }, (_, second) => told(0, { second, label: labelAt(second) })),
    told(0, { second: 3, participant: 'p2', label: 'sad', uncertain: true }),
  ];
  const lines = events.map((event, i) => JSON.stringify({ ...event, seq: i + 1 }));
  writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n`);
  const origin = { title: MEDIA, kind: 'video', media: MEDIA, durationMs: 1000 * SECONDS, problems: [] } as const;
  writeResults(join(folder, 'events.jsonl'), folder, { ...origin, problems: [] });
  return join(folder, 'report.html');
}

describe('a report, opened from the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emostream-test-'));
  let browser: TestBrowser;
  let report: string;
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await TestBrowser.launch();
    report = await makeReport(folder);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(path: string, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await browser.open('about:blank', { viewport: { width: 1280, height: 900 }, colorScheme: scheme });
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    return page;
  }
  /** Where a second lies on the chart of emotions of the first person. */
  async function placeOf(page: Page, second: number): Promise<{ x: number; y: number }> {
    const chart = page.locator('.u-over').first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('there is no chart');
    return { x: box.x + (box.width * second) / SECONDS, y: box.y + box.height / 2 };
  }
  const at = (page: Page) => page.evaluate<number>(`document.querySelector('video').currentTime`);
  const shown = (page: Page) => page.locator('.now .second-title b').first();

  it('has the recording with it: a click on a chart or a moment goes there, and a second under the mouse is told', async () => {
    const page = await open(report);
    await page.waitForFunction(`document.querySelector('video').readyState >= 1`);
    expect(await page.evaluate(`document.querySelector('video').duration`)).toBeCloseTo(SECONDS, 0);
    await expect.poll(() => shown(page).textContent()).toBe('Happy');

    const later = await placeOf(page, 8.5);
    await page.mouse.move(later.x, later.y);
    await page.locator('.tip b', { hasText: 'Angry' }).waitFor();
    await page.mouse.click(later.x, later.y);
    await expect.poll(() => at(page)).toBeCloseTo(8.5, 0);
    await expect.poll(() => shown(page).textContent()).toBe('Angry');

    const change = page.locator('section', { hasText: 'Moments' }).getByRole('button').filter({ hasText: /angry/i });
    await change.first().click();
    await expect.poll(() => at(page)).toBeCloseTo(TURN, 0);
    // Each person has charts of their own; whoever was not sure is told as such.
    expect(await page.locator('.timeline').count()).toBe(2);
    await page.locator('.timeline').nth(1).scrollIntoViewIfNeeded();
    await screenshot(page, 'report.png');
  });

  it('is light or dark as the system wishes, and the other at a click; on paper without buttons', async () => {
    const colour = (page: Page) => page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
    const [light, dark] = [await open(report), await open(report, 'dark')];
    const [day, night] = [await colour(light), await colour(dark)];
    expect(day).not.toBe(night);
    await light.getByRole('button', { name: 'Light / dark' }).click();
    expect(await colour(light)).toBe(night);
    await screenshot(dark, 'report-dark.png');
    await dark.emulateMedia({ media: 'print' });
    expect(await dark.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    expect(await colour(dark)).toBe('rgb(255, 255, 255)');
    const paper = await dark.pdf();
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('says where the recording is not beside it, and shows everything else', async () => {
    const alone = join(temporaryFolder(), 'report.html');
    copyFileSync(report, alone);
    const page = await open(alone);
    await page.getByText('is not beside this report').waitFor();
    const later = await placeOf(page, 8.5);
    await page.mouse.click(later.x, later.y);
    await expect.poll(() => shown(page).textContent()).toBe('Angry');
  });

  it('asked nobody for anything but the recording, and had nothing to complain of', () => {
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    expect(asked.some((url) => url.endsWith(MEDIA))).toBe(true);
    expect(browser.complaints).toEqual([]);
  });
});
