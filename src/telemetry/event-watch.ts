import type { Clock } from '../common/clock.js';
import { GAP_REASONS } from '../common/gap-reasons.js';
import type { Meter } from '../common/metrics.js';
import type { Person } from '../events/bus.js';
import type { EmotionEvent, RoomEvent } from '../events/schema.js';
import { type EmotionLabel, EmotionTally } from './emotion-tally.js';

const keyOf = ({ room, participant }: Person) => `${room}/${participant}`;

/** What metrics tell of the events that are published: of how many people, when last, and, if wanted, with which labels. */
export class EventWatch {
  readonly #meter: Meter;
  readonly #clock: Clock;
  readonly #tally: EmotionTally | undefined;
  readonly #analysed = new Set<string>();

  /** @param emotions whether to count labels (the option emotionMetrics) */
  constructor(meter: Meter, clock: Clock, emotions: boolean) {
    this.#meter = meter;
    this.#clock = clock;
    this.#tally = emotions ? new EmotionTally() : undefined;
  }

  published(event: RoomEvent): void {
    if (event.type === 'emotion') {
      const now = this.#clock();
      if (event.revision === 0) this.#meter.set('emostream_last_event_timestamp_seconds', now / 1000);
      this.#tally?.add(keyOf(event), event.window.start, labelOf(event), now);
    } else if (event.type === 'gap') {
      const seconds = (event.window.end - event.window.start) / 1000;
      const reason = GAP_REASONS.find((known) => known === event.reason);
      if (reason && seconds > 0) this.#meter.count('emostream_gap_seconds_total', { reason }, seconds);
    } else if (event.type === 'begin' || event.type === 'end') {
      if (event.type === 'begin') this.#analysed.add(keyOf(event));
      else this.#analysed.delete(keyOf(event));
      this.#meter.set('emostream_analysed_participants', this.#analysed.size);
    }
  }

  /** What is known of them must not be used any more. */
  forgot(person: Person): void {
    this.#tally?.forget(keyOf(person));
  }

  /** To be called now and then: counts what is due. */
  report(): void {
    for (const [label, seconds] of this.#tally?.take(this.#clock()) ?? []) {
      this.#meter.count('emostream_emotion_seconds_total', { label }, seconds);
    }
  }
}

function labelOf({ label, uncertain }: EmotionEvent): EmotionLabel {
  if (label === null) return 'none';
  return uncertain ? 'uncertain' : label;
}
