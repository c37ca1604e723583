import type { Source } from '../../lib/index.js';
import { canChooseSpeaker, type LocalMedia } from '../session/local-media.js';
import { MediaProblem } from '../session/media-problem.js';
import { t } from '../languages/current.js';
import { h, uniqueId } from './dom.js';

type Device = Source | 'speaker';

/** The choice of camera, microphone and, where the browser lets one, loudspeaker; kept up to date when devices come and go. */
export class DeviceMenus {
  readonly element: HTMLElement;
  readonly #media: LocalMedia;
  readonly #menus: Record<Device, HTMLSelectElement>;
  readonly #shown: readonly Device[] = canChooseSpeaker()
    ? ['camera', 'microphone', 'speaker']
    : ['camera', 'microphone'];
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
    const speaker = h('select', { id: uniqueId('device'), onchange: () => media.chooseSpeaker(speaker.value) });
    this.#menus = { camera: menu('camera'), microphone: menu('microphone'), speaker };
    const field = (source: Device) =>
      h(
        'div',
        { class: 'field' },
        h('label', { htmlFor: this.#menus[source].id }, t().devices.names[source]),
        this.#menus[source],
      );
    this.element = h('div', { class: 'devices' }, ...this.#shown.map(field));
    this.#stop = [media.onDevicesChanged(() => void this.refresh()), media.on('change', () => void this.refresh())];
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const devices = await this.#media.devices();
    const { names, none } = t().devices;
    for (const source of this.#shown) {
      const menu = this.#menus[source];
      const options = devices[source].map((device, index) =>
        h('option', { value: device.deviceId }, device.label || `${names[source]} ${index + 1}`),
      );
      menu.disabled = options.length === 0;
      menu.replaceChildren(...(options.length > 0 ? options : [h('option', {}, none)]));
      const current = source === 'speaker' ? this.#media.speaker : this.#media.deviceId(source);
      if (current && devices[source].some((device) => device.deviceId === current)) menu.value = current;
    }
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }
}
