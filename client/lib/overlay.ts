import type { EmotionFeed } from './feed.js';
import { EmoOverlay } from './overlay/element.js';

export { EmoOverlay };
export { OverlayModel } from './overlay/model.js';
export type { OverlayStatus, OverlayView } from './overlay/model.js';

declare global {
  interface HTMLElementTagNameMap {
    'emo-overlay': EmoOverlay;
  }
}

/** Makes `<emo-overlay>` known to the page; harmless when called twice. */
export function defineOverlay(): void {
  if (!customElements.get('emo-overlay')) customElements.define('emo-overlay', EmoOverlay);
}

/**
 * Hands every event of a feed to the overlays of its participant, wherever in `root` they are.
 * @returns a function that stops it
 */
export function connectOverlays(feed: EmotionFeed, root: ParentNode = document): () => void {
  defineOverlay();
  return feed.on('event', (event) => {
    for (const overlay of root.querySelectorAll('emo-overlay')) {
      if (overlay.participant === event.participant) overlay.push(event);
    }
  });
}
