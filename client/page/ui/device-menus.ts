import type { Source } from '../../lib/index.js';
import type { LocalMedia } from '../session/local-media.js';
import { MediaProblem } from '../session/media-problem.js';
import { h, uniqueId } from './dom.js';

const NAMES: Record<Source, string> = { camera: 'Camera', microphone: 'Microphone' };

/** The choice of camera and microphone; kept up to date when devices come and go. */
export class DeviceMenus {
  readonly element: HTMLElement;
  readonly #media: LocalMedia;
  readonly #menus: Record<Source, HTMLSelectElement>;
  readonly #stop: (() => void)[];

  constructor(media: LocalMedia, onProblem: (problem: MediaProblem) => void) {
    this.#media = media;
    const menu = (source: Source) =>
      h('select', {
        id: uniqueId('device'),
        onchange: async () => {
          try {
            await media.choose(source, this.#menus[source].value);
          } catch (error) {
            if (error instanceof MediaProblem) onProblem(error);
            else throw error;
          }
        },
      });
    this.#menus = { camera: menu('camera'), microphone: menu('microphone') };
    const field = (source: Source) =>
      h('div', { class: 'field' }, h('label', { htmlFor: this.#menus[source].id }, NAMES[source]), this.#menus[source]);
    this.element = h('div', { class: 'devices' }, field('camera'), field('microphone'));
    this.#stop = [media.onDevicesChanged(() => void this.refresh()), media.on('change', () => void this.refresh())];
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const devices = await this.#media.devices();
    for (const source of ['camera', 'microphone'] as const) {
      const menu = this.#menus[source];
      const options = devices[source].map((device, index) =>
        h('option', { value: device.deviceId }, device.label || `${NAMES[source]} ${index + 1}`),
      );
      menu.disabled = options.length === 0;
      menu.replaceChildren(...(options.length > 0 ? options : [h('option', {}, 'none found yet')]));
      const current = this.#media.deviceId(source);
      if (current && devices[source].some((device) => device.deviceId === current)) menu.value = current;
    }
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }
}
