import { NO_CONSENT } from '../common/consent.js';
import type { DropReason } from '../common/drops.js';
import { MODALITIES, type Modality } from '../common/emotions.js';
import type { Meter } from '../common/metrics.js';
import { ParticipantStreams, type Progress, type Timed, type TimedWords } from '../streams/index.js';
import type { ConsentTerms } from './messages.js';

export interface ConsentedStreamsDeps {
  meter: Meter;
  /** Where words are recognised in the voice: whether they are wanted. Null where they are not recognised at all. */
  setWordsWanted: ((wanted: boolean) => void) | null;
}

/** One participant's streams inside an analysis thread, as far as the consent that stands lets anything into them. */
export class ConsentedStreams<F, A> extends ParticipantStreams<F, A> {
  readonly #deps: ConsentedStreamsDeps;
  #terms: ConsentTerms = { generation: 0, consent: NO_CONSENT, given: { face: 0, voice: 0, words: 0 } };

  constructor(deps: ConsentedStreamsDeps) {
    super();
    this.#deps = deps;
  }

  /** The consent under which everything was measured that is in the streams now. */
  get generation(): number {
    return this.#terms.generation;
  }

  /** What is withdrawn is forgotten before this returns; only then does the new generation begin. */
  setConsent(terms: ConsentTerms): void {
    for (const modality of MODALITIES) {
      if (this.#terms.consent[modality] && !terms.consent[modality]) this.#forget(modality);
    }
    const { words } = terms.consent;
    this.setTrack({ modality: 'words', on: words, paused: false });
    this.#deps.setWordsWanted?.(words);
    this.#terms = terms;
  }

  /** A picture that was captured; it is looked at only if it may be. */
  picture(mediaTime: number, observe: () => Timed<F>): void {
    if (this.#takes('face', mediaTime)) this.frame(observe());
  }

  /** A piece of sound; it is listened to only if it may be. */
  sound(mediaTime: number, observe: () => Timed<A> | null): void {
    if (!this.#takes('voice', mediaTime)) return;
    const block = observe();
    if (block) this.audio(block);
  }

  override progress(progress: Progress): void {
    if (progress.mediaTime > this.#terms.given[progress.modality]) super.progress(progress);
  }

  caption(words: TimedWords): void {
    if (this.#takes('words', words.startMs)) this.words(words);
  }

  /** Media on their way when consent was given, or sent again, may be of before it: those are counted and not taken. */
  #takes(modality: Modality, capturedMs: number): boolean {
    if (capturedMs > this.#terms.given[modality]) return true;
    const reason: DropReason<'consent'> = `${modality}-before`;
    this.#deps.meter.count('emostream_dropped_total', { stage: 'consent', reason });
    return false;
  }

  #forget(modality: Modality): void {
    this.setTrack({ modality, on: false, paused: false });
    // Words that were recognised were measured in the voice too.
    if (modality === 'voice' && this.#deps.setWordsWanted) {
      this.setTrack({ modality: 'words', on: false, paused: false });
    }
  }
}
