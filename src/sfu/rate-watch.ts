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
  /** The transports that packets may come over: also those made for receiving, over which nothing but feedback should. */
  transports: () => readonly types.WebRtcTransport[];
  clock: Clock;
  bulkhead: Bulkhead;
  /**
   * Stops a sender.
   * @param by the producer that sends most; the transport where no producer sends it and packets only come
   */
  stop: (problem: RateProblem, by: types.Producer | types.WebRtcTransport | undefined) => void;
}

interface Sent {
  packets: number;
  bytes: number;
}

interface Grown<By> {
  by: By;
  sent: Sent;
}

const LOOK_EVERY_MS = 2000;

/**
 * Holds a participant to the rates of the configuration; that browsers are told the bitrate (REMB, transport-wide feedback) is
 * only advice. Four requests of the worker every two seconds for somebody who sends sound and pictures and receives.
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
    const bytes = Math.max(...[grown, overTransports].map((all) => sum(all.map(({ sent }) => sent.bytes))));
    const nowMs = clock();
    const overPackets = this.#packets.look(packets, nowMs);
    const overBits = this.#bits.look(8 * bytes, nowMs);
    if (overPackets) this.#stop('packet-rate', mostOf(grown, 'packets'), packets / 2, overTransports);
    else if (overBits) this.#stop('bitrate', mostOf(grown, 'bytes'), bytes / 2, overTransports);
  }

  /** Names the producer that sends most of it, if one does. */
  #stop(
    problem: RateProblem,
    most: { by: types.Producer; amount: number } | undefined,
    half: number,
    overTransports: readonly Grown<types.WebRtcTransport>[],
  ): void {
    const isMost = most && most.amount >= half;
    this.#deps.stop(problem, isMost ? most.by : mostOf(overTransports, 'bytes')?.by);
  }

  async #grown(producer: types.Producer): Promise<Grown<types.Producer>> {
    const now: Sent = { packets: 0, bytes: 0 };
    // One that closes meanwhile has sent nothing any more.
    for (const { packetCount, byteCount } of await producer.getStats().catch(() => [])) {
      now.packets += packetCount;
      now.bytes += byteCount;
    }
    const before = this.#seen.get(producer) ?? { packets: 0, bytes: 0 };
    this.#seen.set(producer, now);
    return {
      by: producer,
      sent: { packets: Math.max(0, now.packets - before.packets), bytes: Math.max(0, now.bytes - before.bytes) },
    };
  }

  async #transportGrown(transport: types.WebRtcTransport): Promise<Grown<types.WebRtcTransport>> {
    const [stats] = await transport.getStats().catch(() => []);
    const now = stats?.bytesReceived ?? 0;
    const before = this.#transportSeen.get(transport) ?? 0;
    this.#transportSeen.set(transport, now);
    return { by: transport, sent: { packets: 0, bytes: Math.max(0, now - before) } };
  }
}

function mostOf<By>(grown: readonly Grown<By>[], of: keyof Sent): { by: By; amount: number } | undefined {
  const [most] = [...grown].sort((a, b) => b.sent[of] - a.sent[of]);
  return most && { by: most.by, amount: most.sent[of] };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
