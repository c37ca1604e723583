import { expect, it } from 'vitest';
import { ScriptedPlacement } from '../../server/support/scripted-placement.js';
import { startServer } from '../../server/support/test-server.js';
import { connected, join } from '../support/browser.js';
import type { Stage } from '../support/stage.js';

export function movedCall(stage: () => Stage): void {
  it('the page goes to the server that has the room, and with the call when that moves', async () => {
    const second = new ScriptedPlacement('http://127.0.0.1:1/');
    const there = await startServer({}, { placement: second });
    const first = new ScriptedPlacement(`${there.server.url}/`);
    const here = await startServer({}, { placement: first });
    try {
      second.other = `${here.server.url}/`;
      second.tell([there.server.url, here.server.url]);
      second.isThere = () => false;
      first.isThere = () => true;
      const browser = await stage().browser(stage().nobody);
      const page = await browser.open(`${here.server.url}?room=room#token=${await here.token()}`);
      await join(page, 'Gil');
      await connected(page);
      const seats = () => [here, there].map(({ server }) => server.rooms.open.get('room')?.size ?? 0);
      expect(seats()).toEqual([0, 1]);
      [first.isThere, second.isThere] = [second.isThere, first.isThere];
      second.host?.move('room', second.other);
      await expect.poll(seats, { timeout: 60_000 }).toEqual([1, 0]);
      await connected(page);
    } finally {
      await Promise.all([here.close(), there.close()]);
    }
  });
}
