import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import type { MediaProblem } from '../common/media-problem.js';
import { PathWatch } from './path-watch.js';

export interface TrackPathDeps {
  producer: types.Producer;
  /** What the packets come over; a producer without one needs no connecting. */
  transport?: types.WebRtcTransport | undefined;
  clock: Clock;
  bulkhead: Bulkhead;
  tell: (problem: MediaProblem | null) => void;
}

const COUNT_EVERY_MS = 2000;
/** Once it is told that nothing comes, how soon is it told that something does. */
const COUNT_AGAIN_EVERY_MS = 1000;

/**
 * Watches one producer for as long as it lives. Of a layered video mediasoup itself says when packets stop; of others it looks
 * for none (`useRtpInactivityCheck` in Producer.cpp), so they are counted, a request of the worker every two seconds.
 */
export class TrackPath {
  readonly #deps: TrackPathDeps;
  readonly #watch: PathWatch;
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: TrackPathDeps) {
    this.#deps = deps;
    const { producer, transport, clock, bulkhead } = deps;
    const scored = producer.type === 'simulcast' && (producer.rtpParameters.encodings?.length ?? 0) > 1;
    this.#watch = new PathWatch({ paused: producer.paused, connected: isConnected(transport), nowMs: clock() });
    const onPath = bulkhead.wrap(() => {
      this.#watch.connect(isConnected(transport));
      this.#judge();
    });
    const onPause = bulkhead.wrap(() => {
      this.#watch.pause(producer.paused, clock());
      this.#judge();
    });
    const onScore = bulkhead.wrap(() => {
      this.#watch.score(scored && producer.score.some(({ score }) => score > 0), clock());
      this.#judge();
    });
    producer.observer.on('pause', onPause).on('resume', onPause).on('score', onScore);
    const onClose = bulkhead.wrap(() => this.close());
    producer.observer.once('close', onClose);
    transport?.observer.on('icestatechange', onPath).on('dtlsstatechange', onPath);
    this.#stop = () => {
      producer.observer.off('pause', onPause).off('resume', onPause).off('score', onScore).off('close', onClose);
      transport?.observer.off('icestatechange', onPath).off('dtlsstatechange', onPath);
    };
    onScore();
  }

  /** Watches no more, also while the producer lives. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stop();
    // Of what is not sent nothing can be missing.
    this.#deps.tell(null);
  }

  #judge(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const nowMs = this.#deps.clock();
    const problem = this.#watch.problem(nowMs);
    this.#deps.tell(problem);
    const { deadlineMs } = this.#watch;
    if (deadlineMs === null) return;
    const waitMs = problem ? COUNT_AGAIN_EVERY_MS : Math.min(COUNT_EVERY_MS, deadlineMs - nowMs);
    this.#timer = setTimeout(
      this.#deps.bulkhead.wrap(() => this.#count()),
      waitMs,
    );
    this.#timer.unref();
  }

  async #count(): Promise<void> {
    try {
      const stats = await this.#deps.producer.getStats();
      const packets = stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
      this.#watch.count(packets, this.#deps.clock());
    } catch {
      // The producer or its worker ended meanwhile.
    }
    this.#judge();
  }
}

const isConnected = (transport: types.WebRtcTransport | undefined): boolean =>
  transport === undefined || (isIceUp(transport.iceState) && transport.dtlsState === 'connected');
const isIceUp = (state: types.IceState) => state === 'connected' || state === 'completed';
