import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, ownId, screenshot, tile } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import type { Stage } from '../support/stage.js';

export function severalFaces(stage: () => Stage): void {
  it('two people before one camera have an id, a result and a box each, until consent is taken back', async () => {
    const room = stage().room();
    const { url } = await stage().guarded();
    const log = await EventLog.open(url, room, await stage().token(room, { subscribe: true }));
    const browser = await stage().browser(stage().pair);
    const page = await browser.open(await stage().invitation(room));
    await page.getByRole('switch', { name: 'Face' }).click();
    await join(page, 'Ada and Ben');
    const id = await ownId(page);
    const [first] = await Promise.all([
      log.emotion(id, ({ faces }) => faces?.length === 2 && faces.every(({ label }) => !!label)),
      tile(page, 'Ada and Ben').locator('.faces .box.shown.tagged').nth(1).waitFor(),
    ]);
    const faces = [...first.faces!].sort((a, b) => a.box.x - b.box.x);
    expect(new Set(faces.map((face) => face.id)).size).toBe(2);
    expect(faces.filter(({ judged }) => judged)).toHaveLength(1);
    // Who they are by their places in the picture.
    const middles = faces.map(({ box }) => box.x + box.width / 2);
    expect(middles[0]).toBeLessThan(0.45);
    expect(middles[1]).toBeGreaterThan(0.55);
    // A window for which a busy machine saw nobody in time has no faces at all.
    for (const { faces: later = [] } of await log.windows(id, 3, ({ faces: seen }) => (seen?.length ?? 0) > 0)) {
      for (const { id: one } of later) expect(faces.map((face) => face.id)).toContain(one);
    }
    await screenshot(page, 'two-faces.png');
    await accessible(page);

    const ended = log.end(id);
    await page.getByRole('switch', { name: 'Face' }).click();
    await ended;
    await tile(page, 'Ada and Ben').locator('.faces .box.shown').first().waitFor({ state: 'hidden' });
    const again = log.emotion(id, ({ faces: seen }) => (seen?.length ?? 0) > 0);
    await page.getByRole('switch', { name: 'Face' }).click();
    // Nobody is known again by what was seen under another consent.
    for (const { id: one } of (await again).faces!) expect(faces.map((face) => face.id)).not.toContain(one);
    log.close();
  });
}
