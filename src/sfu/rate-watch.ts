import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import type { MediaProblem } from '../common/media-problem.js';
import { RateJudge } from './rate-judge.js';

export type RateProblem = Extract<MediaProblem, 'packet-rate' | 'bitrate'>;

export interface RateWatchDeps {
  /** Most packets per second, and bit/s, of everything the participant sends: all tracks and layers, tapped or not. */
  maxPacketRate: number;
  maxBitrate: number;
  producers: () => readonly types.Producer[];
  /** The transports that they send over. */
  transports: () => readonly types.WebRtcTransport[];
  clock: Clock;
  bulkhead: Bulkhead;
  /**
   * Stops a sender.
   * @param producer the one that sends most; undefined: no producer sends it, the packets only come
   */
  stop: (problem: RateProblem, producer: types.Producer | undefined) => void;
}

interface Sent {
  packets: number;
  bytes: number;
}

interface Grown {
  producer: types.Producer;
  sent: Sent;
}

const LOOK_EVERY_MS = 2000;

/**
 * Holds a participant to the rates of the configuration; that browsers are told the bitrate (REMB, transport-wide feedback) is
 * only advice. Three requests of the worker every two seconds for somebody who sends sound and pictures.
 */
export class RateWatch {
  readonly #deps: RateWatchDeps;
  readonly #packets: RateJudge;
  readonly #bits: RateJudge;
  readonly #timer: NodeJS.Timeout;
  readonly #seen = new WeakMap<types.Producer, Sent>();
  #looking = false;
  readonly #transportSeen = new WeakMap<types.WebRtcTransport, number>();

  constructor(deps: RateWatchDeps) {
    this.#deps = deps;
    this.#packets = new RateJudge(deps.maxPacketRate, deps.clock());
    this.#bits = new RateJudge(deps.maxBitrate, deps.clock());
    this.#timer = setInterval(
      deps.bulkhead.wrap(() => this.look()),
      LOOK_EVERY_MS,
    );
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { producers, transports, clock } = this.#deps;
    const grown = await Promise.all(producers().map((producer) => this.#grown(producer)));
    const overTransports = await Promise.all(transports().map((transport) => this.#transportGrown(transport)));
    this.#looking = false;
    const packets = sum(grown.map(({ sent }) => sent.packets));
    // What comes and belongs to no producer is decrypted all the same.
    const bytes = Math.max(sum(grown.map(({ sent }) => sent.bytes)), sum(overTransports));
    const nowMs = clock();
    const overPackets = this.#packets.look(packets, nowMs);
    const overBits = this.#bits.look(8 * bytes, nowMs);
    if (overPackets) this.#stop('packet-rate', grown, 'packets', packets);
    else if (overBits) this.#stop('bitrate', grown, 'bytes', bytes);
  }

  /** Names the producer that sends most of it, if one does. */
  #stop(problem: RateProblem, grown: readonly Grown[], by: keyof Sent, total: number): void {
    const [most] = [...grown].sort((a, b) => b.sent[by] - a.sent[by]);
    this.#deps.stop(problem, most && 2 * most.sent[by] >= total ? most.producer : undefined);
  }

  async #grown(producer: types.Producer): Promise<Grown> {
    const now: Sent = { packets: 0, bytes: 0 };
    // One that closes meanwhile has sent nothing any more.
    for (const { packetCount, byteCount } of await producer.getStats().catch(() => [])) {
      now.packets += packetCount;
      now.bytes += byteCount;
    }
    const before = this.#seen.get(producer) ?? { packets: 0, bytes: 0 };
    this.#seen.set(producer, now);
    return {
      producer,
      sent: { packets: Math.max(0, now.packets - before.packets), bytes: Math.max(0, now.bytes - before.bytes) },
    };
  }

  async #transportGrown(transport: types.WebRtcTransport): Promise<number> {
    const [stats] = await transport.getStats().catch(() => []);
    const now = stats?.bytesReceived ?? 0;
    const before = this.#transportSeen.get(transport) ?? 0;
    this.#transportSeen.set(transport, now);
    return Math.max(0, now - before);
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
