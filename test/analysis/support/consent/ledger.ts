import { type Consent, NO_CONSENT } from '../../../../src/common/consent.js';
import { MODALITIES, type Modality } from '../../../../src/common/emotions.js';

/** One thing that was measured: of whom, and under which consent of theirs to that modality (null: under none). */
export interface Measurement {
  person: string;
  modality: Modality;
  term: number | null;
  mediaTime: number;
}

interface Person {
  consent: Consent;
  /** Counts the consents to each modality that have ended. */
  ended: Record<Modality, number>;
  /** What stood when the connection was lost, while a return is waited for. */
  lost: Consent | null;
}

/** The truth about everybody's consent, kept beside the product: what was measured under which, and which have ended. */
export class ConsentLedger {
  readonly #people = new Map<string, Person>();

  consent(name: string, consent: Consent): void {
    const person = this.#person(name);
    const before = person.lost ?? person.consent;
    person.lost = null;
    for (const modality of MODALITIES) if (before[modality] && !consent[modality]) person.ended[modality]++;
    person.consent = consent;
  }

  left(name: string): void {
    this.consent(name, NO_CONSENT);
  }

  lost(name: string): void {
    const person = this.#person(name);
    person.lost = person.consent;
    person.consent = NO_CONSENT;
  }

  /** They did not come back in time. */
  gone(name: string): void {
    const person = this.#person(name);
    if (person.lost) this.left(name);
  }

  measured(person: string, modality: Modality, mediaTime: number): Measurement {
    const { consent, ended } = this.#person(person);
    return { person, modality, mediaTime, term: consent[modality] ? ended[modality] : null };
  }

  /** The consent under which it was measured has not ended. */
  stands({ person, modality, term }: Measurement): boolean {
    return term === this.#person(person).ended[modality];
  }

  #person(name: string): Person {
    let person = this.#people.get(name);
    if (!person) {
      person = { consent: NO_CONSENT, ended: { face: 0, voice: 0, words: 0 }, lost: null };
      this.#people.set(name, person);
    }
    return person;
  }
}
