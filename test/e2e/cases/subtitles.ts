import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { EmotionFeed, type Words } from '../../../client/lib/index.js';
import { nodeSocket } from '../../../client/lib/node.js';
import { accessible } from '../support/accessible.js';
import { join, ownId, screenshot, tile } from '../support/browser.js';
import { EMBED_OVERLAY, TOP_OF_SUBTITLES } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

/** Somebody who is not in the room, and what they are told of words. */
async function listener(server: string, token: string) {
  const feed = new EmotionFeed({ server, token, socket: nodeSocket });
  const heard: Words[] = [];
  const withdrawn: string[] = [];
  feed.on('words', (words) => heard.push(words));
  feed.on('wordsWithdrawn', ({ participant }) => withdrawn.push(participant));
  await feed.start();
  return { feed, heard, withdrawn };
}

const lines = (page: Page, name: string) => tile(page, name).locator('.subtitles .lines');
const type = async (page: Page, text: string) => {
  await page.getByLabel('Caption of what you say').fill(text);
  await page.keyboard.press('Enter');
};
const toggle = (page: Page, name: string) => page.getByRole('switch', { name, exact: true }).click();

export function subtitles(stage: () => Stage): void {
  it('who shows their words is read by those in the room and by whoever was granted it, by nobody else, until they hide them', async () => {
    const room = stage().room();
    const { url } = await stage().guarded();
    const reader = await listener(url, await stage().token(room, { subscribe: true, transcript: true }));
    const stranger = await listener(url, await stage().token(room, { subscribe: true }));
    try {
      const [first, second] = await Promise.all([stage().browser(stage().nobody), stage().browser(stage().person)]);
      const ada = await first.open(await stage().invitation(room), { viewport: { width: 1400, height: 900 } });
      const bea = await second.open(await stage().invitation(room));

      // Words that are not analysed cannot be shown.
      expect(await bea.getByRole('switch', { name: 'Show my words' }).isDisabled()).toBe(true);
      await toggle(bea, 'Words');
      await Promise.all([join(ada, 'Ada'), join(bea, 'Bea')]);
      const id = await ownId(bea);
      await type(bea, 'for the analysis alone');
      await bea.getByText('Sent for analysis.').waitFor();

      // A page of somebody else that has the overlay, and a token that lets it read.
      const elsewhere = await first.open(url);
      const embedded = {
        room,
        participant: id,
        granted: await stage().token(room, { subscribe: true, transcript: true }),
      };
      await elsewhere.evaluate(`(${EMBED_OVERLAY})(${JSON.stringify(embedded)})`);

      await toggle(bea, 'Show my words');
      await bea.getByText('Analysed, and shown to everyone here.').waitFor();
      await tile(ada, 'Bea').getByRole('img', { name: 'shows what they say' }).waitFor();
      await type(bea, 'Hello, everybody');
      await lines(ada, 'Bea').getByText('Hello, everybody').waitFor();
      await lines(bea, 'Bea').getByText('Hello, everybody').waitFor();
      await elsewhere.locator('emo-overlay .lines').getByText('Hello, everybody').waitFor();
      await bea.getByText('Sent, and shown to everyone here.').waitFor();
      await accessible(bea);
      await vi.waitUntil(() => reader.heard.length > 0);
      expect(reader.heard).toMatchObject([
        { participant: id, text: 'Hello, everybody', final: true, source: 'caption', language: null },
      ]);

      // Recognised words need the voice as well.
      await toggle(bea, 'Voice');
      await lines(ada, 'Bea').getByText('what a wonderful day').waitFor();
      const where = await ada.evaluate<{ subtitles: number; panel: number; picture: number }>(TOP_OF_SUBTITLES);
      expect(where.subtitles).toBeLessThanOrEqual(where.panel);
      expect(where.subtitles).toBeGreaterThan(where.picture);
      await screenshot(ada, 'subtitles.png');
      await accessible(ada);
      expect(reader.heard.some(({ source, text }) => source === 'voice' && text === 'what a wonderful day')).toBe(true);

      // Who does not want to read turns them off for themselves.
      await ada.getByRole('button', { name: 'Subtitles' }).click();
      await lines(ada, 'Bea').waitFor({ state: 'hidden' });
      await ada.getByRole('button', { name: 'Subtitles' }).click();
      await lines(ada, 'Bea').waitFor();

      await toggle(bea, 'Show my words');
      await lines(ada, 'Bea').waitFor({ state: 'hidden' });
      await elsewhere.locator('emo-overlay .lines').waitFor({ state: 'hidden' });
      await tile(ada, 'Bea').getByRole('img', { name: 'shows what they say' }).waitFor({ state: 'hidden' });
      await vi.waitUntil(() => reader.withdrawn.includes(id));
      const before = reader.heard.length;
      await type(bea, 'nobody reads this');
      await bea.getByText('Sent for analysis.').waitFor();
      // Seconds of speech go by, and are analysed; one of the reader's own events comes after each.
      for (let n = 0; n < 3; n++) {
        await new Promise<void>((resolve) => {
          const stop = reader.feed.on('emotion', (event) => {
            if (!event.words.present) return;
            stop();
            resolve();
          });
        });
      }
      expect(reader.heard.slice(before)).toEqual([]);
      expect(await lines(ada, 'Bea').isVisible()).toBe(false);
      expect(stranger.heard).toEqual([]);
      expect(stranger.withdrawn).toEqual([]);
      expect(reader.heard.every(({ participant }) => participant === id)).toBe(true);
      expect(reader.heard.some(({ text }) => text.includes('alone') || text.includes('nobody'))).toBe(false);
    } finally {
      reader.feed.close();
      stranger.feed.close();
    }
  });
}
