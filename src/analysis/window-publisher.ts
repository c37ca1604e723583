import { concatMap, filter, mergeMap, type OperatorFunction, Subject, tap } from 'rxjs';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import type { Meter } from '../common/metrics.js';
import type { SpanSink } from '../common/spans.js';
import { buildEmotionEvent, type FeatureSummary } from '../events/build-event.js';
import type { EventBus, UnsequencedEvent } from '../events/bus.js';
import type { GapEvent } from '../events/schema.js';
import { ScoreSmoother } from '../events/smoothing.js';
import type { SettledFace } from '../features/settle-crops.js';
import type { WindowFeatures } from '../features/types.js';
import type { EmotionScores, SettledCrop } from '../inference/types.js';
import type { PictureAnswer } from '../common/picture-answer.js';
import { FaceResults, loneFaces } from './face-results.js';
import type { AnalysedWindow, SeenPicture } from './messages.js';
import { endTrace } from './window-trace.js';

/** What became of a window that was handed to inference. */
export type WindowOutcome =
  | { scores: EmotionScores; queueMs: number; inferenceMs: number }
  | { dropped: 'overloaded' | 'engine-failed' | 'invalid' };

/** Batched inference, as the publisher sees it. Outcomes of one participant come in the order of submission. */
export interface WindowRunner {
  /**
   * Takes a face crop as soon as it is settled, to be encoded before the window that will name it in `cropIds`. Crops of one
   * participant have rising numbers. Must not come after the consent under which it was seen has ended. Never throws.
   */
  crop(crop: SettledCrop): void;
  submit(window: {
    room: string;
    participant: string;
    features: WindowFeatures;
    /** Nothing of it will come again. */
    passing?: boolean;
  }): Promise<WindowOutcome>;
  /** Forgets everything of somebody who left or withdrew: nobody may see its result any more. */
  cancel(room: string, participant: string): void;
}

export interface PublisherDeps {
  runner: WindowRunner;
  bus: Pick<EventBus, 'publish'>;
  meter: Meter;
  clock: Clock;
  engine: { name: string; model: string };
  smoothingMs: number;
  /** Where traces of windows go; not given: nowhere. */
  spans?: SpanSink | undefined;
}

interface Judged extends AnalysedWindow {
  outcome: WindowOutcome;
  /** By id, faces that were judged by themselves; null: no answer. */
  lone: ReadonlyMap<string, EmotionScores | null>;
  /** Server wall clock, ms. */
  submittedMs: number;
  scoredMs: number;
}

/**
 * Windows of one participant → the same with their scores, in order. The runner gathers the windows of everybody in batches; it
 * bounds what waits, and answers for what it drops.
 */
export function judgeInBatches(
  runner: WindowRunner,
  who: { room: string; participant: string },
  clock: Clock,
): OperatorFunction<AnalysedWindow, Judged> {
  return mergeMap(async (window) => {
    const submittedMs = clock();
    const { features } = window;
    // Before the window: their answers come before its own.
    const answers = loneFaces(features).map(async (face) => {
      const alone = { ...features, face, voice: null, words: null };
      const outcome = await runner.submit({ ...who, features: alone, passing: true });
      return [face.id, 'scores' in outcome ? outcome.scores : null] as const;
    });
    const outcome = await runner.submit({ ...who, features });
    const lone = new Map(await Promise.all(answers));
    return { ...window, outcome, lone, submittedMs, scoredMs: clock() };
  });
}

/** The windows of one participant on their way from features to events. */
export class WindowPublisher {
  /** The door by which windows come in from the analysis processes. */
  readonly #window$ = new Subject<AnalysedWindow>();
  #smoother: ScoreSmoother;
  #faces: FaceResults;
  #generation = 0;
  #closed = false;

  constructor(
    private readonly who: { room: string; participant: string },
    private readonly deps: PublisherDeps,
    /** Whether anything is analysed at the moment: nothing follows an `end`. */
    private readonly analysing: () => boolean,
    bulkhead: Bulkhead,
  ) {
    this.#smoother = new ScoreSmoother(deps.smoothingMs);
    this.#faces = new FaceResults(deps.smoothingMs);
    this.#window$
      .pipe(
        filter((window) => this.#mayPublish(window)),
        judgeInBatches(deps.runner, who, deps.clock),
        // Asked again: consent may have been withdrawn meanwhile, and given anew.
        filter((window) => this.#mayPublish(window)),
        concatMap((window) => this.#toEvents(window)),
        tap((event) => deps.bus.publish(event)),
      )
      .subscribe({ error: (error: unknown) => bulkhead.fail(error) });
  }

  take(window: AnalysedWindow): void {
    this.#window$.next(window);
  }

  /** A face crop that a window will name: inference may encode it before. */
  crop({ id, pixels, generation }: SettledFace & { generation: number }): void {
    if (this.#closed || generation !== this.#generation) return;
    this.deps.runner.crop({ ...this.who, id, pixels });
  }

  /** Judges a picture that is to be answered by itself, in the batches of everybody. Nothing of it is published. Never rejects. */
  async picture({ question, face, refused, generation }: SeenPicture & { generation: number }): Promise<PictureAnswer> {
    const may = () => !this.#closed && generation === this.#generation;
    if (!may()) return { question, refused: 'consent' };
    if (refused) return { question, refused };
    if (!face) return { question, face: null };
    const { features, box, certainty } = face;
    const outcome = await this.deps.runner.submit({ ...this.who, features, passing: true });
    if (!may()) return { question, refused: 'consent' };
    if ('dropped' in outcome) return { question, refused: outcome.dropped === 'overloaded' ? 'overloaded' : 'failed' };
    const { probabilities, valence, arousal, confidence, uncertain } = outcome.scores;
    if (!probabilities || valence === null || arousal === null) return { question, refused: 'failed' };
    return { question, face: { box, certainty, probabilities, valence, arousal, confidence, uncertain } };
  }

  /** A generation of consent begins: what was measured before, or smoothed of it, is not published any more. */
  begin(generation: number): void {
    this.#generation = generation;
    this.#smoother = new ScoreSmoother(this.deps.smoothingMs);
    this.#faces = new FaceResults(this.deps.smoothingMs);
    this.deps.runner.cancel(this.who.room, this.who.participant);
  }

  /** A window that has no scores becomes a gap event, which is not among these: it must be told at once. */
  #toEvents(judged: Judged): UnsequencedEvent[] {
    const { features, outcome, lone, scoredMs } = judged;
    if ('dropped' in outcome) {
      this.#trace(judged, this.deps.clock());
      // A lost revision loses no window: the event that it would have revised stands.
      if (features.revision === 0) {
        this.gap(features.startMs, features.endMs, outcome.dropped === 'overloaded' ? 'overloaded' : 'engine-failed');
      }
      return [];
    }
    const { scores, queueMs, inferenceMs } = outcome;
    const smoothed =
      features.revision === 0
        ? this.#smoother.next(scores.probabilities, features.endMs)
        : // Smoothing runs forward in time; a revised past window shows its own scores.
          scores.probabilities;
    const faces = this.#faces.of(features, scores, lone);
    const publishMs = this.deps.clock();
    this.#measure(features, publishMs);
    this.#trace(judged, publishMs);
    return [
      buildEmotionEvent({
        ...this.who,
        features: { ...features, ...summarise(features, scores) },
        scores,
        smoothed,
        ...(faces && { faces }),
        engine: this.deps.engine,
        queueMs,
        inferenceMs,
        scoredMs,
        publishMs,
      }),
    ];
  }

  gap(start: number, end: number, reason: GapEvent['reason']): void {
    if (this.#closed || !this.analysing()) return;
    this.deps.bus.publish({ type: 'gap', ...this.who, window: { start, end }, reason });
    this.deps.meter.count('emostream_events_total', { type: 'gap' });
  }

  close(): void {
    this.#closed = true;
    this.#window$.complete();
    this.deps.runner.cancel(this.who.room, this.who.participant);
  }

  #mayPublish({ features, generation }: AnalysedWindow): boolean {
    const current = generation === this.#generation;
    if (current && !this.#closed && this.analysing()) return true;
    this.deps.meter.count('emostream_dropped_total', {
      stage: 'publish',
      reason: current ? 'participant-ended' : 'consent-changed',
    });
    // Says that the second has no result, and nothing that was measured in it.
    if (!current && features.revision === 0) this.gap(features.startMs, features.endMs, 'consent-changed');
    return false;
  }

  #trace({ trace, ...window }: Judged, publishMs: number): void {
    if (trace) this.deps.spans?.add(endTrace(trace, { ...this.who, ...window, publishMs }));
  }

  #measure(features: WindowFeatures, publishMs: number): void {
    const { meter } = this.deps;
    const { timing } = features;
    meter.count('emostream_events_total', { type: features.revision === 0 ? 'emotion' : 'revision' });
    for (const endMs of timing.saidMs) meter.observe('emostream_words_delay_seconds', (publishMs - endMs) / 1000);
    if (features.revision > 0) return;
    meter.observe('emostream_event_delay_seconds', (publishMs - features.endMs) / 1000);
    meter.observe('emostream_stage_duration_seconds', (timing.closedMs - features.endMs) / 1000, {
      stage: 'window_close',
    });
    if (timing.lastMediaMs !== null) {
      meter.observe('emostream_capture_to_event_seconds', (publishMs - timing.lastMediaMs) / 1000);
    }
  }
}

/** A face whose crops were lost on the way was not judged, and so is not told of as present. */
function summarise(features: WindowFeatures, { modalities }: EmotionScores): FeatureSummary {
  const { face, voice, words } = features;
  return {
    face: face && modalities.face && { quality: face.quality, box: face.box },
    voice: voice && { quality: voice.quality },
    words: words && { quality: words.quality },
  };
}
