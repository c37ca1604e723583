import type { LocalMedia } from '../session/local-media.js';
import { Loudness } from '../session/loudness.js';
import { t } from '../languages/current.js';
import { h } from './dom.js';

const EVERY_MS = 80;
/** So loud that somebody speaks. */
const HEARD = 0.03;
/** What is shown on the whole width, dB below full scale. */
const RANGE_DB = 50;

/** A bar that follows the microphone, and a word that it works: what one wants to know before a call. */
export class LevelMeter {
  readonly element: HTMLElement;
  readonly #media: LocalMedia;
  readonly #bar = h('div', { class: 'level-bar' });
  readonly #text = h('span', { class: 'hint', attr: { role: 'status' } });
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stop: () => void;
  #track: MediaStreamTrack | null = null;
  #loudness: Loudness | null = null;
  #heard = false;

  constructor(media: LocalMedia) {
    this.#media = media;
    const scale = h('div', { class: 'level-scale', attr: { 'aria-hidden': 'true' } }, this.#bar);
    this.element = h('div', { class: 'level' }, scale, this.#text);
    this.#stop = media.on('change', () => this.#follow());
    this.#timer = setInterval(() => this.#show(), EVERY_MS);
    this.#follow();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
    this.#loudness?.close();
  }

  #follow(): void {
    const track = this.#media.track('microphone');
    if (track === this.#track) return;
    this.#track = track;
    this.#loudness?.close();
    this.#loudness = track && new Loudness(track);
    this.#heard = false;
    this.element.hidden = track === null;
    this.#text.textContent = track ? t().lobby.saySomething : '';
  }

  #show(): void {
    const level = this.#loudness?.level ?? 0;
    const share = level > 0 ? Math.max(0, 1 + (20 * Math.log10(level)) / RANGE_DB) : 0;
    this.#bar.style.transform = `scaleX(${share.toFixed(3)})`;
    if (this.#heard || level < HEARD) return;
    this.#heard = true;
    this.#text.textContent = t().lobby.heard;
  }
}
