import { type Consent, isWithdrawal, NO_CONSENT } from '../common/consent.js';
import { MODALITIES } from '../common/emotions.js';
import type { ConsentTerms } from './messages.js';

/** What somebody consents to and since when; a new generation begins whenever any of it is withdrawn. */
export class ConsentRecord {
  #consent: Consent = NO_CONSENT;
  #generation = 1;
  readonly #given: ConsentTerms['given'] = { face: 0, voice: 0, words: 0 };

  get consent(): Consent {
    return this.#consent;
  }

  get generation(): number {
    return this.#generation;
  }

  /** When the present consent to words was given, server wall clock, ms. */
  get wordsSinceMs(): number {
    return this.#given.words;
  }

  /** @returns something was withdrawn */
  change(consent: Consent, nowMs: number): boolean {
    const before = this.#consent;
    this.#consent = { ...consent };
    for (const modality of MODALITIES) {
      if (consent[modality] && !before[modality]) this.#given[modality] = nowMs;
    }
    const withdrawn = isWithdrawal(before, consent);
    if (withdrawn) this.#generation += 1;
    return withdrawn;
  }

  terms(showing: ConsentTerms['showing']): ConsentTerms {
    return { generation: this.#generation, consent: this.#consent, given: { ...this.#given }, showing };
  }
}
