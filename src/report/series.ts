import { EMOTIONS, type Emotion, MODALITIES, type Modality } from '../common/emotions.js';
import type { Column, ReportPerson } from './report-data.js';
import type { EmotionEvent, RoomEvent, Scores, SeenFace } from '../events/schema.js';

/** Longer is no recording that is shown on a page: two days. */
const MOST_SECONDS = 172_800;
const MOST_PEOPLE = 64;
/** Columns are cut so many seconds at a time. */
const STRETCH = 300;

const thousandths = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000));

/** One second of somebody; boxes are of tables only. */
interface Person extends ReportPerson {
  box: (EmotionEvent['face']['box'] | null)[];
  confidence: Column;
  gap: (string | null)[];
}

/** Events, second by second, by person, and by face where faces are told apart: a person comes before their faces. What is kept of a second is some numbers. */
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
    const person = this.#person(event.participant, null);
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
    if (!this.#isNewest(person, second, event.revision)) return;
    this.#set(person, second, event, event.revision > 0);
    person.box[second] = event.face.box;
    for (const modality of MODALITIES) this.#setModality(person, second, modality, event[modality]);
    for (const face of event.faces ?? []) this.#setFace(this.#person(event.participant, face.id), second, face);
  }

  /** Lets go of what is older than the newest so many seconds, a stretch at a time: a call may go on for days. */
  keepNewest(most: number): void {
    const past = this.seconds - most;
    if (past < Math.min(STRETCH, most) || this.originMs === null) return;
    for (const person of this.people) {
      for (const column of columnsOf(person)) column.splice(0, past);
      this.#revisions.get(person)?.splice(0, past);
    }
    this.originMs += 1000 * past;
    this.seconds = most;
  }

  #person(id: string, face: string | null): Person | null {
    const known = this.people.find((person) => person.id === id && person.face === face);
    if (known) return known;
    if (this.people.length === MOST_PEOPLE) return null;
    const byEmotion = (): Record<Emotion, Column> => record(EMOTIONS, () => []);
    const byModality = (): Record<Modality, Column> => record(MODALITIES, () => []);
    const person: Person = {
      ...{ id, face, label: [], uncertain: [], scores: byEmotion(), smoothed: byEmotion(), valence: [], arousal: [] },
      ...{ weight: byModality(), quality: byModality(), box: [], confidence: [], gap: [] },
    };
    this.people.push(person);
    return person;
  }

  /** Words that came late revise a second: the newest counts. */
  #isNewest(person: Person, second: number, revision: number): boolean {
    const revisions = this.#revisions.get(person) ?? [];
    this.#revisions.set(person, revisions);
    if ((revisions[second] ?? -1) > revision) return false;
    revisions[second] = revision;
    return true;
  }

  #set(person: Person, second: number, result: Result, isRevised: boolean): void {
    const { label = null, scores = null, smoothed = null, valence = null, arousal = null } = result;
    person.label[second] = label === null ? null : EMOTIONS.indexOf(label);
    person.uncertain[second] = (result.uncertain ?? true) ? 1 : 0;
    person.confidence[second] = thousandths(result.confidence ?? 0);
    const set = (columns: Record<Emotion, Column>, values: Scores | null): void => {
      for (const emotion of EMOTIONS) columns[emotion][second] = values && thousandths(values[emotion]);
    };
    set(person.scores, scores);
    if (!isRevised) set(person.smoothed, smoothed);
    person.valence[second] = thousandths(valence);
    person.arousal[second] = thousandths(arousal);
  }

  #setModality(
    person: Person,
    second: number,
    modality: Modality,
    { present, weight, quality }: Pick<EmotionEvent['voice'], 'present' | 'weight' | 'quality'>,
  ): void {
    const figures = Object.values(quality);
    const mean = figures.reduce((sum, figure) => sum + figure, 0) / Math.max(1, figures.length);
    person.weight[modality][second] = present ? thousandths(weight) : null;
    person.quality[modality][second] = present ? thousandths(mean) : null;
  }

  /** A face is judged by nothing but itself. */
  #setFace(person: Person | null, second: number, face: SeenFace): void {
    if (!person) {
      this.dropped += 1;
      return;
    }
    this.#set(person, second, face, false);
    person.box[second] = face.box;
    this.#setModality(person, second, 'face', { present: true, weight: 1, quality: face.quality ?? {} });
  }
}

const columnsOf = (person: Person): unknown[][] => [
  ...[person.label, person.uncertain, person.valence, person.arousal, person.box, person.confidence, person.gap],
  ...[person.scores, person.smoothed, person.weight, person.quality].flatMap((columns) => Object.values(columns)),
];

/** What is told of a person, or of one face. */
type Result = Partial<
  Pick<EmotionEvent, 'label' | 'uncertain' | 'confidence' | 'scores' | 'smoothed' | 'valence' | 'arousal'>
>;

export function record<K extends string, T>(keys: readonly K[], make: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, T>;
}

/** A column with a value for each second. */
export const filled = (column: Column, seconds: number): Column =>
  Array.from({ length: seconds }, (_, second) => column[second] ?? null);
