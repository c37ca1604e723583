import { expect, it } from 'vitest';
import { FlashCall } from '../../../bench/shown/measure.js';
import type { Stage } from '../support/stage.js';

export function shown(stage: () => Stage): void {
  it('a face that appears is shown with the second in which it did, as `npm run bench:shown` measures it', async () => {
    const browser = await stage().browser({});
    const call = await FlashCall.join((url, script) => browser.open(url, {}, script), stage().address(stage().room()));
    const { sinceFlashMs, sinceSecondMs } = await call.flash(300);
    // How long it takes is for the benchmark to say: here other tests may run beside it.
    expect(sinceFlashMs).toBeGreaterThan(0);
    expect(sinceSecondMs).toBeGreaterThan(0);
    // The second that is shown holds the flash; where the machine was late, one after it.
    expect(sinceFlashMs).toBeGreaterThan(sinceSecondMs);
  });
}
