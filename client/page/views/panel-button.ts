import type { PageIcon } from '../ui/icons.js';
import { toolButton } from './toolbar.js';

export interface PanelButtonOptions {
  icon: PageIcon;
  label: string;
  panel: HTMLElement;
  onOpen(): void;
}

/** Closes the panel that is open: one at a time, so that none covers another. */
let closeOther: (() => void) | null = null;

/** Opens a panel, into which the keyboard goes, and closes it; so does Escape, and the keyboard is back at the button. */
export function panelButton({ icon, label, panel, onOpen }: PanelButtonOptions): HTMLButtonElement {
  const close = (): void => set(false);
  const set = (open: boolean): void => {
    if (open) {
      closeOther?.();
      closeOther = close;
    } else if (closeOther === close) closeOther = null;
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (!open) return;
    onOpen();
    panel.focus({ preventScroll: true });
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || panel.hidden) return;
    set(false);
    button.focus();
  };
  if (!panel.hasAttribute('tabindex')) panel.tabIndex = -1;
  const button = toolButton(icon, label, () => set(panel.hidden !== false));
  for (const element of [button, panel]) element.addEventListener('keydown', escape);
  set(false);
  return button;
}
