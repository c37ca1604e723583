import { writeRtp } from '../../../bench/support/index.js';
import type { SenderReport, TapPacket } from '../../../src/sfu/types.js';
import type { Random } from '../random.js';
import { mutateHead } from './mutate.js';

/** What happens to a receiver, in order; JSON. */
export type Step =
  | { type: 'packet'; afterMs: number; lateMs: number; data: string }
  | { type: 'report'; afterMs: number; ntpMs: number; rtpTimestamp: number }
  | { type: 'paused'; afterMs: number; paused: boolean }
  | { type: 'tick'; afterMs: number };

/** A receiver of either kind. */
export interface Receiver {
  packet(packet: TapPacket): void;
  senderReport(report: SenderReport): void;
  setPaused(paused: boolean): void;
  tick(now: number): void;
}

export interface StreamOptions {
  payloadType: number;
  /** Ticks between two units. */
  ticks: number;
  unitMs: number;
}

const START_MS = 1_770_000_000_000;
const SSRC = 77;

/** Payloads (one array for each picture or piece of sound) as packets of a stream to which all kinds of things happen. */
export function stepsOf(units: Uint8Array[][], options: StreamOptions, random: Random): Step[] {
  const { payloadType, ticks, unitMs } = options;
  const steps: Step[] = [];
  let sequenceNumber = random.pick([0, 1000, 65_530]);
  let timestamp = random.pick([0, 2 ** 31 - 2000, 2 ** 32 - 2000]);
  let ssrc = SSRC;
  for (const payloads of units) {
    payloads.forEach((payload, i) => {
      const marker = random.chance(0.97) ? i === payloads.length - 1 : random.chance(0.5);
      if (random.chance(0.01)) sequenceNumber += random.pick([1, 2, 100, 3001, 20_000, 40_000]);
      if (random.chance(0.01)) timestamp += random.pick([1, -ticks, 90_000, 2 ** 31, random.int(0, 2 ** 32 - 1)]);
      if (random.chance(0.003)) ssrc = random.int(0, 3);
      let packet = writeRtp({ payloadType, marker, sequenceNumber: sequenceNumber++, timestamp, ssrc }, payload);
      if (random.chance(0.03)) packet = mutateHead(packet, random, 16);
      const step: Step = {
        type: 'packet',
        afterMs: i === 0 ? unitMs : 0,
        lateMs: random.chance(0.02) ? random.pick([-5, 50, 1000, 5000]) : 0,
        data: packet.toString('base64'),
      };
      if (random.chance(0.02)) return;
      steps.push(step);
      if (random.chance(0.02)) steps.push(step);
    });
    if (random.chance(0.05)) steps.push({ type: 'tick', afterMs: random.pick([0, 10, 100, 3000]) });
    if (random.chance(0.1)) {
      const odd = random.chance(0.3);
      const ntpMs = odd ? random.pick([-2_208_988_800_000, 0, START_MS + 1e7, 4e12]) : START_MS + unitMs * steps.length;
      const rtpTimestamp = odd ? random.int(0, 2 ** 32 - 1) : timestamp >>> 0;
      steps.push({ type: 'report', afterMs: 0, ntpMs, rtpTimestamp });
    }
    if (random.chance(0.03)) steps.push({ type: 'paused', afterMs: 0, paused: random.chance(0.4) });
    timestamp += ticks;
  }
  // Some overtake others.
  for (let times = random.int(0, 3); times > 0 && steps.length > 1; times--) {
    const at = random.int(1, steps.length - 1);
    steps.splice(Math.max(0, at - random.int(1, 6)), 0, ...steps.splice(at, 1));
  }
  return steps;
}

/** Plays the steps on a made-up clock, which `state` shows to the receiver. */
export function playSteps(steps: readonly Step[], receiver: Receiver, state: { now: number }): void {
  state.now = START_MS;
  for (const step of steps) {
    state.now += step.afterMs;
    if (step.type === 'packet') {
      receiver.packet({ data: Buffer.from(step.data, 'base64'), arrivalMs: state.now - step.lateMs });
    } else if (step.type === 'report') {
      const { ntpMs, rtpTimestamp } = step;
      receiver.senderReport({ ssrc: SSRC, ntpMs, rtpTimestamp, arrivalMs: state.now });
    } else if (step.type === 'paused') {
      receiver.setPaused(step.paused);
    }
    receiver.tick(state.now);
  }
  receiver.tick((state.now += 1000));
}
