import { addressRefused, type AddressRefused } from '../common/address-refused.js';
import { EmostreamError } from '../common/errors.js';

const REFUSED: Record<AddressRefused, string> = {
  'in-use': 'another program has that port: choose the first of other ones with --rtc-port',
  'not-here':
    'this machine has no such address: name its own with --rtc-host, and what browsers are told, where that differs, with --rtc-announced-address',
  'not-allowed': 'ports below 1024 take a privilege: choose others with --rtc-port',
};

/** Why media workers cannot be started. @returns CONFIG_INVALID when an address or port cannot be had, INTERNAL when the binary does not start */
export function startFailed(
  cause: unknown,
  { rtcHost, rtcPort }: { rtcHost: string; rtcPort: number },
): EmostreamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const refused = addressRefused(reason);
  return refused
    ? new EmostreamError(
        'CONFIG_INVALID',
        `cannot take media on rtcHost ${rtcHost}, rtcPort ${rtcPort}: ${REFUSED[refused]} (${reason})`,
        { cause },
      )
    : new EmostreamError(
        'INTERNAL',
        `the mediasoup worker cannot be started (${reason}): \`npx emostream setup\` checks it, and brings it anew`,
        { cause },
      );
}
