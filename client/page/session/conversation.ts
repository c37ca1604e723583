import { type Consent, isWithdrawal } from '../../../src/common/consent.js';
import type { EndEvent, RoomEvent } from '../../../src/events/schema.js';
import type { ReportWords } from '../../../src/report/report-data.js';
import { Series } from '../../../src/report/series.js';
import type { Words } from '../../../src/server/protocol.js';
import { isConsented } from '../../lib/overlay/consented.js';

/** So much of the past is kept of each person, s: two hours. */
export const KEPT_SECONDS = 7200;
const MOST_PEOPLE = 32;
/** Of each person, the newest. */
const MOST_WORDS = 1500;

/** They are still there, or the server is not: nothing was taken back. */
const STAYS: readonly EndEvent['reason'][] = ['tracks-ended', 'failed', 'set-aside', 'worker-died', 'server-closing'];

interface Person {
  series: Series;
  /** What they agree to, as the call says it; null: not known. */
  consent: Consent | null;
  /** By segment. */
  words: Map<number, Words>;
}

/**
 * The conversation so far, as far as one heard it: in this page's memory, bounded, and nowhere else. What somebody takes back is
 * forgotten, as the server forgets it: with consent to any part of it, and of others with their leaving. Pure.
 */
export class Conversation {
  readonly #people = new Map<string, Person>();
  /** One's own, which stays when the call ends. */
  #own: string | null = null;

  set own(participant: string) {
    // Another seat is another person, as far as results are told.
    if (this.#own !== null && this.#own !== participant) this.#people.delete(this.#own);
    this.#own = participant;
  }

  /** Those of whom there is anything, in the order in which they came. */
  get participants(): string[] {
    return [...this.#people].filter(([, { series }]) => series.seconds > 0).map(([participant]) => participant);
  }

  seriesOf(participant: string): Series | undefined {
    return this.#people.get(participant)?.series;
  }

  /** What they said and showed, in order of time, in seconds from the beginning of their series. */
  wordsOf(participant: string): ReportWords[] {
    const person = this.#people.get(participant);
    const origin = person?.series.originMs ?? null;
    if (!person || origin === null) return [];
    const seconds = (ms: number): number => Math.round(ms - origin) / 1000;
    return [...person.words.values()]
      .map(({ text, startMs, endMs }) => ({ person: 0, from: seconds(startMs), to: seconds(endMs), text }))
      .filter(({ to }) => to > 0)
      .map((words) => ({ ...words, from: Math.max(0, words.from) }))
      .sort((a, b) => a.from - b.from);
  }

  push(event: RoomEvent): void {
    switch (event.type) {
      case 'begin':
        // What is analysed is less than what is agreed to while a camera is off: nobody took anything back.
        return;
      case 'end':
        return this.#end(event);
      case 'emotion': {
        const person = this.#person(event.participant);
        if (person?.consent && !isConsented(event, person.consent)) return;
        return this.#add(person, event);
      }
      case 'gap':
        // Of somebody of whom there is nothing else there is no course either.
        return this.#add(this.#people.get(event.participant), event);
    }
  }

  /** What somebody agrees to. */
  consent(participant: string, consent: Consent): void {
    const person = this.#person(participant);
    if (!person) return;
    if (person.consent && isWithdrawal(person.consent, consent)) this.#people.set(participant, made(consent));
    else person.consent = { ...consent };
  }

  pushWords(words: Words): void {
    if (!words.final) return;
    const said = this.#person(words.participant)?.words;
    if (!said) return;
    said.delete(words.segment);
    if (words.text === '') return;
    said.set(words.segment, words);
    const [first] = said.keys();
    if (said.size > MOST_WORDS && first !== undefined) said.delete(first);
  }

  withdrawWords(participant: string): void {
    this.#people.get(participant)?.words.clear();
  }

  /** Somebody left the call. */
  left(participant: string): void {
    if (participant !== this.#own) this.#people.delete(participant);
  }

  #end({ participant, reason }: EndEvent): void {
    const consent = this.#people.get(participant)?.consent ?? null;
    // What they agreed to anew meanwhile stands.
    if (reason === 'consent-withdrawn') this.#people.set(participant, made(consent));
    else if (!STAYS.includes(reason)) this.left(participant);
  }

  #add(person: Person | undefined, event: RoomEvent): void {
    if (!person) return;
    person.series.add(event);
    person.series.keepNewest(KEPT_SECONDS);
  }

  #person(participant: string): Person | undefined {
    const known = this.#people.get(participant);
    if (known || this.#people.size >= MOST_PEOPLE) return known;
    const person = made(null);
    this.#people.set(participant, person);
    return person;
  }
}

const made = (consent: Consent | null): Person => ({ series: new Series(), consent, words: new Map() });
