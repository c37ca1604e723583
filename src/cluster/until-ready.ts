import { setTimeout as delay } from 'node:timers/promises';

/** Servers that were started just now, or of which one is gone, may have to find each other and choose who leads first, ms. */
const START_MS = 10_000;
const RETRY_MS = 250;

export interface Patience {
  /** How long it is tried, ms; default 10 s. */
  ms?: number | undefined;
  /** Waiting does not help. */
  isFinal?: (error: unknown) => boolean;
}

/** As a node starts: does what NATS may not be ready for yet, again and again. @throws what it threw last */
export async function untilReady<T>(
  open: () => Promise<T>,
  { ms = START_MS, isFinal = () => false }: Patience = {},
): Promise<T> {
  for (const until = performance.now() + ms; ; await delay(RETRY_MS)) {
    try {
      return await open();
    } catch (error) {
      if (isFinal(error) || performance.now() >= until) throw error;
    }
  }
}
