import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Caller } from './limits.js';

export interface SeatLimits {
  maxSeatsPerToken: number;
  maxSeatsPerAddress: number;
  /** Seats that are taken from an address, in all rooms. */
  seatsFrom: (address: string) => number;
  meter: Meter;
}

/**
 * @param callers of the seats of the room that are taken
 * @throws EmostreamError LIMIT_REACHED where a token has as many seats of a room, or an address as many of all, as it may
 */
export function assertFewSeats(caller: Caller, callers: readonly Caller[], limits: SeatLimits): void {
  const { maxSeatsPerToken, maxSeatsPerAddress, seatsFrom, meter } = limits;
  const taken = callers.filter(({ token }) => token === caller.token).length;
  const fromAddress = seatsFrom(caller.address);
  if (taken < maxSeatsPerToken && fromAddress < maxSeatsPerAddress) return;
  meter.count('emostream_refused_total', { what: 'seat' });
  throw new EmostreamError(
    'LIMIT_REACHED',
    taken < maxSeatsPerToken
      ? `${maxSeatsPerAddress} seats are taken from your address, which is the most (maxSeatsPerAddress)`
      : `${maxSeatsPerToken} seats of this room are taken with this access token, which is the most (maxSeatsPerToken)`,
  );
}
