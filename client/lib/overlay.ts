import type { EmotionFeed } from './feed.js';
import { EmoOverlay } from './overlay/element.js';

export { EmoOverlay };
export { OverlayModel } from './overlay/model.js';
export type { OverlayView } from './overlay/model.js';
export type { OverlayConnection, OverlayStatus } from './overlay/wording.js';
export { en as englishWords } from './overlay/languages/en.js';
export type { OverlayWords } from './overlay/languages/en.js';
export { registerOverlayWords } from './overlay/languages/known.js';
export { formats } from './overlay/languages/formats.js';

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
 * Hands every event of a feed to the overlays of its participant, wherever in `root` they are, and the words of those who show
 * them, where the feed's token grants `transcript`.
 * @returns a function that stops it
 */
export function connectOverlays(feed: EmotionFeed, root: ParentNode = document): () => void {
  defineOverlay();
  const all = () => root.querySelectorAll('emo-overlay');
  const of = (participant: string) => [...all()].filter((overlay) => overlay.participant === participant);
  const stops = [
    feed.on('event', (event) => {
      for (const overlay of of(event.participant)) overlay.push(event);
    }),
    feed.on('words', (words) => {
      for (const overlay of of(words.participant)) overlay.pushWords(words);
    }),
    feed.on('wordsWithdrawn', ({ participant }) => {
      for (const overlay of of(participant)) overlay.withdrawWords();
    }),
    feed.on('status', ({ state }) => {
      for (const overlay of all()) {
        overlay.connection = state === 'open' ? 'open' : state === 'connecting' ? 'unknown' : 'lost';
        // What is taken back meanwhile is not heard of.
        if (state !== 'open') overlay.withdrawWords();
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
