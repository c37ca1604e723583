import { t } from '../languages/current.js';
import { keysWanted, wantKeys } from '../remembered.js';
import { h, uniqueId } from './dom.js';

export interface Shortcut {
  key: string;
  what: string;
  run(): void;
}

const HELP = '?';

/** What one types into takes its keys for itself. */
const TYPED_INTO = 'input:not([type=checkbox]), textarea, select, [contenteditable]';

/**
 * Single keys that do something in the call, and the list of them. They can be switched off (WCAG 2.1.4): people who speak to their machine
 * press keys that they do not mean.
 */
export class Shortcuts {
  readonly element: HTMLDialogElement;
  readonly #shortcuts: readonly Shortcut[];
  readonly #wanted: HTMLInputElement;
  readonly #stop: () => void;

  constructor(shortcuts: readonly Shortcut[]) {
    this.#shortcuts = shortcuts;
    const words = t().keys;
    const id = uniqueId('keys');
    this.#wanted = h('input', {
      type: 'checkbox',
      class: 'switch',
      id,
      checked: keysWanted(),
      attr: { role: 'switch', autocomplete: 'off' },
      onchange: () => wantKeys(this.#wanted.checked),
    });
    const close = h('button', { type: 'button', class: 'secondary' }, t().close);
    const title = h('h2', { id: uniqueId('title') }, words.title);
    const listed = [...shortcuts, { key: HELP, what: words.list }];
    this.element = h(
      'dialog',
      { class: 'keys', attr: { 'aria-labelledby': title.id } },
      title,
      h('dl', {}, ...listed.flatMap(({ key, what }) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])),
      h('label', { htmlFor: id }, words.wanted, this.#wanted),
      close,
    );
    close.onclick = () => this.element.close();
    const press = (event: KeyboardEvent) => this.#press(event);
    document.addEventListener('keydown', press);
    this.#stop = () => document.removeEventListener('keydown', press);
  }

  open(): void {
    if (!this.element.open) this.element.showModal();
  }

  close(): void {
    this.#stop();
    this.element.close();
  }

  #press(event: KeyboardEvent): void {
    const { ctrlKey, metaKey, altKey, repeat, target, key } = event;
    if (ctrlKey || metaKey || altKey || repeat || this.element.open || !this.#wanted.checked) return;
    if (target instanceof Element && target.closest(TYPED_INTO)) return;
    const pressed = this.#shortcuts.find((shortcut) => shortcut.key === key.toLowerCase());
    if (!pressed && key !== HELP) return;
    event.preventDefault();
    if (pressed) pressed.run();
    else this.open();
  }
}
