import { setFlagsFromString } from 'node:v8';

/** The heap may grow by so much of what is alive, percent, before everything is marked again. */
const GROWING_PERCENT = 200;

/**
 * V8 counts buffers outside its heap (pictures, sound, features: megabytes a second, dead at once) towards the size at which it
 * marks the whole heap, and lets a small one grow by two thirds only: with two dozen people a process marked everything five
 * times a second, a sixth of what it did. Memory at its peak is as before, for young buffers go with the young generation.
 */
export function collectSeldom(): void {
  setFlagsFromString(`--heap-growing-percent=${String(GROWING_PERCENT)}`);
}
