import type { PageIcon } from '../ui/icons.js';
import { toolButton } from './toolbar.js';

export interface PanelButtonOptions {
  icon: PageIcon;
  label: string;
  panel: HTMLElement;
  onOpen(): void;
}

/** Opens a panel and closes it; so does Escape, from within as well. */
export function panelButton({ icon, label, panel, onOpen }: PanelButtonOptions): HTMLButtonElement {
  const set = (open: boolean): void => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) onOpen();
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || panel.hidden) return;
    set(false);
    button.focus();
  };
  const button = toolButton(icon, label, () => set(panel.hidden !== false));
  for (const element of [button, panel]) element.addEventListener('keydown', escape);
  set(false);
  return button;
}
