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
  it('black and silence make no emotion; a camera that freezes is told as stalled, and comes back; who vanishes is gone', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const [dark, seen] = await Promise.all([stage().browser(stage().nobody), stage().browser(stage().person)]);
    const nobody = await dark.open(stage().address(room));
    const bea = await seen.open(stage().address(room));
    for (const page of [nobody, bea]) await consent(page, 'Face', 'Voice');
    await join(nobody, 'Nobody');
    await blackAndSilent(nobody, log);
    await join(bea, 'Bea');
    await moving(nobody, 'Bea');
    const id = await ownId(bea);
    await frozen(bea, id, log);

    // No goodbye: as when the machine loses its power.
    const end = log.end(id);
    await seen.kill();
    expect((await end).reason).toBe('timed-out');
    await tile(nobody, 'Bea').waitFor({ state: 'detached' });
    log.close();
  });
}

async function blackAndSilent(page: Page, log: EventLog): Promise<void> {
  const id = await ownId(page);
  const both = (event: { face: { state: string }; voice: { state: string } }) =>
    event.face.state === 'live' && event.voice.state === 'live';
  await log.emotion(id, both);
  for (const event of (await log.windows(id, 4)).filter(both)) {
    expect(event).toMatchObject({ label: null, scores: null, valence: null, uncertain: true });
    expect(event.face).toMatchObject({ present: false, weight: 0, box: null, scores: null });
    expect(event.voice).toMatchObject({ present: false, weight: 0, scores: null });
  }
  await tile(page, 'Nobody').getByText('Nothing to judge by').waitFor();
  await accessible(page);
}

async function frozen(page: Page, id: string, log: EventLog): Promise<void> {
  await log.emotion(id, (event) => event.face.present);
  const stalled = log.emotion(id, (event) => event.face.state === 'stalled');
  await page.evaluate(FREEZE_CAMERA);
  expect((await stalled).face).toMatchObject({ present: false, box: null });
  await tile(page, 'Bea').getByText('no picture', { exact: true }).waitFor();
  await accessible(page);

  await page.getByRole('button', { name: 'Camera' }).click();
  await tile(page, 'Bea').getByText('camera off', { exact: true }).waitFor();
  await accessible(page);
  await log.emotion(id, (event) => !event.face.present);
  const back = log.emotion(id, (event) => event.face.present);
  await page.getByRole('button', { name: 'Camera' }).click();
  expect((await back).face.state).toBe('live');
}
