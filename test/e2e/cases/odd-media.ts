import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, moving, ownId, tile } from '../support/browser.js';
import { FREEZE_CAMERA } from '../support/in-page.js';
import { EventLog } from '../support/event-log.js';
import type { Stage } from '../support/stage.js';

async function consent(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.getByRole('switch', { name }).click();
}

export function oddMedia(stage: () => Stage): void {
  it('a black picture has no face and silence no voice, and neither makes an emotion', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const browser = await stage().browser(stage().nobody);
    const page = await browser.open(stage().address(room));
    await consent(page, 'Face', 'Voice');
    await join(page, 'Nobody');
    const id = await ownId(page);
    const both = (event: { face: { state: string }; voice: { state: string } }) =>
      event.face.state === 'live' && event.voice.state === 'live';
    await log.emotion(id, both);
    for (const event of (await log.windows(id, 4)).filter(both)) {
      expect(event).toMatchObject({ label: null, scores: null });
      expect(event.face).toMatchObject({ present: false, box: null, scores: null });
      expect(event.voice).toMatchObject({ present: false, scores: null });
    }
    await tile(page, 'Nobody').getByText('Nothing to judge by').waitFor();
    await accessible(page);
    log.close();
  });

  it('a camera that freezes is told as stalled, one that is switched off looks so, and it comes back', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const browser = await stage().browser(stage().person);
    const page = await browser.open(stage().address(room));
    await consent(page, 'Face', 'Voice');
    await join(page, 'Bea');
    const id = await ownId(page);
    await log.emotion(id, (event) => event.face.present);

    const stalled = log.emotion(id, (event) => event.face.state === 'stalled');
    await page.evaluate(FREEZE_CAMERA);
    expect((await stalled).face).toMatchObject({ present: false, box: null });

    await tile(page, 'Bea').getByText('no picture', { exact: true }).waitFor();
    await accessible(page);

    await page.getByRole('button', { name: 'Camera' }).click();
    await tile(page, 'Bea').getByText('camera off').waitFor();
    await accessible(page);
    await log.emotion(id, (event) => !event.face.present);
    const back = log.emotion(id, (event) => event.face.present);
    await page.getByRole('button', { name: 'Camera' }).click();
    expect((await back).face.state).toBe('live');
    log.close();
  });

  it('somebody who vanishes without goodbye is gone for the others, and their events end', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const [stays, goes] = await Promise.all([stage().browser(stage().nobody), stage().browser(stage().person)]);
    const ada = await stays.open(stage().address(room));
    const bea = await goes.open(stage().address(room));
    await join(ada, 'Ada');
    await consent(bea, 'Face');
    await join(bea, 'Bea');
    const id = await ownId(bea);
    await moving(ada, 'Bea');
    await log.emotion(id);
    const end = log.end(id);
    await goes.kill();
    expect((await end).reason).toBe('timed-out');
    await tile(ada, 'Bea').waitFor({ state: 'detached' });
    log.close();
  });
}
