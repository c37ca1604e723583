import { h } from '../ui/dom.js';
import { type PageIcon, pageIcon } from '../ui/icons.js';

export interface Toggle {
  element: HTMLButtonElement;
  set(on: boolean): void;
}

/** A button of the call's toolbar: an icon and a word. */
export function toolButton(icon: PageIcon, label: string, onClick: () => void, kind = ''): HTMLButtonElement {
  const button = h(
    'button',
    { type: 'button', class: `tool ${kind}`, title: label },
    pageIcon(icon),
    h('span', {}, label),
  );
  button.onclick = onClick;
  return button;
}

/** A button that is on or off; its name stays the same, and `aria-pressed` says which. */
export function toolToggle(icon: PageIcon, label: string, onClick: () => void): Toggle {
  const element = toolButton(icon, label, onClick);
  return {
    element,
    set: (on) => {
      element.setAttribute('aria-pressed', String(on));
      element.classList.toggle('off', !on);
    },
  };
}
