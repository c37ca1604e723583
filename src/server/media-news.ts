import type { Logger } from 'pino';
import type { SentSource } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Meter } from '../common/metrics.js';
import type { Participant } from '../sfu/index.js';
import type { Notification } from './protocol.js';

type MediaNotification = Extract<Notification, { type: 'mediaProblem' }>;

/** Tracks in all rooms whose media do not get through, by reason: keeps the metric. */
export class BlockedGauge {
  readonly #meter: Meter;
  readonly #counts = new Map<MediaProblem, number>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  change(from: MediaProblem | null, to: MediaProblem | null): void {
    if (from) this.#add(from, -1);
    if (to) this.#add(to, 1);
  }

  #add(reason: MediaProblem, by: 1 | -1): void {
    const count = (this.#counts.get(reason) ?? 0) + by;
    this.#counts.set(reason, count);
    this.#meter.set('emostream_media_blocked', count, { reason });
  }
}

/** Nobody stopped the track: whoever does logs that. */
const UNSTOPPED: ReadonlySet<MediaProblem | null> = new Set([null, 'not-connected', 'no-packets', 'overloaded']);

/** Tells a call whose media do not get through, the sender too. (Subscribers hear it from the analysis, by consent.) */
export class MediaNews {
  readonly #broadcast: (notification: MediaNotification) => void;
  readonly #blocked: BlockedGauge;
  readonly #logger: Logger;
  readonly #problems = new Map<Participant, Map<SentSource, MediaProblem>>();

  constructor(
    broadcast: (notification: MediaNotification) => void,
    { blocked, logger }: { blocked: BlockedGauge; logger: Logger },
  ) {
    this.#broadcast = broadcast;
    this.#blocked = blocked;
    this.#logger = logger;
  }

  changed(participant: Participant, { source, problem }: { source: SentSource; problem: MediaProblem | null }): void {
    const problems = this.#problems.get(participant) ?? new Map<SentSource, MediaProblem>();
    this.#problems.set(participant, problems);
    this.#blocked.change(problems.get(source) ?? null, problem);
    if (problem) problems.set(source, problem);
    else problems.delete(source);
    if (UNSTOPPED.has(problem)) {
      const told = { participant: participant.id, source, problem };
      this.#logger.info(told, problem ? 'a track is not analysed' : 'a track is well again');
    }
    this.#broadcast({ type: 'mediaProblem', participant: participant.id, source, problem });
  }

  left(participant: Participant): void {
    for (const problem of this.#problems.get(participant)?.values() ?? []) this.#blocked.change(problem, null);
    this.#problems.delete(participant);
  }

  /** Everything that is wrong at the moment, for somebody who comes later. */
  standing(): MediaNotification[] {
    return [...this.#problems].flatMap(([{ id }, problems]) =>
      [...problems].map(([source, problem]) => ({ type: 'mediaProblem' as const, participant: id, source, problem })),
    );
  }
}
