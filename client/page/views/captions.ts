import type { Agreement } from '../../lib/index.js';
import { t } from '../languages/current.js';
import { sentenceOf } from '../languages/sentence.js';
import { h, uniqueId } from '../ui/dom.js';
import { languageName, type Speech } from '../ui/words.js';
import { BrowserSpeech } from './browser-speech.js';

/** Words are analysed with the second they were said in; what was typed slowly is not older than this, ms. */
const LONGEST_TYPING_MS = 10_000;
const MAX_LENGTH = 1000;

export interface CaptionsOptions {
  /** What this server recognises. */
  speech: Speech;
  /** Resolves to whether they are shown to those in the room. */
  send(text: string, startMs: number, endMs: number): Promise<boolean>;
}

/** Where one's words come from: the voice, where the server recognises speech; and what is typed here. */
export class CaptionsPanel {
  readonly element: HTMLElement;
  readonly #options: CaptionsOptions;
  readonly #input: HTMLInputElement;
  readonly #state = h('p', { class: 'hint', attr: { role: 'status' } });
  readonly #source = h('p', { class: 'words-source' });
  /** Only where the server recognises nothing: browsers send the sound to their makers. */
  readonly #browser: BrowserSpeech | null;
  #typingSinceMs: number | null = null;
  #agreement: Agreement | null = null;
  #muted = false;

  constructor(options: CaptionsOptions) {
    this.#options = options;
    const words = t().captions;
    this.#input = h('input', {
      type: 'text',
      id: uniqueId('caption'),
      maxLength: MAX_LENGTH,
      autocomplete: 'off',
      placeholder: words.placeholder,
      oninput: () => (this.#typingSinceMs ??= Date.now()),
    });
    this.#browser =
      options.speech.state === 'on'
        ? null
        : BrowserSpeech.where({
            onPhrase: (text, startMs, endMs) => void this.#deliver(text, startMs, endMs),
            say: (text) => this.#say(text),
          });
    const form = h(
      'form',
      { class: 'caption-form' },
      h('label', { htmlFor: this.#input.id, class: 'visually-hidden' }, words.label),
      h('div', { class: 'caption-line' }, this.#input, h('button', { type: 'submit', class: 'secondary' }, words.send)),
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.#submit();
    };
    this.element = h(
      'section',
      { class: 'captions', hidden: true, attr: { 'aria-label': words.title } },
      form,
      h('div', { class: 'speech' }, h('div', { class: 'said' }, this.#source, this.#state), this.#browser?.element),
    );
  }

  /** Captions make sense only with consent to words. */
  set agreement(agreement: Agreement) {
    const before = this.#agreement;
    this.#agreement = agreement;
    this.element.hidden = !agreement.consent.words;
    if (!agreement.consent.words) this.close();
    this.#saySource();
    if (before?.consent.words === agreement.consent.words && before.showWords === agreement.showWords) return;
    // What is sent from now on is sent knowing who reads it, however early it was begun.
    if (this.#typingSinceMs !== null) this.#typingSinceMs = Date.now();
    this.#say(agreement.showWords ? t().captions.shown : t().captions.analysed);
  }

  /** Muted means unheard. Typed words still go. */
  set muted(muted: boolean) {
    this.#muted = muted;
    if (this.#browser) this.#browser.muted = muted;
    this.#saySource();
  }

  close(): void {
    this.#browser?.close();
  }

  #say(text: string): void {
    this.#state.textContent = text;
  }

  #saySource(): void {
    const { state, language } = this.#options.speech;
    const { noSpeech, voiceFirst, muted, heard } = t().captions;
    let text = noSpeech;
    if (state === 'on' && !this.#agreement?.consent.voice) text = voiceFirst;
    else if (state === 'on' && this.#muted) text = muted;
    else if (state === 'on') text = heard(language && languageName(language));
    if (this.#source.textContent !== text) this.#source.textContent = text;
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
      const shown = await this.#options.send(text.slice(0, MAX_LENGTH), startMs, endMs);
      this.#say(shown ? t().captions.sentShown : t().captions.sent);
    } catch (error) {
      this.#say(t().captions.notSent(sentenceOf(error)));
    }
  }
}
