import { t } from '../languages/current.js';
import { h } from '../ui/dom.js';
import { fitLabels } from '../ui/fit-labels.js';
import { panelButton } from './panel-button.js';
import { type Toggle, toolButton, toolToggle } from './toolbar.js';

export interface CallToolsOptions {
  onMicrophone(): void;
  onCamera(): void;
  onSubtitles(): void;
  onDetails(): void;
  /** The list of keys is wanted. */
  onKeys(): void;
  onInvite(): void;
  onLeave(): void;
  /** Shares the screen; null where that is not possible. */
  screen: HTMLElement | null;
  /** What the button Devices opens and closes. */
  devices: HTMLElement;
}

/** The call's buttons. */
export class CallTools {
  readonly element: HTMLElement;
  readonly microphone: Toggle;
  readonly camera: Toggle;
  readonly subtitles: Toggle;
  readonly details: Toggle;
  readonly #stop: () => void;

  constructor(options: CallToolsOptions) {
    const words = t().call.tools;
    this.microphone = toolToggle('microphone', words.microphone, () => options.onMicrophone());
    this.camera = toolToggle('camera', words.camera, () => options.onCamera());
    this.subtitles = toolToggle('captions', words.subtitles, () => options.onSubtitles());
    this.details = toolToggle('details', words.details, () => options.onDetails());
    const keys = toolButton('keys', words.keys, () => options.onKeys(), 'keys-tool');
    keys.setAttribute('aria-keyshortcuts', '?');
    this.microphone.element.setAttribute('aria-keyshortcuts', 'm');
    this.camera.element.setAttribute('aria-keyshortcuts', 'v');
    this.details.element.setAttribute('aria-keyshortcuts', 'd');
    this.element = h(
      'div',
      { class: 'tools' },
      this.microphone.element,
      this.camera.element,
      options.screen,
      panelButton({ icon: 'devices', label: words.devices, panel: options.devices, onOpen: () => undefined }),
      this.subtitles.element,
      this.details.element,
      keys,
      toolButton('link', words.invite, () => options.onInvite()),
      toolButton('leave', words.leave, () => options.onLeave(), 'danger'),
    );
    this.#stop = fitLabels(this.element);
  }

  close(): void {
    this.#stop();
  }

  /** Another button, before the last. */
  add(button: HTMLElement): void {
    this.element.lastElementChild?.before(button);
  }
}
