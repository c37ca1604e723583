import { createHmac } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import type { Config } from '../config/schema.js';
import type { IceServer } from './protocol.js';

/**
 * Relays for people whose network lets no media through directly: TURN servers with credentials that are made for one person and end by themselves
 * (draft-uberti-behave-turn-rest-00; coturn: `use-auth-secret`). The relay needs no word of ours: both know the secret.
 * @param participant stands in the user name, which the relay may log
 */
export function iceServersFor(
  { turnUrls, turnSecret, turnTtl }: Pick<Config, 'turnUrls' | 'turnSecret' | 'turnTtl'>,
  clock: Clock,
): (participant: string) => IceServer[] {
  return (participant) => {
    if (turnSecret === undefined) return [];
    const username = `${Math.floor(clock() / 1000) + turnTtl}:${participant}`;
    // SHA-1 is what the draft and every relay go by.
    const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
    return [{ urls: [...turnUrls], username, credential }];
  };
}
