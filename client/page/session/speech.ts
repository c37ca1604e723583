import { locale, t } from '../languages/current.js';

/** The part of the Web Speech API that is used; TypeScript's DOM types do not have it. */
interface RecognitionEvent extends Event {
  resultIndex: number;
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
}
interface Recognition extends EventTarget {
  continuous: boolean;
  interimResults: boolean;
  lang: string;
  start(): void;
  abort(): void;
  onresult: ((event: RecognitionEvent) => void) | null;
  onspeechstart: (() => void) | null;
  onend: (() => void) | null;
  onerror: ((event: Event & { error: string }) => void) | null;
}

export interface SpeechOptions {
  /** A finished phrase with its times on this machine's clock, ms. */
  onPhrase(text: string, startMs: number, endMs: number): void;
  /** It stopped for good, and why. */
  onFailed(message: string): void;
}

const recogniser = (): (new () => Recognition) | undefined => {
  const scope = globalThis as {
    SpeechRecognition?: new () => Recognition;
    webkitSpeechRecognition?: new () => Recognition;
  };
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
};

export const speechAvailable = (): boolean => recogniser() !== undefined;

/** A phrase is not longer than this, ms: the recogniser does not say when it began. */
const LONGEST_PHRASE_MS = 10_000;

/** The browser's own speech recognition, kept running: browsers end it after every silence. */
export class Speech {
  readonly #options: SpeechOptions;
  readonly #recognition: Recognition;
  #running = true;
  #phraseStartMs: number | null = null;

  /** @throws Error where the browser has none; see `speechAvailable` */
  constructor(options: SpeechOptions) {
    const Recogniser = recogniser();
    if (!Recogniser) throw new Error(t().browserSpeech.none);
    this.#options = options;
    this.#recognition = new Recogniser();
    this.#recognition.continuous = true;
    this.#recognition.interimResults = true;
    this.#recognition.lang = locale();
    this.#recognition.onspeechstart = () => (this.#phraseStartMs ??= Date.now());
    this.#recognition.onresult = (event) => this.#heard(event);
    this.#recognition.onerror = (event) => {
      const failures: Partial<Record<string, string>> = t().browserSpeech.failures;
      const message = failures[event.error];
      if (!message) return;
      this.close();
      options.onFailed(message);
    };
    this.#recognition.onend = () => {
      if (this.#running) this.#recognition.start();
    };
    this.#recognition.start();
  }

  close(): void {
    this.#running = false;
    this.#recognition.abort();
  }

  #heard(event: RecognitionEvent): void {
    if (!this.#running) return;
    const now = Date.now();
    const startMs = Math.max((this.#phraseStartMs ??= now), now - LONGEST_PHRASE_MS);
    for (let index = event.resultIndex; index < event.results.length; index++) {
      const result = event.results[index];
      const text = result?.[0]?.transcript.trim();
      if (!result?.isFinal || !text) continue;
      this.#options.onPhrase(text, startMs, now);
      this.#phraseStartMs = null;
    }
  }
}
