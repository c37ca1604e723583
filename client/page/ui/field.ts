import { h, uniqueId } from './dom.js';

/** A line to be filled in, with its label and what is wrong with it. */
export interface Field {
  element: HTMLElement;
  input: HTMLInputElement;
  /** Shows (or with null takes away) what is wrong with the input. */
  complain(text: string | null): void;
}

export function field(label: string, props: Parameters<typeof h<'input'>>[1], hint?: string): Field {
  const input = h('input', { id: uniqueId('field'), ...props });
  const error = h('p', { class: 'field-error', id: uniqueId('error'), hidden: true });
  input.setAttribute('aria-describedby', error.id);
  const note = hint ? h('p', { class: 'hint' }, hint) : null;
  return {
    input,
    element: h('div', { class: 'field' }, h('label', { htmlFor: input.id }, label), input, note, error),
    complain: (text) => {
      error.hidden = text === null;
      error.textContent = text ?? '';
      if (text === null) input.removeAttribute('aria-invalid');
      else input.setAttribute('aria-invalid', 'true');
    },
  };
}
