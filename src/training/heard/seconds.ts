import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, type Heard } from '../../features/types.js';

/** What the pretrained encoders make of a second of sound: HEARD_PER_SECOND × HEARD_WIDTH. */
export interface SecondEncoder {
  /** Changes with the encoders, so that what another made is made again. */
  readonly identity: string;
  encode: (second: Float32Array) => Promise<Float32Array>;
}

/** Numbers of a second. */
export const SECOND = HEARD_PER_SECOND * HEARD_WIDTH;
export const WINDOW_SECONDS = HEARD_STEPS / HEARD_PER_SECOND;

/** What of a window is heard that ends with so many seconds of those that are given, null where one was not encoded; null: nothing. */
export function windowOf(seconds: readonly (Float32Array | null)[], end: number): Heard | null {
  const own = Array.from({ length: WINDOW_SECONDS }, (_, i) => seconds[end - WINDOW_SECONDS + i] ?? null);
  if (own.every((second) => second === null)) return null;
  const frames = new Float32Array(HEARD_STEPS * HEARD_WIDTH);
  const present = new Uint8Array(HEARD_STEPS);
  for (const [i, second] of own.entries()) {
    if (!second) continue;
    frames.set(second, i * SECOND);
    present.fill(1, i * HEARD_PER_SECOND, (i + 1) * HEARD_PER_SECOND);
  }
  return { frames, present };
}

/** What was heard in n windows as one, for `predictVoices`; null where it was nothing in any. */
export function joinHeard(windows: readonly (Heard | null)[]): Heard | null {
  if (!windows.some((window) => window !== null)) return null;
  const n = windows.length;
  const joined: Heard = {
    frames: new Float32Array(n * HEARD_STEPS * HEARD_WIDTH),
    present: new Uint8Array(n * HEARD_STEPS),
  };
  windows.forEach((window, i) => {
    if (!window) return;
    joined.frames.set(window.frames, i * HEARD_STEPS * HEARD_WIDTH);
    joined.present.set(window.present, i * HEARD_STEPS);
  });
  return joined;
}
