import { parseRtp } from '../../../src/media/rtp-packet.js';
import { parseSenderReport } from '../../../src/sfu/sender-report.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';

interface Input {
  /** Base64. */
  packets: string[];
  reports: Record<string, unknown>[];
}

const BATCH = 200;
/** JSON has no NaN, and neither has mediasoup's trace. */
const ODD = [0, 1, -1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e308, null, 'text', {}, []];

/** RTP headers and sender reports: pure functions, so many in one input. */
export const headers: FuzzTarget<Input> = {
  name: 'rtp-headers',
  group: 'media',
  playsInCi: 200,
  generate: (random) => ({
    packets: Array.from({ length: BATCH }, () => packet(random).toString('base64')),
    reports: Array.from({ length: BATCH }, () => report(random)),
  }),
  open: () => {
    let parsed = 0;
    let told = 0;
    return Promise.resolve({
      play: (input) => {
        for (const text of input.packets) {
          const data = Buffer.from(text, 'base64');
          const found = parseRtp(data);
          if (!found) continue;
          parsed++;
          const start = found.payload.byteOffset - data.byteOffset;
          if (start < 12 || start + found.payload.length > data.length) throw new Error('a payload outside its packet');
        }
        for (const info of input.reports) {
          const found = parseSenderReport(info, 0);
          if (!found) continue;
          told++;
          if (!isUint32(found.ssrc) || !isUint32(found.rtpTimestamp) || !isInTime(found.ntpMs)) {
            throw new Error(`a report that cannot be: ${JSON.stringify(found)}`);
          }
        }
      },
      close: () => undefined,
      reached: () => ({ 'packets parsed': parsed, 'reports read': told }),
    });
  },
};

function packet(random: Random): Buffer {
  const data = random.bytes(random.int(0, 60));
  if (data.length > 1 && random.chance(0.9)) data[0] = 0x80 | (data[0]! & 0x3f);
  if (data.length > 1 && random.chance(0.5)) data[0]! &= 0xf3;
  // Padding that nearly fits.
  if (data.length > 12 && random.chance(0.3)) data[data.length - 1] = data.length - 12 + random.int(-2, 2);
  return data;
}

function report(random: Random): Record<string, unknown> {
  const field = (): unknown => (random.chance(0.1) ? random.pick(ODD) : random.int(0, 2 ** 32 - 1));
  return { ssrc: field(), ntpSec: field(), ntpFrac: field(), rtpTs: field() };
}

const isUint32 = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
/** 32 bits of NTP seconds reach from 1968 to 2104. */
const isInTime = (ms: number): boolean => ms >= Date.UTC(1968) && ms < Date.UTC(2105);
