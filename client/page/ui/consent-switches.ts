import { icon } from '../../lib/overlay/icons.js';
import { type Agreement, type Consent, MODALITIES, type Modality } from '../../lib/index.js';
import { t } from '../languages/current.js';
import { h, uniqueId } from './dom.js';
import { pageIcon } from './icons.js';
import { type Hearing, voiceText, wordsText } from './words.js';

export interface ConsentSwitchesOptions {
  /** With an explanation under each switch, or as a row of short ones. */
  explained: boolean;
  /** By what it is analysed. */
  hearing: Hearing;
  onChange(agreement: Agreement): void;
}

/**
 * A switch for each modality that may be analysed, and one for showing one's words to the others; none is ever on before its owner
 * turned it on. Words that are not analysed cannot be shown.
 */
export class ConsentSwitches {
  readonly element: HTMLElement;
  readonly #explained: boolean;
  readonly #inputs: Record<Modality, HTMLInputElement>;
  readonly #notes: Record<Modality, HTMLElement>;
  readonly #show: HTMLInputElement;

  constructor({ explained, hearing, onChange }: ConsentSwitchesOptions) {
    this.#explained = explained;
    const { ask, askHint, short, read, names, face, show, showShort, showWhat } = t().consent;
    const changed = () => {
      this.#showAllowed();
      onChange(this.agreement);
    };
    const input = (name: string) =>
      h('input', {
        type: 'checkbox',
        id: uniqueId('consent'),
        class: 'switch',
        data: { modality: name },
        attr: { role: 'switch', autocomplete: 'off' },
        onchange: changed,
      });
    const note = (text: string) => h('span', { class: 'what', id: uniqueId('what') }, text);
    this.#inputs = { face: input('face'), voice: input('voice'), words: input('words') };
    this.#notes = {
      face: note(face),
      voice: note(voiceText(hearing.voiceEncoder)),
      words: note(wordsText(hearing.speech)),
    };
    this.#show = input('show');
    const rows = MODALITIES.map((modality) =>
      this.#row(icon(modality), names[modality], this.#inputs[modality], this.#notes[modality]),
    );
    const shows = this.#row(pageIcon('captions'), explained ? show : showShort, this.#show, note(showWhat));
    this.element = h(
      'div',
      { class: explained ? 'agreement explained' : 'agreement short' },
      explained ? this.#group(ask, rows, askHint) : this.#group(short, rows),
      explained ? this.#group(read, [shows]) : shows,
    );
    this.#showAllowed();
  }

  focus(): void {
    const first = MODALITIES.map((modality) => this.#inputs[modality]).find((input) => !input.disabled);
    first?.focus({ preventScroll: true });
  }

  get agreement(): Agreement {
    const { face, voice, words } = this.#inputs;
    const consent = { face: face.checked, voice: voice.checked, words: words.checked };
    return { consent, showWords: this.#show.checked };
  }

  set agreement({ consent, showWords }: Agreement) {
    for (const modality of MODALITIES) this.#inputs[modality].checked = consent[modality];
    this.#show.checked = showWords;
    this.#showAllowed();
  }

  /** What the server lets be analysed at all. */
  set policy(policy: Consent) {
    for (const modality of MODALITIES) {
      const input = this.#inputs[modality];
      input.disabled = !policy[modality];
      if (policy[modality]) continue;
      input.checked = false;
      const { forbidden } = t().consent;
      this.#notes[modality].textContent = forbidden;
      input.title = forbidden;
    }
    this.#showAllowed();
  }

  /** Without analysed words there are none to show. */
  #showAllowed(): void {
    const { checked } = this.#inputs.words;
    this.#show.disabled = !checked;
    if (!checked) this.#show.checked = false;
    this.#show.title = checked ? '' : t().consent.wordsFirst;
  }

  #group(legend: string, rows: HTMLElement[], note = ''): HTMLElement {
    return h(
      'fieldset',
      { class: `consent ${this.#explained ? 'explained' : 'short'}` },
      h('legend', {}, legend),
      note && h('p', { class: 'hint' }, note),
      h('div', { class: 'consent-rows' }, ...rows),
    );
  }

  #row(picture: SVGElement, name: string, box: HTMLInputElement, note: HTMLElement): HTMLElement {
    if (this.#explained) box.setAttribute('aria-describedby', note.id);
    const text = h('span', { class: 'name' }, name);
    const label = h('label', { htmlFor: box.id, class: 'consent-label' }, picture, text, box);
    if (!this.#explained) label.title = note.textContent;
    return h('div', { class: 'consent-row' }, label, this.#explained && note);
  }
}
