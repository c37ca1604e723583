import type { Logger } from 'pino';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { type Agreement, type Consent, NO_AGREEMENT, type Source } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Meter } from '../common/metrics.js';
import type { TapCounter } from './tap-counter.js';
import type { Tap, Tappable } from './tap.js';
import type { ParticipantAnalysis } from './types.js';

export interface ParticipantTapsDeps {
  participant: string;
  analysis: ParticipantAnalysis;
  tapCounter: TapCounter;
  clock: Clock;
  bulkhead: Bulkhead;
  meter: Meter;
  logger: Logger;
  onMediaProblem: (source: Source, problem: MediaProblem | null) => void;
  /** A track brings far more packets than that. */
  onFlood: (trackId: string) => void;
}

interface Track {
  tappable: Tappable;
  source: Source;
  tap: Tap | undefined;
  /** It exceeded a limit and is not tapped any more, as long as it lives. */
  setAside: MediaProblem | undefined;
}

const MODALITY = { camera: 'face', microphone: 'voice' } as const;

/** Keeps exactly those taps of a participant open that their consent allows. */
export class ParticipantTaps {
  readonly #deps: ParticipantTapsDeps;
  readonly #tracks = new Map<string, Track>();
  #agreement = NO_AGREEMENT;

  constructor(deps: ParticipantTapsDeps) {
    this.#deps = deps;
  }

  get agreement(): Agreement {
    return this.#agreement;
  }

  /** Withdrawn taps are closed before this returns; the promise resolves when allowed ones are open. */
  async setConsent(consent: Consent, showWords: boolean): Promise<void> {
    this.#agreement = { consent: { ...consent }, showWords: showWords && consent.words };
    // Analysis first: it tells its subscribers why a track ends.
    this.#deps.analysis.setConsent(this.#agreement.consent, this.#agreement.showWords);
    await Promise.all([...this.#tracks.values()].map((track) => this.#update(track)));
  }

  /** Resolves when the tap is open, if consent allows one. */
  add(tappable: Tappable, source: Source): Promise<void> {
    const track: Track = { tappable, source, tap: undefined, setAside: undefined };
    this.#tracks.set(tappable.id, track);
    return this.#update(track);
  }

  remove(trackId: string): void {
    const track = this.#tracks.get(trackId);
    if (!track) return;
    this.#close(track);
    this.#tracks.delete(trackId);
    if (track.setAside) this.#deps.onMediaProblem(track.source, null);
  }

  /** Ends the analysis of a track that exceeded a limit; another one of the same source starts afresh. */
  setAside(trackId: string, problem: MediaProblem): void {
    const track = this.#tracks.get(trackId);
    if (!track || track.setAside) return;
    track.setAside = problem;
    this.#deps.meter.count('emostream_set_asides_total', { reason: problem });
    this.#deps.logger.warn({ participant: this.#deps.participant, source: track.source, problem }, 'track set aside');
    this.#deps.onMediaProblem(track.source, problem);
    this.#close(track);
  }

  closeAll(): void {
    this.#deps.bulkhead.steps(...[...this.#tracks.keys()].map((trackId) => () => this.remove(trackId)));
  }

  #update(track: Track): Promise<void> {
    const { tappable, source } = track;
    const { analysis, clock, bulkhead, meter, logger, participant } = this.#deps;
    const allowed = this.#agreement.consent[MODALITY[source]];
    if (!allowed) this.#close(track);
    if (!allowed || track.tap || track.setAside || tappable.closed) return Promise.resolve();
    if (analysis.refusal) {
      this.setAside(tappable.id, analysis.refusal);
      return Promise.resolve();
    }
    const tap = tappable.createTap({
      source,
      analysis,
      clock,
      bulkhead,
      meter,
      logger,
      onStop: (problem) => this.setAside(tappable.id, problem),
      onFlood: () => this.#deps.onFlood(tappable.id),
    });
    track.tap = tap;
    if (analysis.waitsFor) this.#tellWaiting(track, analysis.waitsFor);
    this.#deps.tapCounter.add(MODALITY[source], 1);
    return tap.open().catch((error: unknown) => {
      // The call goes on without analysis of this track; the next setConsent tries again.
      if (track.tap === tap) this.#close(track);
      meter.count('emostream_errors_total', { code: 'INTERNAL' });
      logger.error({ err: error, participant, source }, 'the tap of a track could not be opened');
    });
  }

  /** There is no room for one more: they are told so, and that it is over. */
  #tellWaiting(track: Track, problem: MediaProblem): void {
    this.#deps.onMediaProblem(track.source, problem);
    const forget = this.#deps.analysis.onDestination((destination) => {
      if (!destination) return;
      forget();
      this.#deps.onMediaProblem(track.source, null);
    });
  }

  #close(track: Track): void {
    if (!track.tap) return;
    const { tap } = track;
    track.tap = undefined;
    this.#deps.bulkhead.steps(() => tap.close());
    this.#deps.tapCounter.add(MODALITY[track.source], -1);
  }
}
