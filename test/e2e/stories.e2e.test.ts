import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { looks } from './cases/looks.js';
import { OUTPUT, PROJECT, TestBrowser } from './support/browser.js';
import { type Area, differenceOf, Picture } from './support/compare-pictures.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** So much of a story may look otherwise: ten times what another font changes, half of what the smallest change of state does. */
const TOLERANCE = 0.007;
/** Set: the pictures are made anew, to be looked at and committed. */
const RENEW = process.env.UPDATE_SCREENSHOTS === '1';

/** So little differs between these, at least: a strip, a bar, a badge. */
const TOLD_APART = [
  ['live', 'gaps'],
  ['live', 'not-sure'],
  ['live', 'late'],
  ['live', 'nobody-there'],
  ['live-wide', 'every-label'],
  ['lost', 'off'],
  ['compact', 'lost'],
] as const;

interface Sheet {
  picture: Picture;
  bytes: Buffer;
  areas: Map<string, Area>;
}

describe('the stories', () => {
  let vite: ViteDevServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    vite = await createServer({
      ...{ configFile: false, root: join(PROJECT, 'client'), logLevel: 'warn', cacheDir: join(OUTPUT, 'vite') },
      server: { host: '127.0.0.1', port: 0, hmr: false },
    });
    await vite.listen();
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await vite.close();
  });

  const openStory = (query: string, options: BrowserContextOptions): Promise<Page> => {
    const { port } = vite.httpServer?.address() as AddressInfo;
    return browser.open(`http://127.0.0.1:${String(port)}/stories.html?${query}`, {
      ...{ reducedMotion: 'reduce', colorScheme: 'dark' },
      ...options,
    });
  };
  const open = (theme: string): Promise<Page> =>
    openStory(`story=overlay&theme=${theme}`, { viewport: { width: 1176, height: 800 } });

  async function take(page: Page): Promise<Sheet> {
    await page.locator('[data-story="words"] emo-overlay').waitFor();
    const areas = await page.evaluate<[string, Area][]>(
      `[...document.querySelectorAll('[data-story]')].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return [each.dataset.story, { x, y: y + scrollY, width, height }];
      })`,
    );
    const bytes = await page.locator('.overlay-stories').screenshot({ animations: 'disabled' });
    return { picture: new Picture(PNG.sync.read(bytes)), bytes, areas: new Map(areas) };
  }

  const unlike = (sheet: Sheet, other: Picture): string[] =>
    [...sheet.areas]
      .filter(([, area]) => differenceOf(sheet.picture, area, other, area) > TOLERANCE)
      .map(([name]) => name);

  it.each(['dark', 'light'])('of the overlay look as they did, %s', async (theme) => {
    const page = await open(theme);
    const sheet = await take(page);
    const kept = join(PROJECT, 'client', 'screenshots', `stories-${theme}.png`);
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(join(OUTPUT, `stories-${theme}.png`), sheet.bytes);
    if (RENEW || !existsSync(kept)) writeFileSync(kept, sheet.bytes);
    expect(sheet.areas.size).toBeGreaterThan(20);
    const known = new Picture(PNG.sync.read(readFileSync(kept)));
    expect(unlike(sheet, known), `compare test-output/stories-${theme}.png with ${kept}`).toEqual([]);

    // Another font is no other look …
    await page.addStyleTag({ content: '.overlay-stories emo-overlay { font-family: serif }' });
    expect(unlike(await take(page), known)).toEqual([]);
    await page.context().close();
    // … and another state is.
    for (const [one, other] of TOLD_APART) {
      const [at, otherAt] = [sheet.areas.get(one)!, sheet.areas.get(other)!];
      expect(differenceOf(known, otherAt, sheet.picture, at), `${one} and ${other}`).toBeGreaterThan(TOLERANCE);
    }
  });

  looks(openStory);
});
