import { EMOTIONS, type Emotion, MODALITIES, type Modality } from '../common/emotions.js';
import type { Column, ReportPerson } from '../common/report-data.js';
import type { EmotionEvent, RoomEvent, Scores } from '../events/schema.js';

/** Longer is no recording that is shown on a page: two days. */
const MOST_SECONDS = 172_800;
const MOST_PEOPLE = 64;

const thousandths = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000));

/** One second of somebody; boxes are of tables only. */
interface Person extends ReportPerson {
  box: (EmotionEvent['face']['box'] | null)[];
  confidence: Column;
  gap: (string | null)[];
}

/** Events, second by second, by person. What is kept of a second is some numbers. */
export class Series {
  readonly people: Person[] = [];
  /** When second 0 begins, ms of media time. */
  originMs: number | null = null;
  seconds = 0;
  engine = '';
  model = '';
  /** It ended, as told by its own last event. */
  isWhole = false;
  /** Events that are of no second that is kept. */
  dropped = 0;
  readonly #revisions = new Map<Person, number[]>();

  add(event: RoomEvent): void {
    if (event.type === 'begin') this.originMs ??= event.at === 0 ? 0 : null;
    this.isWhole = event.type === 'end';
    if (event.type !== 'emotion' && event.type !== 'gap') return;
    this.originMs ??= event.window.start;
    const second = Math.round((event.window.start - this.originMs) / 1000);
    const person = this.#person(event.participant);
    if (!person || second < 0 || second >= MOST_SECONDS) {
      this.dropped += 1;
      return;
    }
    this.seconds = Math.max(this.seconds, second + 1);
    if (event.type === 'gap') {
      person.gap[second] = event.reason;
      return;
    }
    this.engine = event.engine.name;
    this.model = event.engine.model;
    this.#set(person, second, event);
  }

  #person(id: string): Person | null {
    const known = this.people.find((person) => person.id === id);
    if (known) return known;
    if (this.people.length === MOST_PEOPLE) return null;
    const byEmotion = (): Record<Emotion, Column> => record(EMOTIONS, () => []);
    const byModality = (): Record<Modality, Column> => record(MODALITIES, () => []);
    const person: Person = {
      ...{ id, label: [], uncertain: [], scores: byEmotion(), smoothed: byEmotion(), valence: [], arousal: [] },
      ...{ weight: byModality(), quality: byModality(), box: [], confidence: [], gap: [] },
    };
    this.people.push(person);
    return person;
  }

  /** Words that came late revise a second: the newest counts. */
  #set(person: Person, second: number, event: EmotionEvent): void {
    const revisions = this.#revisions.get(person) ?? [];
    this.#revisions.set(person, revisions);
    if ((revisions[second] ?? -1) > event.revision) return;
    revisions[second] = event.revision;
    person.label[second] = event.label === null ? null : EMOTIONS.indexOf(event.label);
    person.uncertain[second] = event.uncertain ? 1 : 0;
    person.confidence[second] = thousandths(event.confidence);
    const set = (columns: Record<Emotion, Column>, scores: Scores | null): void => {
      for (const emotion of EMOTIONS) columns[emotion][second] = scores && thousandths(scores[emotion]);
    };
    set(person.scores, event.scores);
    if (event.revision === 0) set(person.smoothed, event.smoothed);
    person.valence[second] = thousandths(event.valence);
    person.arousal[second] = thousandths(event.arousal);
    person.box[second] = event.face.box;
    for (const modality of MODALITIES) {
      const { present, weight, quality } = event[modality];
      const figures = Object.values(quality);
      const mean = figures.reduce((sum, figure) => sum + figure, 0) / Math.max(1, figures.length);
      person.weight[modality][second] = present ? thousandths(weight) : null;
      person.quality[modality][second] = present ? thousandths(mean) : null;
    }
  }
}

export function record<K extends string, T>(keys: readonly K[], make: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, T>;
}

/** A column with a value for each second. */
export const filled = (column: Column, seconds: number): Column =>
  Array.from({ length: seconds }, (_, second) => column[second] ?? null);
