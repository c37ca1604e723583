import { expect, it } from 'vitest';
import { startServer } from '../../server/support/test-server.js';
import { accessible } from '../support/accessible.js';
import { connected, join } from '../support/browser.js';
import type { Stage } from '../support/stage.js';

export function failedSeat(stage: () => Stage): void {
  it('a seat that the server lost to an error is taken again, and the person is told what happened', async () => {
    const server = await startServer();
    try {
      const token = await server.token();
      const browser = await stage().browser(stage().nobody);
      const page = await browser.open(`${server.server.url}?room=room#token=${token}`);
      await join(page, 'Gil');
      const participants = () => [...(server.server.rooms.open.get('room')?.room.participants.values() ?? [])];
      const [before] = participants();
      before?.close('failed');
      await page.getByText('Something failed on the server').waitFor();
      await accessible(page);
      await expect.poll(() => participants().filter((each) => !each.closed).length, { timeout: 60_000 }).toBe(1);
      expect(participants()[0]).not.toBe(before);
      await connected(page);
      // Who was put out by a rule does not come back.
      participants()[0]?.close('removed');
      await page.getByText('you were removed from the call').waitFor();
      await page.getByRole('button', { name: /^Join/ }).waitFor();
      expect(participants()).toEqual([]);
    } finally {
      await server.close();
    }
  });
}
