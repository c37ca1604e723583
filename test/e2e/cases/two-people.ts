import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { toldSeconds } from '../../../bench/support/told-seconds.js';
import { accessible } from '../support/accessible.js';
import { connected, join, moving, ownId, screenshot, tile } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import { FOCUSED_NAME } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

/** Presses Tab until the element with this accessible name has the focus, as somebody without a mouse would. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (name.test(await page.evaluate<string>(FOCUSED_NAME))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

async function joinByKeyboard(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Join the call' }).waitFor();
  await tabTo(page, /Your name/);
  await page.keyboard.type(name);
  await tabTo(page, /Join the call/);
  await page.keyboard.press('Enter');
  await connected(page);
}

export function twoPeople(stage: () => Stage): void {
  it('two people see each other; the one who consents is analysed every second until she withdraws', async () => {
    const room = stage().room();
    const log = await EventLog.open(stage().server.url, room);
    const [first, second] = await Promise.all([stage().browser(stage().nobody), stage().browser(stage().person)]);
    const screen = { viewport: { width: 1400, height: 900 } };
    const ada = await first.open(stage().address(room), screen);
    const bea = await second.open(stage().address(room), screen);

    // Nothing is ticked before its owner ticks it.
    for (const name of ['Face', 'Voice', 'Words', 'Show my words']) {
      expect(await bea.getByRole('switch', { name, exact: true }).isChecked()).toBe(false);
    }
    await join(ada, 'Ada');
    await joinByKeyboard(bea, 'Bea');
    const seen = await Promise.all([moving(ada, 'Bea'), moving(bea, 'Ada'), moving(bea, 'Bea')]);
    for (const { width, height } of seen) {
      expect(width).toBeGreaterThan(0);
      expect(height).toBeGreaterThan(0);
    }
    expect(log.all).toEqual([]);

    const id = await ownId(bea);
    const begun = log.emotion(id, (event) => event.face.present);
    await tabTo(bea, /Face/);
    await bea.keyboard.press('Space');
    await bea.getByRole('switch', { name: 'Voice' }).click();
    await bea.getByText('You are being analysed: face, voice.').waitFor();
    await tile(ada, 'Bea').getByText('Analysis on').waitFor();
    await begun;

    // The spoken sentence and its pause last 8 s together.
    // A busy machine may see no picture of a second in time.
    const windows = await log.windows(id, 10, (event) => event.face.present);
    const starts = windows.map((event) => event.window.start);
    // Every second, one after the other; what a busy machine leaves out it tells.
    expect(toldSeconds(log.all, id, { fromMs: starts[0]!, toMs: starts.at(-1)! }).silent).toBe(0);
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    expect(windows.map((event) => event.window.end - event.window.start)).toEqual(windows.map(() => 1000));
    const spoken = windows.filter((event) => event.voice.present).length;
    expect(spoken).toBeGreaterThanOrEqual(2);
    expect(windows.length - spoken).toBeGreaterThanOrEqual(2);
    expect(windows.some((event) => event.words.state !== 'off' || event.words.present)).toBe(false);
    for (const { label, confidence, face, voice } of windows.filter((event) => event.face.present)) {
      expect(label).not.toBeNull();
      expect(confidence).toBeGreaterThan(0);
      expect(face.weight + voice.weight).toBeCloseTo(1, 3);
    }

    await bea.getByRole('switch', { name: 'Words', exact: true }).click();
    const worded = log.emotion(id, (event) => event.words.present);
    await bea.getByLabel('Caption of what you say').fill('I am so happy to see you today, my friend.');
    await bea.keyboard.press('Enter');
    expect((await worded).words).toMatchObject({ state: 'live', present: true });

    // While she speaks, so that the picture shows all three.
    await log.emotion(id, (event) => event.face.present && event.voice.present);
    await ada.locator('.tile[data-name="Bea"] emo-overlay[data-status="live"]').waitFor();
    await bea.locator('.tile.own emo-overlay[data-status="live"]').waitFor();
    await screenshot(bea, 'call.png');
    for (const colorScheme of ['dark', 'light'] as const) {
      await bea.emulateMedia({ colorScheme });
      await accessible(bea);
    }

    // Ada's own windows are the clock by which the silence after Bea's withdrawal is told.
    await ada.getByRole('switch', { name: 'Face' }).click();
    const adaId = await ownId(ada);
    await log.emotion(adaId);
    const end = log.end(id);
    const withdrawnMs = Date.now();
    await bea.getByRole('button', { name: 'Stop all' }).click();
    expect((await end).reason).toBe('consent-withdrawn');
    await log.windows(adaId, 5);
    const late = log.all.filter((event) => event.participant === id && log.arrivals.get(event)! > withdrawnMs + 2000);
    expect(late).toEqual([]);
    await tile(ada, 'Bea').getByText('nothing is analysed').waitFor();
    await bea.getByText('Nothing of you is analysed.').waitFor();
    log.close();
  });
}
