import { t } from '../languages/current.js';
import { named } from '../languages/named.js';
import { h } from '../ui/dom.js';
import type { Place } from '../layout/arrange.js';
import { TileActions } from './tile-actions.js';
import { type BoardTile, putAt } from './board-tile.js';

/** A screen that somebody shares: whole, whatever its shape, and without an overlay, for no screen is analysed. */
export class ScreenTile implements BoardTile {
  readonly element: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #actions: TileActions;
  onPin: () => void = () => undefined;
  /** Its shape is known, or another now. */
  onShape: () => void = () => undefined;

  /** @param owner whose it is */
  constructor(owner: string, stream: MediaStream) {
    const name = t().screen.of(named(owner));
    this.#video = h('video', { autoplay: true, playsInline: true, muted: true, attr: { 'aria-label': name } });
    this.#video.srcObject = stream;
    this.#video.onresize = () => this.onShape();
    const label = h('div', { class: 'tile-name' }, h('span', {}, name));
    const stage = h('div', { class: 'tile-stage' }, this.#video, label);
    this.element = h('li', { class: 'tile screen', data: { name } }, stage);
    this.#actions = new TileActions({ name, tile: this.element, onPin: () => this.onPin() });
    this.element.append(this.#actions.element);
    stage.onpointerup = ({ pointerType }) => {
      if (pointerType === 'touch') this.element.classList.toggle('touched');
    };
  }

  /** Width for each px of height; until its first picture is there, that of most screens. */
  get aspect(): number {
    const { videoWidth, videoHeight } = this.#video;
    return videoWidth > 0 && videoHeight > 0 ? videoWidth / videoHeight : 16 / 9;
  }

  set place(place: Place | null) {
    putAt(this.element, place);
  }

  set pinned(pinned: boolean) {
    this.#actions.pinned = pinned;
    this.element.classList.toggle('pinned', pinned);
  }

  close(): void {
    this.#video.srcObject = null;
    this.element.remove();
  }
}
