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

/** @param developmentSecret where none is configured; a random one if not given */
export function resolveAccess(
  config: Pick<Config, 'jwtSecret' | 'openDoor'>,
  developmentSecret = randomBytes(32).toString('hex'),
): Access {
  const encode = (secret: string) => new TextEncoder().encode(secret);
  if (config.jwtSecret === undefined) return { secret: encode(developmentSecret), openDoor: true, development: true };
  return { secret: encode(config.jwtSecret), openDoor: config.openDoor, development: false };
}
