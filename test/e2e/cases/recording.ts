import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join as joinPath } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventsOf } from '../../../src/files/event-file.js';
import { Relay } from '../../client/support/relay.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { accessible } from '../support/accessible.js';
import { join, OUTPUT, ownId } from '../support/browser.js';
import type { Stage } from '../support/stage.js';
import { MAIN } from '../support/start-server.js';

export function recording(stage: () => Stage): void {
  it('asks on the page whether one may be recorded: who says yes is in the file, who says nothing is not', async () => {
    const room = stage().room();
    const browser = await stage().browser(stage().person);
    const relay = await Relay.start(Number(new URL(stage().server.url).port));
    onTestFinished(() => relay.close());
    const ada = await browser.open(`http://127.0.0.1:${relay.port}/?room=${room}`);
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
    await accessible(ada);
    await ada.getByRole('button', { name: 'Yes, record mine' }).click();
    await ada.getByText('Yours are in it.').waitFor();
    await accessible(ada);
    const id = await ownId(ada);
    const emotions = () => [...eventsOf(file)].filter((event) => event.type === 'emotion');
    await expect.poll(() => emotions().length, { timeout: 60_000 }).toBeGreaterThan(1);

    // The seat is lost, and the yes with it; taken again, the page repeats it, of this same recording.
    const lostAt = Date.now();
    relay.cut();
    const later = () => emotions().filter(({ window }) => window.start > lostAt).length;
    await expect.poll(later, { timeout: 60_000 }).toBeGreaterThan(1);
    await ada.getByText('Yours are in it.').waitFor();
    const ids = [id, await ownId(ada)];

    // Withdrawing consent ends it; then one is asked anew.
    await ada.getByRole('button', { name: 'Stop all' }).click();
    await ada.getByRole('button', { name: 'Yes, record mine' }).waitFor();
    record.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    await question.waitFor({ state: 'hidden' });
    expect(new Set([...eventsOf(file)].map(({ participant }) => participant))).toEqual(new Set(ids));
  });
}
