import { expect, it } from 'vitest';
import { tokenResponseSchema } from '../../../src/server/protocol.js';
import { accessible } from '../support/accessible.js';
import { join, ownId, screenshot } from '../support/browser.js';
import type { Stage } from '../support/stage.js';

export function overlayByUrl(stage: () => Stage): void {
  it('is shown by its address alone: of whom it names, on nothing, as long as they agree to it', async () => {
    const room = stage().room();
    const { url } = stage().server;
    const browser = await stage().browser(stage().person);
    const ada = await browser.open(stage().address(room));
    await ada.getByRole('switch', { name: 'Face' }).click();
    await join(ada, 'Ada');
    const participant = await ownId(ada);
    const asked = await fetch(new URL('api/token', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room }),
    });
    const { token } = tokenResponseSchema.parse(await asked.json());
    const address = (query: string) => `${new URL(`overlay/${room}`, url).href}?${query}#token=${token}`;

    const overlay = await browser.open(address(`participant=${participant}`), {
      viewport: { width: 640, height: 360 },
    });
    await overlay.locator('emo-overlay[data-status="live"]').waitFor();
    expect(
      await overlay.evaluate(
        '[document.documentElement, document.body].map((e) => getComputedStyle(e).backgroundColor)',
      ),
    ).toEqual(Array(2).fill('rgba(0, 0, 0, 0)'));
    await overlay.locator('figcaption').getByText('Analysis on').waitFor();
    await screenshot(overlay, 'overlay-by-url.png', true);
    await accessible(overlay);

    const everybody = await browser.open(address('view=compact&align=top&width=300'));
    await everybody.locator('emo-overlay[compact][data-status="live"]').waitFor();
    expect(await everybody.locator('figure').count()).toBe(1);
    const box = await everybody.locator('emo-overlay').boundingBox();
    expect(box?.width).toBe(300);
    await screenshot(everybody, 'overlay-by-url-compact.png', true);
    await accessible(everybody);

    const nobody = await browser.open(address('participant=somebody-else'));
    await ada.getByRole('switch', { name: 'Face' }).click();
    for (const page of [overlay, everybody]) await page.locator('emo-overlay').waitFor({ state: 'hidden' });
    expect(await nobody.locator('emo-overlay').isVisible()).toBe(false);

    const refused = await browser.open(`${new URL(`overlay/${room}`, url).href}#token=a.b.c`);
    await refused.getByRole('alert').getByText('access token is not valid').waitFor();
    await accessible(refused);
  });
}
