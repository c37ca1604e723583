import { type Agreement, bothAgreements, type Consent, isWithdrawal, NO_AGREEMENT, sameAgreement } from './consent.js';
import { EmostreamError } from './errors.js';

/** What consent is given for: a seat in a call, or somebody's tracks in another application. */
export interface ConsentHolder {
  /** As it stands. */
  readonly agreement: Agreement;
  /** What it takes away is taken away before this returns; resolves when what it gives is being analysed. */
  agree(agreement: Agreement): Promise<void>;
}

export interface ConsentHandleOptions {
  holder: ConsentHolder;
  /** What may be analysed at all; nobody can consent to more. */
  policy: Consent;
  /** Asked before anything is given that did not stand. May throw: then it is not given, and what was taken away stays so. */
  beforeGiving?: () => void;
}

/** Consent as it stands, and under which generation. */
export interface ConsentState extends Agreement {
  /** Begins at 1; raised whenever anything is withdrawn. */
  generation: number;
}

/**
 * One participant's consent in the hands of whoever publishes their media by a door that is no socket of the protocol. Withdrawing is
 * always possible and takes effect before the call returns. Giving may name the generation that it builds on: then it is refused when
 * consent was withdrawn since, so that a request that comes late or twice cannot undo a withdrawal.
 */
export class ConsentHandle {
  readonly #options: ConsentHandleOptions;
  #generation = 1;
  #closed = false;

  constructor(options: ConsentHandleOptions) {
    this.#options = options;
  }

  get state(): ConsentState {
    const { consent, showWords } = this.#closed ? NO_AGREEMENT : this.#options.holder.agreement;
    return { generation: this.#generation, consent: { ...consent }, showWords };
  }

  /**
   * Makes this the agreement, as far as the policy lets it; whatever it leaves out is withdrawn first.
   * @param generation refused when it is another by now and something is to be given
   * @throws EmostreamError WRONG_STATE (another generation), CLOSED (the participant is gone), or what `beforeGiving` throws
   */
  async set(agreement: Agreement, generation = this.#generation): Promise<ConsentState> {
    this.#assertOpen();
    const { holder, policy, beforeGiving } = this.#options;
    const expected = this.#generation;
    const wanted = bothAgreements(agreement, { consent: policy, showWords: true });
    const kept = bothAgreements(wanted, holder.agreement);
    this.#take(kept);
    if (sameAgreement(wanted, kept)) return this.state;
    if (generation !== expected) {
      throw new EmostreamError('WRONG_STATE', 'consent was withdrawn meanwhile: read how it stands and give it anew');
    }
    beforeGiving?.();
    await this.#agree(wanted);
    return this.state;
  }

  /** Adds to what is agreed. @throws EmostreamError as `set` does */
  give(more: Partial<Consent> & { showWords?: boolean }, generation?: number): Promise<ConsentState> {
    const { consent, showWords } = this.state;
    const wanted = {
      face: consent.face || more.face === true,
      voice: consent.voice || more.voice === true,
      words: consent.words || more.words === true,
    };
    return this.set({ consent: wanted, showWords: showWords || more.showWords === true }, generation);
  }

  /** Takes all of it back, or what is named; never refused, and done when this returns. */
  withdraw(what: Partial<Consent> = { face: true, voice: true, words: true }): ConsentState {
    if (this.#closed) return this.state;
    const { consent, showWords } = this.#options.holder.agreement;
    const kept = {
      face: consent.face && !what.face,
      voice: consent.voice && !what.voice,
      words: consent.words && !what.words,
    };
    this.#take({ consent: kept, showWords: showWords && kept.words });
    return this.state;
  }

  /** The participant is gone. */
  close(): void {
    this.#closed = true;
  }

  /** Of what is taken away there is nothing to wait for. It fails when the participant has gone, and their consent with them. */
  #take(agreement: Agreement): void {
    this.#agree(agreement).catch(() => undefined);
  }

  async #agree(agreement: Agreement): Promise<void> {
    const { holder } = this.#options;
    const before = holder.agreement;
    if (sameAgreement(before, agreement)) return;
    if (isWithdrawal(before.consent, agreement.consent)) this.#generation += 1;
    await holder.agree(agreement);
  }

  #assertOpen(): void {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the participant left: their consent ended with that');
  }
}
