import { setTimeout as delay } from 'node:timers/promises';
import type { Impairment } from '../support/impaired-link.js';
import type { Kind } from '../support/packet-account.js';
import type { ServedCall } from '../support/served-call.js';
import { wallClock } from '../support/shared-timer.js';
import { Drill, type Found, type Metrics } from './drill.js';
import { alwaysChecks, check, type Check, type Row } from './row.js';

/** So long a road is another one before it is measured, ms. */
const SETTLE_MS = 4000;
const JITTER_MS = 50;
const DELAY_MS = 20;
/** Aim of the issue: at most 5 % lost and 50 ms of jitter. */
const AIM = 0.99;

interface RoadOptions {
  /** The share of seconds that must have an event with face and voice, in the worst case. */
  aim?: number;
  clock?: Row['clock'];
  /** At most so many seconds of a person's without an event in a row. */
  longest?: number;
}

const road = (id: string, what: string, promised: string, impairment: () => Impairment, options: RoadOptions = {}) =>
  ({
    id,
    what,
    promised,
    ...(options.clock && { clock: options.clock }),
    run: async (call, seconds) => {
      call.impair(impairment());
      await delay(SETTLE_MS);
      const drill = await Drill.begin(call);
      const packetsFrom = wallClock();
      await delay(drill.fromMs + seconds * 1000 + 500 - wallClock());
      const packetsTo = wallClock();
      // Counted while the road is as it was: what is on it is not lost yet.
      const after = await call.metrics();
      const found = await drill.end();
      call.impair({});
      const share = found.whole / found.expected;
      const packets = packetChecks(call, drill.before, after, packetsFrom, packetsTo);
      const checks = [...alwaysChecks(found), ...packets.checks];
      if (options.aim !== undefined) {
        const percent = `${(100 * share).toFixed(1)} %`;
        checks.push(
          check(`${String(100 * options.aim)} % of seconds have face and voice`, share >= options.aim, percent),
        );
      }
      if (options.longest !== undefined) {
        const { longest } = options;
        checks.push(
          check(`never over ${String(longest)} s without an event`, found.longest <= longest, longestOf(found)),
        );
      }
      return { found, checks, figures: { ...packets.figures, wholeShare: share } };
    },
  }) satisfies Row;

const longestOf = ({ longest }: Found) => `${longest.toFixed(2)} s`;

/** A packet that was sent was tapped or counted as lost; those that were on their way at both ends are a few. */
function packetChecks(call: ServedCall, before: Metrics, after: Metrics, fromMs: number, toMs: number) {
  const figures: Record<string, number> = {};
  const checks = (['video', 'audio'] as const).map((kind): Check => {
    const counts = call.people.map(({ packets }) => packets.count(kind, fromMs, toMs));
    const sent = counts.reduce((sum, one) => sum + one.sent, 0);
    const lost = counts.reduce((sum, one) => sum + one.lost, 0);
    const rise = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const tapped = rise(`emostream_rtp_packets_total{kind="${kind}"}`);
    const counted = rise(`emostream_rtp_lost_total{kind="${kind}"}`);
    Object.assign(figures, { [`${kind}Sent`]: sent, [`${kind}LostOnRoad`]: lost, [`${kind}CountedLost`]: counted });
    const without = sent - tapped - counted;
    const few = Math.max(ON_THEIR_WAY[kind] * call.people.length, 0.005 * sent);
    return check(
      `${kind} packets: tapped or counted as lost`,
      without <= few,
      `${String(sent)} sent, ${String(lost)} never came; ${String(tapped)} + ${String(counted)}`,
    );
  });
  return { figures, checks };
}

/** Packets of half a second. */
const ON_THEIR_WAY: Record<Kind, number> = { video: 15, audio: 25 };

const every = (periodMs: number, outMs: number) => (now: number) => now % periodMs < outMs;

export const ROADS: readonly Row[] = [
  road('clean', 'a road without faults', 'every second has an event with face and voice', () => ({}), {
    aim: AIM,
    longest: 0,
  }),
  ...[1, 2, 5].map((lossPercent) =>
    road(
      `loss-${String(lossPercent)}`,
      `${String(lossPercent)} % lost each way, ${String(JITTER_MS)} ms of jitter, ${String(DELAY_MS)} ms of way`,
      '99 % of seconds have an event with face and voice; what is lost is counted',
      () => ({ lossPercent, jitterMs: JITTER_MS, delayMs: DELAY_MS }),
      { aim: AIM, longest: 0 },
    ),
  ),
  ...[10, 20].map((lossPercent) =>
    road(
      `loss-${String(lossPercent)}`,
      `${String(lossPercent)} % lost each way, ${String(JITTER_MS)} ms of jitter, ${String(DELAY_MS)} ms of way`,
      'every second has an event, some without a face or a voice; what is lost is counted',
      () => ({ lossPercent, jitterMs: JITTER_MS, delayMs: DELAY_MS }),
      { longest: 0 },
    ),
  ),
  road(
    'jitter',
    '100 ms of jitter',
    'every second has an event with face and voice; what came too late is counted',
    () => ({ jitterMs: 100 }),
    { aim: AIM, longest: 0 },
  ),
  road(
    'reordering',
    '20 % of packets overtaken by those of 25 ms after',
    'every second has an event with face and voice',
    () => ({ reorderPercent: 20 }),
    { aim: AIM, longest: 0 },
  ),
  road(
    'duplicates',
    '20 % of packets come twice',
    'every second has an event with face and voice; none is counted or judged twice',
    () => ({ duplicatePercent: 20 }),
    { aim: AIM, longest: 0 },
  ),
  road(
    'stalls',
    'nothing for 1 s in every 7, then all of it at once',
    'every second has an event; those of the stall may be without face and voice',
    () => ({ blockedUntil: (now) => (now % 7000 < 1000 ? now - (now % 7000) + 1000 : now) }),
    { longest: 0 },
  ),
  road(
    'outages',
    'nothing for 2 s in every 9, and that is gone',
    'every second has an event; those of the outage are without face and voice',
    () => ({ isOut: every(9000, 2000) }),
    { longest: 0 },
  ),
  road(
    'clock-offset',
    'senders whose clocks are an hour ahead',
    'every second has an event with face and voice, in the server’s time',
    () => ({}),
    { aim: AIM, longest: 0, clock: { ntpOffsetMs: 3_600_000 } },
  ),
  road(
    'clock-drift',
    'senders whose clocks are fast by 300 ppm, 18 ms a minute',
    'the same; the media clock follows without a step',
    () => ({}),
    { aim: AIM, longest: 0, clock: { ntpOffsetMs: -120_000, driftPpm: 300 } },
  ),
];
