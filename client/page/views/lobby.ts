import type { Agreement, ServerInfo } from '../../lib/index.js';
import { roomIdSchema } from '../../../src/events/schema.js';
import type { LocalMedia } from '../session/local-media.js';
import { ConsentSwitches } from '../ui/consent-switches.js';
import { DeviceMenus } from '../ui/device-menus.js';
import { h, uniqueId } from '../ui/dom.js';

export interface LobbyChoice {
  name: string;
  room: string;
  token: string | null;
  agreement: Agreement;
}

export interface LobbyOptions {
  media: LocalMedia;
  info: ServerInfo;
  room: string | null;
  token: string | null;
  /** Resolves when the call is joined; what it throws is shown. */
  onJoin(choice: LobbyChoice): Promise<void>;
}

interface Field {
  element: HTMLElement;
  input: HTMLInputElement;
  /** Shows (or with null takes away) what is wrong with the input. */
  complain(text: string | null): void;
}

function field(label: string, props: Parameters<typeof h<'input'>>[1], hint?: string): Field {
  const input = h('input', { id: uniqueId('field'), ...props });
  const error = h('p', { class: 'field-error', id: uniqueId('error'), hidden: true });
  input.setAttribute('aria-describedby', error.id);
  const note = hint ? h('p', { class: 'hint' }, hint) : null;
  return {
    input,
    element: h('div', { class: 'field' }, h('label', { htmlFor: input.id }, label), input, note, error),
    complain: (text) => {
      error.hidden = text === null;
      error.textContent = text ?? '';
      if (text === null) input.removeAttribute('aria-invalid');
      else input.setAttribute('aria-invalid', 'true');
    },
  };
}

/** What will judge, for whoever runs the server; on pointing at it, why nothing better does. */
function engineNote({ engine, engineDevice, passedOver }: ServerInfo): HTMLElement {
  const on = engineDevice ? ` on ${engineDevice.name}` : '';
  const why = passedOver.map((one) => `${one.engine}: ${WHY_NOT[one.why] ?? one.why}`).join('; ');
  const title = why ? `Better engines that are not in use: ${why}.` : '';
  return h('p', { class: 'hint', title }, `Analysis runs by ${engine}${on}.`);
}

const WHY_NOT: Record<string, string> = {
  missing: 'not here',
  'software-gpu': 'no real GPU',
  failed: 'does not start',
  lost: 'lost while running',
};

/** Before the call: who one is, which room, which devices, and what may be analysed. */
export class Lobby {
  readonly element: HTMLElement;
  readonly #options: LobbyOptions;
  readonly #name: Field;
  readonly #room: Field;
  readonly #token: Field | null;
  readonly #consent: ConsentSwitches;
  readonly #devices: DeviceMenus;
  readonly #join = h('button', { type: 'submit', class: 'primary big' }, 'Join the call');
  readonly #problems = h('div', { class: 'problems', attr: { role: 'alert' } });
  readonly #video: HTMLVideoElement;
  readonly #start: HTMLButtonElement;
  readonly #stops: (() => void)[] = [];

  constructor(options: LobbyOptions) {
    this.#options = options;
    const { media, info } = options;
    this.#name = field('Your name', { type: 'text', autocomplete: 'name', maxLength: 64, name: 'name' });
    this.#room = field(
      'Room',
      {
        type: 'text',
        autocomplete: 'off',
        maxLength: 64,
        name: 'room',
        value: options.room ?? '',
        spellcheck: false,
        attr: { autocapitalize: 'none' },
      },
      'Everyone who enters the same room is in the same call.',
    );
    this.#token =
      info.openDoor || options.token
        ? null
        : field(
            'Access token',
            { type: 'text', autocomplete: 'off', name: 'token', spellcheck: false },
            'This server asks for one. Open the personal link you were sent, or paste the token here.',
          );
    this.#consent = new ConsentSwitches({ explained: true, hearing: info, onChange: () => undefined });
    this.#consent.policy = info.policy;
    this.#devices = new DeviceMenus(media, (problem) => this.#show([problem.message]));
    this.#video = h('video', { class: 'preview-video', muted: true, autoplay: true, playsInline: true });
    this.#video.srcObject = media.preview;
    this.#video.setAttribute('aria-label', 'Preview of your camera');
    this.#start = h('button', { type: 'button', class: 'secondary' }, 'Turn on camera and microphone');
    this.#start.onclick = () => void this.#startDevices();
    this.element = this.#layout();
    this.#stops.push(media.on('change', () => this.#showDevices()));
    this.#showDevices();
    void this.#startIfAllowed();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#devices.close();
  }

  #layout(): HTMLElement {
    const preview = h('div', { class: 'preview' }, this.#video, h('div', { class: 'preview-off' }, this.#start));
    const form = h(
      'form',
      { class: 'lobby-form', noValidate: true },
      this.#name.element,
      this.#room.element,
      this.#token?.element,
      this.#consent.element,
      this.#explanation(),
      engineNote(this.#options.info),
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
        h('p', {}, 'A video call that shows, if you want it, the emotion in your face, voice and words.'),
      ),
      h(
        'section',
        { class: 'lobby-devices', attr: { 'aria-label': 'Camera and microphone' } },
        preview,
        this.#devices.element,
      ),
      form,
    );
  }

  #explanation(): HTMLElement {
    return h(
      'div',
      { class: 'explanation' },
      h(
        'p',
        {},
        'All of it is off until you turn it on, and you can change it at any time during the call: off means off at once. ',
        h('strong', {}, 'Everyone in the room sees the result'),
        ' on your picture, every second. Pictures, sound and words are analysed on this server as they pass; they are never stored. The result is a machine’s estimate and can be wrong.',
      ),
      h(
        'p',
        { class: 'legal' },
        'Emotion recognition at work or in education is forbidden in the European Union (AI Act, Article 5). Whoever runs this server is responsible for its lawful use.',
      ),
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

  #showDevices(): void {
    const { media } = this.#options;
    this.#video.parentElement?.classList.toggle('on', media.isOn('camera'));
    const some = media.isOn('camera') || media.isOn('microphone');
    this.#join.textContent = some ? 'Join the call' : 'Join without camera and microphone';
    this.#start.textContent = some ? 'Try the camera again' : 'Turn on camera and microphone';
  }

  #show(texts: string[]): void {
    this.#problems.replaceChildren(...texts.map((text) => h('p', {}, text)));
  }

  #validate(): LobbyChoice | null {
    const name = this.#name.input.value.trim();
    const room = this.#room.input.value.trim();
    const token = this.#options.token ?? this.#token?.input.value.trim() ?? null;
    this.#name.complain(name ? null : 'Please say who you are.');
    const roomOk = roomIdSchema.safeParse(room).success;
    this.#room.complain(roomOk ? null : 'A room is 1 to 64 letters, digits, "-" or "_", such as "team-1".');
    this.#token?.complain(token ? null : 'Please paste your access token.');
    const wrong = [this.#name, this.#room, this.#token].find((f) => f?.input.getAttribute('aria-invalid'));
    wrong?.input.focus();
    return wrong ? null : { name, room, token: token || null, agreement: this.#consent.agreement };
  }

  async #submit(): Promise<void> {
    const choice = this.#validate();
    if (!choice) return;
    this.#show([]);
    this.#join.disabled = true;
    this.#join.textContent = 'Joining …';
    try {
      await this.#options.onJoin(choice);
    } catch (error) {
      this.#show([error instanceof Error ? error.message : String(error)]);
      this.#join.disabled = false;
      this.#showDevices();
      this.#join.focus();
    }
  }
}
