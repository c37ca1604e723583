import { randomBytes } from 'node:crypto';
import type { Config } from '../config/schema.js';

/** Who may get in, worked out from the configuration. */
export interface Access {
  /** HS256 key. */
  secret: Uint8Array;
  /** Tokens are given to anybody who asks. */
  openDoor: boolean;
  /** No secret was configured: a random one for this run, an open door, loopback only. */
  development: boolean;
}

export function resolveAccess(config: Pick<Config, 'jwtSecret' | 'openDoor'>): Access {
  if (config.jwtSecret === undefined) return { secret: randomBytes(32), openDoor: true, development: true };
  return { secret: new TextEncoder().encode(config.jwtSecret), openDoor: config.openDoor, development: false };
}
