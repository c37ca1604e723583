import { expect, it } from 'vitest';
import { join, moving } from '../support/browser.js';
import { Coturn, COTURN, OWN_ADDRESS } from '../support/coturn.js';
import { ONLY_BY_RELAY, RELAYED } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';
import { startServer } from '../support/start-server.js';

export function byRelay(stage: () => Stage): void {
  const here = COTURN !== undefined && OWN_ADDRESS !== undefined;
  if (!here)
    console.warn('passed over: coturn (or an address but loopback) is not here; media by a relay are not tried');

  it.skipIf(!here)('people whose network lets nothing else through are in the call by a TURN server', async () => {
    const coturn = await Coturn.start(OWN_ADDRESS ?? '');
    const server = await startServer(['--turn-urls', coturn.url, '--turn-secret', coturn.secret]);
    try {
      const browser = await stage().browser(stage().person);
      const address = stage().address('relayed', server);
      const ada = await browser.open(address, {}, ONLY_BY_RELAY);
      const bea = await browser.open(address, {}, ONLY_BY_RELAY);
      await join(ada, 'Ada');
      await join(bea, 'Bea');
      await moving(ada, 'Bea');
      await moving(bea, 'Ada');
      // Both directions of both, and nothing by any other way.
      for (const page of [ada, bea]) expect(await page.evaluate<string[]>(RELAYED)).toEqual(['relay', 'relay']);
      expect(coturn.log).toMatch(/user <\d+:[\w-]+>.*ALLOCATE processed, success/);
    } finally {
      await server.stop();
      await coturn.stop();
    }
  });
}
