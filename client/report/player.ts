import type { ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { spoken } from './languages/spoken';

/** The recording beside the report, if it is there; without it a place in time that is moved by hand. */
export class Player {
  readonly element = el('div', { className: 'player' });
  readonly #media: HTMLMediaElement | null;
  readonly #onTime: (seconds: number) => void;
  #seconds = 0;

  constructor(data: ReportData, onTime: (seconds: number) => void) {
    this.#onTime = onTime;
    const { media, kind } = data;
    if (media === null || kind === 'pictures' || kind === 'call') {
      this.#media = null;
      this.element.hidden = true;
      return;
    }
    const tag = kind === 'audio' ? 'audio' : 'video';
    const element = el(tag, {
      controls: '',
      preload: 'metadata',
      src: media.split('/').map(encodeURIComponent).join('/'),
    });
    this.#media = element;
    const missing = el('p', { className: 'missing' }, spoken.page.missing(data.title));
    missing.hidden = true;
    element.addEventListener('error', () => {
      element.hidden = true;
      missing.hidden = false;
    });
    element.addEventListener('seeked', () => this.#tell());
    element.addEventListener('timeupdate', () => this.#tell());
    element.addEventListener('play', () => this.#follow());
    this.element.append(element, missing);
  }

  get seconds(): number {
    return this.#seconds;
  }

  jump(seconds: number): void {
    this.#seconds = seconds;
    if (this.#media && !this.#media.hidden) this.#media.currentTime = seconds;
    this.#onTime(seconds);
  }

  /** Smoothly, while it plays. */
  #follow(): void {
    this.#tell();
    if (this.#media && !this.#media.paused) requestAnimationFrame(() => this.#follow());
  }

  #tell(): void {
    this.#seconds = this.#media?.currentTime ?? this.#seconds;
    this.#onTime(this.#seconds);
  }
}
