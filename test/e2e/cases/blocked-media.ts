import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, moving, ownId, screenshot, tile } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import { BLOCK_MEDIA, STATES_SHOWN, UNBLOCK_MEDIA } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

export function blockedMedia(stage: () => Stage): void {
  it('media that find no way are told on the page, to the call, to subscribers and as a metric, and nothing else is claimed', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const browser = await stage().browser(stage().person);
    const ada = await browser.open(stage().address(room));
    await join(ada, 'Ada');
    const bea = await browser.open(stage().address(room), {}, BLOCK_MEDIA);
    for (const name of ['Face', 'Voice']) await bea.getByRole('switch', { name }).click();
    await bea.getByLabel('Your name').fill('Bea');
    await bea.getByRole('button', { name: /^Join/ }).click();
    await bea.locator('.state[data-state="blocked"]').waitFor();
    await bea.getByRole('alert').getByText('Your camera and microphone do not reach the server').waitFor();
    await bea.getByText('Nothing of you is analysed at the moment.').waitFor();
    const id = await ownId(bea);
    expect((await log.media(id, 'camera')).problem).toBe('not-connected');
    expect((await log.media(id, 'microphone')).problem).toBe('not-connected');
    await tile(ada, 'Bea').getByText('no picture or sound gets through').waitFor();
    const metrics = await (await fetch(new URL('/metrics', stage().server.url))).text();
    expect(metrics).toContain('emostream_media_blocked{reason="not-connected"} 2');
    await screenshot(bea, 'blocked.png');
    await accessible(bea);
    await screenshot(ada, 'blocked-peer.png');
    await accessible(ada);
    const shown = await bea.evaluate<string>(STATES_SHOWN);
    expect(shown).toContain('connecting …');
    expect(shown).not.toContain('connected');
    expect(shown).not.toContain('You are being analysed');

    // The way opens: the page finds it by itself.
    const well = log.media(id, 'camera', null);
    await bea.evaluate(UNBLOCK_MEDIA);
    await bea.locator('.state[data-state="joined"]').waitFor();
    await bea.getByText('You are being analysed: face, voice.').waitFor();
    await bea.getByRole('alert').waitFor({ state: 'hidden' });
    await well;
    await moving(ada, 'Bea');
    log.close();
  });
}
