import fc from 'fast-check';
import { expect, it } from 'vitest';
import measured from '../../bench/results/voice-encoders.json' with { type: 'json' };
import { peopleAtOnce, WindowPhases } from '../../src/analysis/window-phases.js';
import { ENCODER_PATIENCE_MS } from '../../src/features/encode-voice.js';

it('a batch full of people shares an instant; the next ones have others, as far apart as can be', () => {
  const phases = new WindowPhases(() => 2);
  const taken = Array.from({ length: 8 }, () => phases.take());
  expect(taken).toEqual([0, 0, 500, 500, 250, 250, 750, 750]);
});

it('where voices are encoded, one core has them all heard before the first window stops waiting', () => {
  const { 'both encoders, as a call asks them': both } = measured.cpuMs;
  expect(peopleAtOnce(32, true) * both.median).toBeLessThanOrEqual(ENCODER_PATIENCE_MS);
  expect(peopleAtOnce(4, true)).toBe(4);
  expect(peopleAtOnce(32, false)).toBe(32);
});

it('whoever comes after somebody left takes their instant', () => {
  const phases = new WindowPhases(() => 2);
  for (let i = 0; i < 6; i++) phases.take();
  phases.release(500);
  expect([phases.take(), phases.take(), phases.take()]).toEqual([500, 750, 750]);
});

it('however people come and go, no instant has many more than a batch while another has room', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16 }),
      fc.array(fc.oneof(fc.constant('come'), fc.nat(200)), { maxLength: 300 }),
      (batch, moves) => {
        const phases = new WindowPhases(() => batch);
        const present: number[] = [];
        const countOf = (phase: number) => present.filter((one) => one === phase).length;
        for (const move of moves) {
          if (move === 'come' || present.length === 0) {
            const least = Math.min(...[0, 125, 250, 375, 500, 625, 750, 875].map(countOf));
            const phase = phases.take();
            expect(Number.isInteger(phase / 125) && phase >= 0 && phase < 1000).toBe(true);
            expect(countOf(phase) < batch || countOf(phase) === least).toBe(true);
            present.push(phase);
          } else {
            phases.release(present.splice(Number(move) % present.length, 1)[0]!);
          }
        }
      },
    ),
  );
});
