import { icon } from '../../lib/overlay/icons.js';
import { type Consent, MODALITIES, type Modality } from '../../lib/index.js';
import { h, uniqueId } from './dom.js';
import { CONSENT_TEXT } from './words.js';

export interface ConsentSwitchesOptions {
  /** With an explanation under each switch, or as a row of short ones. */
  explained: boolean;
  onChange(consent: Consent): void;
}

/** Three switches, one for each modality; none is ever on before its owner turned it on. */
export class ConsentSwitches {
  readonly element: HTMLElement;
  readonly #inputs: Record<Modality, HTMLInputElement>;
  readonly #notes: Record<Modality, HTMLElement>;

  constructor(options: ConsentSwitchesOptions) {
    const input = (modality: Modality) =>
      h('input', {
        type: 'checkbox',
        id: uniqueId('consent'),
        class: 'switch',
        data: { modality },
        attr: { role: 'switch', autocomplete: 'off' },
        onchange: () => options.onChange(this.consent),
      });
    const note = (modality: Modality) =>
      h('span', { class: 'what', id: uniqueId('what') }, CONSENT_TEXT[modality].what);
    this.#inputs = { face: input('face'), voice: input('voice'), words: input('words') };
    this.#notes = { face: note('face'), voice: note('voice'), words: note('words') };
    const rows = MODALITIES.map((modality) => {
      const box = this.#inputs[modality];
      const text = h('span', { class: 'name' }, CONSENT_TEXT[modality].name);
      if (options.explained) box.setAttribute('aria-describedby', this.#notes[modality].id);
      const label = h('label', { htmlFor: box.id, class: 'consent-label' }, icon(modality), text, box);
      return h('div', { class: 'consent-row' }, label, options.explained && this.#notes[modality]);
    });
    const legend = h('legend', {}, options.explained ? 'What may be analysed?' : 'Analyse my');
    this.element = h(
      'fieldset',
      { class: options.explained ? 'consent explained' : 'consent short' },
      legend,
      h('div', { class: 'consent-rows' }, ...rows),
    );
  }

  focus(): void {
    const first = MODALITIES.map((modality) => this.#inputs[modality]).find((input) => !input.disabled);
    first?.focus({ preventScroll: true });
  }

  get consent(): Consent {
    const { face, voice, words } = this.#inputs;
    return { face: face.checked, voice: voice.checked, words: words.checked };
  }

  set consent(consent: Consent) {
    for (const modality of MODALITIES) this.#inputs[modality].checked = consent[modality];
  }

  /** What the server lets be analysed at all. */
  set policy(policy: Consent) {
    for (const modality of MODALITIES) {
      const input = this.#inputs[modality];
      input.disabled = !policy[modality];
      if (policy[modality]) continue;
      input.checked = false;
      this.#notes[modality].textContent = 'Switched off for everybody on this server.';
      input.title = 'Switched off for everybody on this server';
    }
  }
}
