import { initialOf, plainName } from '../../../src/common/person-name.js';
import type { Consent, RoomEvent, Words } from '../../lib/index.js';
import { t } from '../languages/current.js';
import { named } from '../languages/named.js';
import { h } from '../ui/dom.js';
import { pageIcon } from '../ui/icons.js';
import type { Place } from '../layout/arrange.js';
import { canChooseSpeaker } from '../session/local-media.js';
import type { Quality } from '../session/quality.js';
import type { Doubt } from '../session/standing.js';
import { overlayTheme } from '../ui/theme.js';
import { QualitySign } from '../ui/quality-sign.js';
import { type BoardTile, putAt } from './board-tile.js';
import { TileActions } from './tile-actions.js';

/** One participant in the grid: picture, name, and the overlay with their emotion. */
export class Tile implements BoardTile {
  readonly element: HTMLElement;
  readonly #overlay = document.createElement('emo-overlay');
  readonly #video: HTMLVideoElement;
  readonly #micOff: HTMLElement;
  readonly #shows: HTMLElement;
  readonly #quality: QualitySign;
  readonly #problem = h('p', { class: 'tile-problem', hidden: true });
  readonly #stage: HTMLElement;
  readonly #own: boolean;
  readonly #actions: TileActions;
  /** The viewer wants it large, or not any more. */
  onPin: () => void = () => undefined;

  /** @param own the own picture: mirrored, and silent */
  constructor(name: string, own: boolean, stream: MediaStream) {
    this.#own = own;
    const shown = own ? t().you(named(name)) : plainName(name);
    this.#quality = new QualitySign(own);
    this.#video = h('video', { autoplay: true, playsInline: true, muted: own, class: own ? 'mirrored' : '' });
    this.#video.srcObject = stream;
    this.#micOff = h(
      'span',
      { class: 'mic-off', hidden: true, attr: { role: 'img', 'aria-label': t().board.microphoneOff } },
      pageIcon('microphone'),
    );
    this.#shows = h(
      'span',
      { class: 'shows-words', hidden: true, attr: { role: 'img', 'aria-label': t().board.showsWords } },
      pageIcon('captions'),
    );
    const initial = h('span', { class: 'initial', attr: { 'aria-hidden': 'true' } }, initialOf(name));
    const label = h(
      'div',
      { class: 'tile-name' },
      // By its own direction: what does not fit is cut off at its end.
      h('span', { dir: 'auto' }, shown),
      this.#shows,
      this.#micOff,
      this.#quality.element,
    );
    this.#stage = h('div', { class: 'tile-stage' }, this.#video, initial, label, this.#problem);
    // Until the first picture is here there is the initial.
    this.#video.onresize = () => this.#stage.classList.toggle('pictured', this.#video.videoWidth > 0);
    this.#overlay.setAttribute('name', shown);
    if (own) this.#overlay.setAttribute('mirrored', '');
    this.#overlay.setAttribute('theme', overlayTheme());
    this.#overlay.append(this.#stage);
    this.element = h('li', { class: own ? 'tile own' : 'tile', data: { name } }, this.#overlay);
    this.#actions = new TileActions({ name, tile: this.element, onPin: () => this.onPin() });
    this.element.append(this.#actions.element);
    // A finger has no way to point without touching.
    this.#stage.onpointerup = ({ pointerType }) => {
      if (pointerType === 'touch') this.element.classList.toggle('touched');
    };
  }

  /** Where it is on its page; null: on another one. */
  set place(place: Place | null) {
    putAt(this.element, place);
    if (!place) return;
    if (place.details === 'full') this.#overlay.removeAttribute('compact');
    else this.#overlay.setAttribute('compact', 'small');
  }

  set pinned(pinned: boolean) {
    this.#actions.pinned = pinned;
    this.element.classList.toggle('pinned', pinned);
  }

  set speaking(speaking: boolean) {
    this.element.classList.toggle('speaking', speaking);
  }

  /** What else can be done about this person. */
  addAction(element: HTMLElement): void {
    this.#actions.add(element);
  }

  set participant(participant: string) {
    this.#overlay.setAttribute('participant', participant);
  }

  set analysed(consent: Consent) {
    this.#overlay.analysed = consent;
  }

  /** Whether anything can be known of the analysis. */
  set doubt(doubt: Doubt | null) {
    this.#overlay.connection = doubt ? (doubt === 'silent' ? 'unknown' : 'lost') : 'open';
  }

  /** How well their media get through; null: nothing is known. */
  set quality(quality: Quality | null) {
    this.#quality.show(quality);
  }

  /** Their words may be read here. */
  set showsWords(shows: boolean) {
    this.#shows.hidden = !shows;
    if (!shows) this.#overlay.withdrawWords();
  }

  /** The viewer wants to read subtitles. */
  set subtitles(wanted: boolean) {
    this.#overlay.toggleAttribute('no-subtitles', !wanted);
  }

  set compact(compact: boolean) {
    this.#overlay.toggleAttribute('compact', compact);
  }

  /** What of this person's media does not get through; null: nothing. */
  set problem(text: string | null) {
    this.#problem.hidden = text === null;
    this.#problem.textContent = text ?? '';
    this.#stage.classList.toggle('blocked', text !== null);
  }

  pushWords(words: Words): void {
    this.#overlay.pushWords(words);
  }

  withdrawWords(): void {
    this.#overlay.withdrawWords();
  }

  push(event: RoomEvent): void {
    this.#overlay.push(event);
  }

  show(on: { camera: boolean; microphone: boolean }): void {
    this.#stage.classList.toggle('no-camera', !on.camera);
    this.#micOff.hidden = on.microphone;
    this.#overlay.sending = { face: on.camera, voice: on.microphone };
  }

  /** The loudspeaker it is heard from; one that went stays silent until another is chosen. */
  set speaker(deviceId: string) {
    if (canChooseSpeaker()) this.#video.setSinkId(deviceId).catch(() => undefined);
  }

  /** @returns false when the browser refuses to play sound before the page was clicked; the picture plays all the same */
  async play(): Promise<boolean> {
    try {
      this.#video.muted = this.#own;
      await this.#video.play();
      return true;
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return true;
      this.#video.muted = true;
      await this.#video.play().catch(() => undefined);
      return false;
    }
  }

  close(): void {
    this.#video.srcObject = null;
    this.element.remove();
  }
}
