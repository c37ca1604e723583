import type { Agreement, ServerInfo, Source } from '../../lib/index.js';
import { isVisible } from '../../../src/common/person-name.js';
import { roomIdSchema } from '../../../src/events/schema.js';
import { t } from '../languages/current.js';
import { sentenceOf } from '../languages/sentence.js';
import type { LocalMedia } from '../session/local-media.js';
import { ConsentSwitches } from '../ui/consent-switches.js';
import { DeviceMenus } from '../ui/device-menus.js';
import { h } from '../ui/dom.js';
import { type Field, field } from '../ui/field.js';
import { LevelMeter } from '../ui/level-meter.js';
import { explanation } from '../ui/lobby-words.js';
import { settings } from '../ui/settings.js';
import { rememberedName, rememberName } from '../remembered.js';
import { suggestRoom } from '../room-name.js';
import { MediaProblem } from '../session/media-problem.js';
import { toolToggle } from './toolbar.js';

export interface LobbyChoice {
  name: string;
  room: string;
  token: string | null;
  agreement: Agreement;
}

/** What is filled in, as it stands. */
export interface LobbyDraft {
  name: string;
  room: string;
  token: string;
  agreement: Agreement;
}

export interface LobbyOptions {
  media: LocalMedia;
  info: ServerInfo;
  room: string | null;
  token: string | null;
  /** One comes from a call: camera and microphone stay off until they are wanted again. */
  afterCall?: boolean;
  /** What was filled in already. */
  draft?: LobbyDraft;
  /** The page speaks another language from now on. */
  onLanguage(draft: LobbyDraft): void;
  /** Resolves when the call is joined; what it throws is shown. */
  onJoin(choice: LobbyChoice): Promise<void>;
}

/** Before the call: who one is, which room, which devices, and what may be analysed. */
export class Lobby {
  readonly element: HTMLElement;
  readonly #options: LobbyOptions;
  readonly #name: Field;
  readonly #room: Field;
  readonly #token: Field | null;
  readonly #consent: ConsentSwitches;
  readonly #devices: DeviceMenus;
  readonly #join = h('button', { type: 'submit', class: 'primary big' }, t().lobby.join);
  readonly #problems = h('div', { class: 'problems', attr: { role: 'alert' } });
  readonly #video: HTMLVideoElement;
  readonly #start: HTMLButtonElement;
  readonly #microphone = toolToggle('microphone', t().devices.names.microphone, () => void this.#toggle('microphone'));
  readonly #camera = toolToggle('camera', t().devices.names.camera, () => void this.#toggle('camera'));
  readonly #level: LevelMeter;
  readonly #stops: (() => void)[] = [];

  constructor(options: LobbyOptions) {
    this.#options = options;
    const { media, info } = options;
    const words = t().lobby;
    this.#name = field(words.name, {
      type: 'text',
      autocomplete: 'name',
      maxLength: 64,
      name: 'name',
      value: options.draft?.name ?? rememberedName(),
    });
    this.#room = field(words.room, {
      type: 'text',
      autocomplete: 'off',
      maxLength: 64,
      name: 'room',
      value: options.draft?.room ?? options.room ?? suggestRoom(),
      spellcheck: false,
      attr: { autocapitalize: 'none' },
    });
    this.#token =
      info.openDoor || options.token
        ? null
        : field(
            words.token,
            { type: 'text', autocomplete: 'off', name: 'token', spellcheck: false, value: options.draft?.token ?? '' },
            words.tokenHint,
          );
    this.#token?.element.classList.add('wide');
    this.#consent = new ConsentSwitches({ explained: true, hearing: info, onChange: () => undefined });
    if (options.draft) this.#consent.agreement = options.draft.agreement;
    this.#consent.policy = info.policy;
    this.#devices = new DeviceMenus(media, (problem) => this.#show([problem.message]));
    this.#video = h('video', { class: 'preview-video', muted: true, autoplay: true, playsInline: true });
    this.#video.srcObject = media.preview;
    this.#video.setAttribute('aria-label', words.preview);
    this.#start = h('button', { type: 'button', class: 'secondary' }, words.turnOn);
    this.#start.onclick = () => void this.#startDevices();
    this.#level = new LevelMeter(media);
    this.element = this.#layout();
    this.#stops.push(media.on('change', () => this.#showDevices()));
    this.#showDevices();
    if (!options.afterCall) void this.#startIfAllowed();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#devices.close();
    this.#level.close();
  }

  get #draft(): LobbyDraft {
    const [name, room] = [this.#name.input.value, this.#room.input.value];
    return { name, room, token: this.#token?.input.value ?? '', agreement: this.#consent.agreement };
  }

  #layout(): HTMLElement {
    const preview = h('div', { class: 'preview' }, this.#video, h('div', { class: 'preview-off' }, this.#start));
    const switches = h(
      'div',
      { class: 'lobby-switches' },
      this.#microphone.element,
      this.#camera.element,
      this.#level.element,
    );
    const form = h(
      'form',
      { class: 'lobby-form', noValidate: true },
      h('div', { class: 'lobby-fields' }, this.#name.element, this.#room.element, this.#token?.element),
      this.#consent.element,
      this.#problems,
      this.#join,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.#submit();
    };
    return h(
      'main',
      { class: 'lobby' },
      h(
        'header',
        { class: 'lobby-head' },
        h('h1', {}, 'emostream'),
        settings({ onLanguage: () => this.#options.onLanguage(this.#draft) }),
        h('p', {}, t().lobby.tagline),
      ),
      h(
        'section',
        { class: 'lobby-devices', attr: { 'aria-label': t().lobby.devices } },
        preview,
        switches,
        this.#devices.element,
      ),
      form,
      explanation(this.#options.info),
    );
  }

  /** Where the browser was allowed before, nobody needs to be asked again. */
  async #startIfAllowed(): Promise<void> {
    try {
      const names = ['camera', 'microphone'] as const;
      const states = await Promise.all(
        names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
      );
      if (states.every((permission) => permission.state === 'granted')) await this.#startDevices();
    } catch {
      // A browser that cannot tell: the button is there.
    }
  }

  async #startDevices(): Promise<void> {
    this.#start.disabled = true;
    const problems = await this.#options.media.start();
    this.#start.disabled = false;
    this.#show(problems.map((problem) => problem.message));
    this.#showDevices();
  }

  async #toggle(source: Source): Promise<void> {
    const { media } = this.#options;
    this.#show([]);
    if (media.isOn(source)) return media.turnOff(source);
    try {
      await media.turnOn(source);
    } catch (error) {
      if (!(error instanceof MediaProblem)) throw error;
      this.#show([error.message]);
    }
  }

  #showDevices(): void {
    const { media } = this.#options;
    this.#microphone.set(media.isOn('microphone'));
    this.#camera.set(media.isOn('camera'));
    this.#video.parentElement?.classList.toggle('on', media.isOn('camera'));
    const words = t().lobby;
    const some = media.isOn('camera') || media.isOn('microphone');
    this.#join.textContent = some ? words.join : words.joinWithout;
    // Each has a switch of its own as soon as one of them was asked for.
    this.#start.hidden = some;
  }

  #show(texts: string[]): void {
    this.#problems.replaceChildren(...texts.map((text) => h('p', {}, text)));
  }

  #validate(): LobbyChoice | null {
    const words = t().lobby;
    const name = this.#name.input.value.trim();
    const room = this.#room.input.value.trim();
    const token = this.#options.token ?? this.#token?.input.value.trim() ?? null;
    this.#name.complain(isVisible(name) ? null : words.nameMissing);
    const roomOk = roomIdSchema.safeParse(room).success;
    this.#room.complain(roomOk ? null : words.roomWrong);
    this.#token?.complain(token ? null : words.tokenMissing);
    const wrong = [this.#name, this.#room, this.#token].find((f) => f?.input.getAttribute('aria-invalid'));
    wrong?.input.focus();
    return wrong ? null : { name, room, token: token || null, agreement: this.#consent.agreement };
  }

  /** Another language would be another lobby, from which one could join a second time. */
  #joining(joining: boolean): void {
    this.#join.disabled = joining;
    const language = this.element.querySelector<HTMLSelectElement>('select[name=language]');
    if (language) language.disabled = joining;
  }

  async #submit(): Promise<void> {
    const choice = this.#validate();
    if (!choice) return;
    rememberName(choice.name);
    this.#show([]);
    this.#joining(true);
    this.#join.textContent = t().lobby.joining;
    try {
      await this.#options.onJoin(choice);
    } catch (error) {
      this.#show([sentenceOf(error)]);
      this.#joining(false);
      this.#showDevices();
      this.#join.focus();
    }
  }
}
