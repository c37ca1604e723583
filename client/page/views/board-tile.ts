import type { Place } from '../layout/arrange.js';

/** What has a place on the board. */
export interface BoardTile {
  readonly element: HTMLElement;
  /** The viewer wants it large, or not any more. */
  onPin: () => void;
  /** Null: on another page. */
  set place(place: Place | null);
  set pinned(pinned: boolean);
  close(): void;
}

export function putAt(element: HTMLElement, place: Place | null): void {
  element.hidden = place === null;
  if (!place) return;
  const { style } = element;
  // From where lines begin, so that the order is that of reading.
  style.insetInlineStart = `${Math.round(place.x)}px`;
  style.top = `${Math.round(place.y)}px`;
  style.width = `${Math.floor(place.width)}px`;
  style.height = `${Math.floor(place.height)}px`;
  element.classList.toggle('tiny', place.details === 'tiny');
}
