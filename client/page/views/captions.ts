import { toClientError } from '../../lib/index.js';
import { Speech, speechAvailable } from '../session/speech.js';
import { h, uniqueId } from '../ui/dom.js';

/** Words are analysed with the second they were said in; what was typed slowly is not older than this, ms. */
const LONGEST_TYPING_MS = 10_000;
const MAX_LENGTH = 1000;

export type SendCaption = (text: string, startMs: number, endMs: number) => Promise<void>;

/** Where words come from: typed captions, or the browser's speech recognition where there is one. */
export class CaptionsPanel {
  readonly element: HTMLElement;
  readonly #send: SendCaption;
  readonly #input: HTMLInputElement;
  readonly #state = h('p', { class: 'hint', attr: { role: 'status' } });
  readonly #speechSwitch: HTMLInputElement | null;
  #typingSinceMs: number | null = null;
  #speech: Speech | null = null;
  #muted = false;

  constructor(send: SendCaption) {
    this.#send = send;
    this.#input = h('input', {
      type: 'text',
      id: uniqueId('caption'),
      maxLength: MAX_LENGTH,
      autocomplete: 'off',
      placeholder: 'Type what you say, then press Enter',
      oninput: () => (this.#typingSinceMs ??= Date.now()),
    });
    this.#speechSwitch = speechAvailable()
      ? h('input', {
          type: 'checkbox',
          id: uniqueId('speech'),
          class: 'switch',
          attr: { role: 'switch', autocomplete: 'off' },
          onchange: () => this.#switchSpeech(),
        })
      : null;
    const form = h(
      'form',
      { class: 'caption-form' },
      h('label', { htmlFor: this.#input.id }, 'Caption of what you say'),
      h('div', { class: 'caption-line' }, this.#input, h('button', { type: 'submit', class: 'secondary' }, 'Send')),
      this.#state,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.#submit();
    };
    this.element = h(
      'section',
      { class: 'captions', hidden: true, attr: { 'aria-label': 'Captions' } },
      form,
      this.#speechSwitch &&
        h(
          'div',
          { class: 'speech' },
          h('label', { htmlFor: this.#speechSwitch.id }, 'Let this browser write them', this.#speechSwitch),
          h(
            'p',
            { class: 'hint' },
            'Some browsers send your sound to their maker for this. It is not part of this server.',
          ),
        ),
    );
    this.#say('Only analysed: shown to nobody, not stored.');
  }

  /** Captions make sense only with consent to words. */
  set allowed(allowed: boolean) {
    this.element.hidden = !allowed;
    if (!allowed) this.close();
  }

  /** Muted means unheard: the browser stops listening, and listens again when the microphone is on. Typed words still go. */
  set muted(muted: boolean) {
    if (this.#muted === muted) return;
    this.#muted = muted;
    if (!this.#speechSwitch?.checked) return;
    if (muted) this.#pause();
    else this.#listen();
  }

  close(): void {
    this.#speech?.close();
    this.#speech = null;
    if (this.#speechSwitch) this.#speechSwitch.checked = false;
  }

  #pause(): void {
    this.#speech?.close();
    this.#speech = null;
    this.#say('The microphone is off: nothing is heard.');
  }

  #say(text: string): void {
    this.#state.textContent = text;
  }

  #switchSpeech(): void {
    if (!this.#speechSwitch?.checked) {
      this.close();
      this.#say('Speech recognition is off.');
      return;
    }
    if (this.#muted) this.#pause();
    else this.#listen();
  }

  #listen(): void {
    try {
      this.#speech = new Speech({
        onPhrase: (text, startMs, endMs) => void this.#deliver(text, startMs, endMs),
        onFailed: (message) => {
          this.close();
          this.#say(`${message} You can type captions instead.`);
        },
      });
      this.#say('Listening …');
    } catch (error) {
      this.close();
      this.#say(`Speech recognition does not start: ${(error as Error).message}`);
    }
  }

  async #submit(): Promise<void> {
    const text = this.#input.value.trim();
    if (!text) return;
    const now = Date.now();
    const startMs = Math.max(this.#typingSinceMs ?? now, now - LONGEST_TYPING_MS);
    this.#typingSinceMs = null;
    this.#input.value = '';
    await this.#deliver(text, startMs, now);
  }

  async #deliver(text: string, startMs: number, endMs: number): Promise<void> {
    try {
      await this.#send(text.slice(0, MAX_LENGTH), startMs, endMs);
      this.#say('Sent for analysis.');
    } catch (error) {
      this.#say(`Not sent: ${toClientError(error).message}`);
    }
  }
}
