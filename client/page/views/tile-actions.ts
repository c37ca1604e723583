import { t } from '../languages/current.js';
import { named } from '../languages/named.js';
import { h } from '../ui/dom.js';
import { type PageIcon, pageIcon } from '../ui/icons.js';

export interface TileActionsOptions {
  name: string;
  /** Large, or not any more. */
  onPin(): void;
  /** What fills the screen: the tile. */
  tile: HTMLElement;
}

/** What can be done about one tile; shown while it is pointed at, tapped, or has the keyboard's focus. */
export class TileActions {
  readonly element: HTMLElement;
  readonly #pin: HTMLButtonElement;

  constructor({ name, onPin, tile }: TileActionsOptions) {
    const words = t().board;
    const who = named(name);
    this.#pin = action('pin', words.pin(who), onPin);
    this.element = h(
      'div',
      { class: 'tile-actions', attr: { role: 'group', 'aria-label': words.picture(who) } },
      this.#pin,
      // Safari on phones fills its screen with nothing but videos of its own.
      document.fullscreenEnabled && action('fullscreen', words.fullscreen(who), () => void toggleFullscreen(tile)),
    );
    this.pinned = false;
  }

  set pinned(pinned: boolean) {
    this.#pin.setAttribute('aria-pressed', String(pinned));
  }

  add(element: HTMLElement): void {
    this.element.append(element);
  }
}

function action(icon: PageIcon, label: string, onClick: () => void): HTMLButtonElement {
  const button = h('button', { type: 'button', title: label, attr: { 'aria-label': label } }, pageIcon(icon));
  button.onclick = onClick;
  return button;
}

async function toggleFullscreen(element: HTMLElement): Promise<void> {
  try {
    if (document.fullscreenElement === element) await document.exitFullscreen();
    else await element.requestFullscreen();
  } catch {
    // The browser does not want to; the picture stays where it is.
  }
}
