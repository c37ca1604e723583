import { t } from '../languages/current.js';
import { Speech, speechAvailable } from '../session/speech.js';
import { h, uniqueId } from '../ui/dom.js';

export interface BrowserSpeechOptions {
  /** A finished phrase with its times on this machine's clock, ms. */
  onPhrase(text: string, startMs: number, endMs: number): void;
  /** Tells the person how it goes. */
  say(text: string): void;
}

/** The browser's own speech recognition, to be switched on where the server has none. It is no part of the server. */
export class BrowserSpeech {
  readonly element: HTMLElement;
  readonly #options: BrowserSpeechOptions;
  readonly #switch: HTMLInputElement;
  #speech: Speech | null = null;
  #muted = false;

  private constructor(options: BrowserSpeechOptions) {
    this.#options = options;
    this.#switch = h('input', {
      type: 'checkbox',
      id: uniqueId('speech'),
      class: 'switch',
      attr: { role: 'switch', autocomplete: 'off' },
      onchange: () => this.#switched(),
    });
    const note = h('p', { class: 'hint', id: uniqueId('note') }, t().browserSpeech.note);
    this.#switch.setAttribute('aria-describedby', note.id);
    const label = h('label', { htmlFor: this.#switch.id }, t().browserSpeech.label, this.#switch);
    this.element = h('div', {}, label, note);
  }

  /** Null where the browser has none. */
  static where(options: BrowserSpeechOptions): BrowserSpeech | null {
    return speechAvailable() ? new BrowserSpeech(options) : null;
  }

  /** Muted means unheard: the browser stops listening, and listens again when the microphone is on. */
  set muted(muted: boolean) {
    if (this.#muted === muted) return;
    this.#muted = muted;
    if (!this.#switch.checked) return;
    if (muted) this.#pause();
    else this.#listen();
  }

  close(): void {
    this.#speech?.close();
    this.#speech = null;
    this.#switch.checked = false;
  }

  #switched(): void {
    if (!this.#switch.checked) {
      this.close();
      this.#options.say(t().browserSpeech.off);
      return;
    }
    if (this.#muted) this.#pause();
    else this.#listen();
  }

  #pause(): void {
    this.#speech?.close();
    this.#speech = null;
    this.#options.say(t().browserSpeech.muted);
  }

  #listen(): void {
    try {
      this.#speech = new Speech({
        onPhrase: (text, startMs, endMs) => this.#options.onPhrase(text, startMs, endMs),
        onFailed: (message) => {
          this.close();
          this.#options.say(`${message} ${t().browserSpeech.instead}`);
        },
      });
      this.#options.say(t().browserSpeech.listening);
    } catch (error) {
      this.close();
      this.#options.say(t().browserSpeech.notStarted((error as Error).message));
    }
  }
}
