import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, type Heard } from '../../../src/features/types.js';

/** What encoders may have heard of the newest seconds of a window. @param value of each number, by its place; asked for all of them */
export function heardOf(seconds: number, value: (at: number) => number): Heard {
  const present = new Uint8Array(HEARD_STEPS).fill(1, HEARD_STEPS - seconds * HEARD_PER_SECOND);
  const frames = Float32Array.from({ length: HEARD_STEPS * HEARD_WIDTH }, (_, at) => {
    const given = value(at);
    return present[Math.floor(at / HEARD_WIDTH)] ? given : 0;
  });
  return { frames, present };
}
