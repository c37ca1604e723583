import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WholeLines } from '../../src/common/whole-lines.js';

it('a disk that takes a part of a line spoils no other, and every line is there or counted as lost', () => {
  const batches = fc.array(
    fc.record({ lines: fc.integer({ min: 1, max: 5 }), room: fc.integer({ min: 0, max: 60 }) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(batches, (all) => {
      const whole = new WholeLines();
      let file = '';
      let [made, lost] = [0, 0];
      for (const { lines, room } of all) {
        const bytes = whole.bytesOf(Array.from({ length: lines }, () => `line ${String(made++)}!\n`).join(''));
        const written = Math.min(room, bytes.length);
        file += bytes.subarray(0, written).toString();
        if (written < bytes.length) lost += whole.lost(bytes, written);
        whole.took(bytes, written);
      }
      const good = file.split('\n').filter((line) => /^line \d+!$/.test(line));
      // One that lacks its end alone is counted as lost, and can be read all the same: at most one each time.
      expect(good.length + lost).toBeGreaterThanOrEqual(made);
      expect(good.length + lost).toBeLessThanOrEqual(made + all.length);
      expect(new Set(good).size).toBe(good.length);
    }),
  );
});
