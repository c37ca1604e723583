import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, tile } from '../support/browser.js';
import type { Stage } from '../support/stage.js';

/** The last of those at the guarded server, which it stops. */
export function accessEnds(stage: () => Stage): void {
  it('says when one’s access ends, and then that it has ended, in one notice, as long as it is true', async () => {
    const room = stage().room();
    const { url, stop } = await stage().guarded();
    const browser = await stage().browser(stage().nobody);
    // Who comes without an invitation finds where to put it, and Join without scrolling.
    const stranger = await browser.open(`${url}?room=${room}`, { viewport: { width: 1280, height: 800 } });
    await stranger.getByLabel('Access token').waitFor();
    const box = await stranger.getByRole('button', { name: /^Join/ }).boundingBox();
    expect(box!.y + box!.height).toBeLessThanOrEqual(800);
    await stranger.context().close();
    const fay = await browser.open(await stage().invitation(room));
    await fay.getByRole('switch', { name: 'Voice' }).click();
    await join(fay, 'Fay');
    // Told a minute before, so at once.
    const page = await browser.open(await stage().invitation(room, {}, 12));
    await join(page, 'Eve');
    await page.getByText(/^Your access ends at \d/).waitFor();
    await page.getByText('Your access has ended.').waitFor();
    await accessible(page);
    expect(await page.locator('.notice.problem').count()).toBe(1);
    await tile(page, 'Fay').getByText('Analysis on').waitFor();
    // Without a connection nobody knows of anybody. With this token there will be none again: then the lobby follows.
    await Promise.all([tile(page, 'Fay').locator('.headline').getByText('Connection lost').waitFor(), stop()]);
    await page.getByText('Your access has ended.').waitFor({ state: 'detached' });
  });
}
