import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join as joinPath } from 'node:path';
import { expect, it } from 'vitest';
import { eventsOf } from '../../../src/files/event-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { join, OUTPUT, ownId } from '../support/browser.js';
import type { Stage } from '../support/stage.js';
import { MAIN } from '../support/start-server.js';

export function recording(stage: () => Stage): void {
  it('asks on the page whether one may be recorded: who says yes is in the file, who says nothing is not', async () => {
    const room = stage().room();
    const browser = await stage().browser(stage().person);
    const ada = await browser.open(stage().address(room));
    await ada.getByRole('switch', { name: 'Face' }).click();
    await join(ada, 'Ada');
    const file = joinPath(temporaryFolder(), 'events.jsonl');
    const record = spawn(process.execPath, [MAIN, 'record', room, '--server', stage().server.url, '--out', file]);
    const exited = once(record, 'exit');
    const question = ada.getByText('This call’s results are being recorded.');
    await question.waitFor();
    const bea = await browser.open(stage().address(room));
    await bea.getByRole('switch', { name: 'Face' }).click();
    await join(bea, 'Bea');
    await bea.getByRole('button', { name: 'Yes, record mine' }).waitFor();
    await ada.screenshot({ path: joinPath(OUTPUT, 'recording-question.png') });
    await ada.getByRole('button', { name: 'Yes, record mine' }).click();
    await ada.getByText('Yours are in it.').waitFor();
    const id = await ownId(ada);
    await expect
      .poll(() => [...eventsOf(file)].filter(({ type }) => type === 'emotion').length, { timeout: 60_000 })
      .toBeGreaterThan(1);

    // Withdrawing consent ends it; then one is asked anew.
    await ada.getByRole('button', { name: 'Stop all' }).click();
    await ada.getByRole('button', { name: 'Yes, record mine' }).waitFor();
    record.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    await question.waitFor({ state: 'hidden' });
    expect(new Set([...eventsOf(file)].map(({ participant }) => participant))).toEqual(new Set([id]));
  });
}
