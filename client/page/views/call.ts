import { type Agreement, toClientError } from '../../lib/index.js';
import { inviteLink } from '../address.js';
import { type AccessEnd, accessSentence } from '../session/access-end.js';
import type { CallSession } from '../session/call-session.js';
import type { CallStatus } from '../session/call-types.js';
import type { LocalMedia } from '../session/local-media.js';
import type { SourceHealth } from '../session/media-health.js';
import { MediaProblem } from '../session/media-problem.js';
import type { RemotePeer } from '../session/remote-peer.js';
import { AnalysisNotice } from '../ui/analysis-notice.js';
import type { Announcer } from '../ui/announcer.js';
import { ConsentSwitches } from '../ui/consent-switches.js';
import { DeviceMenus } from '../ui/device-menus.js';
import { h } from '../ui/dom.js';
import type { PageIcon } from '../ui/icons.js';
import { MediaNotice } from '../ui/media-notice.js';
import { isProblem, peerProblem } from '../ui/media-words.js';
import { moderationButtons } from '../ui/moderation.js';
import { RecordingNotice } from '../ui/recording-notice.js';
import { isAny, listed, type Hearing } from '../ui/words.js';
import { CaptionsPanel } from './captions.js';
import { Tile } from './tile.js';
import { panelButton } from './panel-button.js';
import { toolButton, toolToggle } from './toolbar.js';

export interface CallViewOptions {
  session: CallSession;
  media: LocalMedia;
  name: string;
  announcer: Announcer;
  /** The link from which others find the room. */
  href: string;
  /** The invitation holds a personal token, so that a bare link is not enough for others. */
  closedDoor: boolean;
  /** One's token grants `moderate`. */
  moderates: boolean;
  /** What this server hears with. */
  hearing: Hearing;
  onLeave(): void;
}

const NOBODY = { face: false, voice: false, words: false };
const NOTHING: Agreement = { consent: NOBODY, showWords: false };

/** The call: everybody's tile, what is analysed of oneself, and the buttons. */
export class CallView {
  readonly element: HTMLElement;
  readonly #options: CallViewOptions;
  readonly #own: Tile;
  readonly #tiles = new Map<string, Tile>();
  readonly #grid: HTMLElement;
  readonly #state = h('span', { class: 'state' });
  readonly #alone = h('p', { class: 'alone' }, 'You are alone here. Send the invite link to somebody.');
  readonly #analysis: AnalysisNotice;
  readonly #mediaNotice = new MediaNotice();
  readonly #recording: RecordingNotice;
  readonly #switches: ConsentSwitches;
  readonly #captions: CaptionsPanel;
  readonly #devices: DeviceMenus;
  readonly #devicesPanel: HTMLElement;
  readonly #unblock: HTMLButtonElement;
  readonly #microphone = toolToggle('microphone', 'Mic', () => void this.#toggle('microphone'));
  readonly #camera = toolToggle('camera', 'Camera', () => void this.#toggle('camera'));
  readonly #subtitles = toolToggle('captions', 'Subtitles', () => this.#toggleSubtitles());
  readonly #details = toolToggle('details', 'Details', () => this.#toggleDetails());
  readonly #stops: (() => void)[] = [];
  #compact = false;
  #reads = true;

  constructor(options: CallViewOptions) {
    this.#options = options;
    const { session, media, name } = options;
    this.#own = new Tile(name, true, media.preview);
    this.#grid = h('ul', { class: 'grid', attr: { 'aria-label': 'Participants' } }, this.#own.element);
    this.#switches = new ConsentSwitches({
      explained: false,
      hearing: options.hearing,
      onChange: (agreement) => void this.#agree(agreement),
    });
    this.#analysis = new AnalysisNotice({
      onStop: () => {
        void this.#agree(NOTHING);
        // The button goes; the keyboard stays where consent is given.
        this.#switches.focus();
      },
    });
    this.#recording = new RecordingNotice({ onAnswer: (agreed) => void this.#answerRecording(agreed) });
    this.#captions = new CaptionsPanel({
      speech: options.hearing.speech,
      send: (text, startMs, endMs) => session.sendCaption(text, startMs, endMs),
    });
    this.#devices = new DeviceMenus(media, (problem) => options.announcer.say(problem.message, 'problem'));
    this.#devicesPanel = h(
      'section',
      { class: 'devices-panel', hidden: true, attr: { 'aria-label': 'Devices' } },
      this.#devices.element,
    );
    this.#unblock = h('button', { type: 'button', class: 'primary unblock', hidden: true }, 'Click to hear the others');
    this.#unblock.onclick = () => void this.#playAll();
    this.element = this.#layout();
    this.#listen();
    this.#details.set(true);
    this.#subtitles.set(true);
    this.#showOwn();
    this.#showSeat();
    for (const peer of session.peers) this.#add(peer);
    this.#showStatus(session.status);
    this.#showConsent();
    this.#recording.show(session.recording);
    if (session.access) this.#sayAccess(session.access);
  }

  focus(): void {
    this.#switches.focus();
  }

  /** A panel beside the call's own, which a button of the toolbar opens and closes, as does Escape. */
  addPanel(icon: PageIcon, label: string, panel: HTMLElement, onOpen: () => void): void {
    const button = panelButton({ icon, label, panel, onOpen });
    this.element.querySelector('.tools')?.lastElementChild?.before(button);
    this.element.querySelector('main')?.append(panel);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#captions.close();
    this.#devices.close();
    for (const tile of this.#tiles.values()) tile.close();
    this.#own.close();
  }

  #layout(): HTMLElement {
    const devices = toolButton('devices', 'Devices', () => {
      this.#devicesPanel.hidden = !this.#devicesPanel.hidden;
      devices.setAttribute('aria-expanded', String(!this.#devicesPanel.hidden));
    });
    devices.setAttribute('aria-expanded', 'false');
    const tools = h(
      'div',
      { class: 'tools' },
      this.#microphone.element,
      this.#camera.element,
      devices,
      this.#subtitles.element,
      this.#details.element,
      toolButton('link', 'Invite', () => void this.#invite()),
      toolButton('leave', 'Leave', () => this.#options.onLeave(), 'danger'),
    );
    const head = h(
      'header',
      { class: 'call-head' },
      h('h1', {}, h('span', { class: 'visually-hidden' }, 'emostream, room '), this.#options.session.seat?.room ?? ''),
      this.#state,
    );
    return h(
      'div',
      { class: 'call' },
      head,
      this.#analysis.element,
      this.#recording.element,
      this.#mediaNotice.element,
      h('main', { class: 'stage' }, this.#unblock, this.#grid, this.#alone, this.#captions.element, this.#devicesPanel),
      h(
        'footer',
        { class: 'toolbar', attr: { role: 'group', 'aria-label': 'Call controls' } },
        this.#switches.element,
        tools,
      ),
    );
  }

  #listen(): void {
    const { session, media, announcer } = this.#options;
    this.#stops.push(
      session.on('peerJoined', ({ peer, again }) => {
        this.#add(peer);
        if (!again) announcer.say(`${peer.name} joined`);
      }),
      session.on('peerLeft', (peer) => {
        this.#tiles.get(peer.participant)?.close();
        this.#tiles.delete(peer.participant);
        this.#alone.hidden = this.#tiles.size > 0;
        if (session.status.state === 'joined') announcer.say(`${peer.name} left`);
      }),
      session.on('peerChanged', (peer) => void this.#update(peer)),
      session.on('agreement', () => this.#showConsent()),
      session.on('words', (words) => this.#tile(words.participant)?.pushWords(words)),
      session.on('wordsWithdrawn', (participant) => this.#tile(participant)?.withdrawWords()),
      session.on('recording', (recording) => this.#recording.show(recording)),
      session.on('health', () => this.#showHealth()),
      session.on('status', (status) => {
        this.#showStatus(status);
        for (const peer of session.peers) void this.#update(peer);
        // Another connection has another token, or none.
        if (status.state !== 'joined') announcer.retract('access');
      }),
      session.on('access', (access) => this.#sayAccess(access)),
      session.on('problem', (problem) => announcer.say(problem.message, 'problem')),
      session.on('event', (event) => {
        const own = event.participant === session.seat?.participant;
        this.#tile(event.participant)?.push(event);
        if (event.type !== 'begin') return;
        // Analysis of a track begins with consent; whether anything of it comes is known here.
        const peer = session.peers.find(({ participant }) => participant === event.participant);
        if (own) this.#showConsent();
        else if (peer) void this.#update(peer);
      }),
      media.on('change', () => this.#showOwn()),
      media.on('lost', (source) => announcer.say(`The ${source} was unplugged or taken away.`, 'problem')),
    );
    const probe = () => {
      if (document.visibilityState === 'visible') session.probe();
    };
    window.addEventListener('online', probe);
    document.addEventListener('visibilitychange', probe);
    this.#stops.push(() => {
      window.removeEventListener('online', probe);
      document.removeEventListener('visibilitychange', probe);
    });
  }

  #add(peer: RemotePeer): void {
    this.#tiles.get(peer.participant)?.close();
    const tile = new Tile(peer.name, false, peer.stream);
    tile.participant = peer.participant;
    tile.compact = this.#compact;
    tile.subtitles = this.#reads;
    this.#tiles.set(peer.participant, tile);
    this.#grid.append(tile.element);
    if (this.#options.moderates) tile.element.append(this.#moderation(peer));
    this.#alone.hidden = true;
    void this.#update(peer);
  }

  #moderation({ participant, name }: RemotePeer): HTMLElement {
    const ask = async (type: Parameters<CallSession['moderate']>[0]) => {
      const { session, announcer } = this.#options;
      try {
        await session.moderate(type, participant);
      } catch (error) {
        announcer.say(toClientError(error).message, 'problem');
        throw error;
      }
    };
    return moderationButtons({
      name,
      onRemove: () => ask('removeParticipant'),
      onAllow: (allowed) => ask(allowed ? 'allowAnalysis' : 'stopAnalysis'),
    });
  }

  async #update(peer: RemotePeer): Promise<void> {
    const tile = this.#tiles.get(peer.participant);
    if (!tile) return;
    const { problems } = peer;
    // Without a connection nothing is known of anybody.
    const here = this.#options.session.status.state === 'joined';
    const consent = here ? peer.consent : NOBODY;
    tile.showsWords = here && peer.showWords;
    tile.analysed = {
      face: consent.face && !problems.has('camera'),
      voice: consent.voice && !problems.has('microphone'),
      words: consent.words,
    };
    tile.problem = peerProblem(problems, peer.unshowable);
    tile.show({ camera: peer.isOn('camera'), microphone: peer.isOn('microphone') });
    if (peer.stream.getTracks().length > 0 && !(await tile.play())) this.#unblock.hidden = false;
  }

  async #playAll(): Promise<void> {
    this.#unblock.hidden = true;
    await Promise.all([...this.#tiles.values()].map((tile) => tile.play()));
  }

  #showOwn(): void {
    const { media } = this.#options;
    const on = { camera: media.isOn('camera'), microphone: media.isOn('microphone') };
    this.#own.show(on);
    this.#microphone.set(on.microphone);
    this.#captions.muted = !on.microphone;
    this.#camera.set(on.camera);
    void this.#own.play();
  }

  #showSeat(): void {
    const { seat } = this.#options.session;
    if (!seat) return;
    this.#own.participant = seat.participant;
    this.#switches.policy = seat.policy;
  }

  #showStatus(status: CallStatus): void {
    this.#showSeat();
    const { health } = this.#options.session;
    const sent = [health.camera, health.microphone].filter((source) => source !== 'off');
    const blocked = sent.includes('not-connected') || !health.receiving || (sent.length > 0 && sent.every(isProblem));
    const connecting = status.state === 'joined' && (blocked || sent.includes('connecting'));
    const state = connecting ? (blocked ? 'blocked' : 'connecting') : status.state;
    const text = {
      joining: 'joining …',
      connecting: 'connecting …',
      joined: 'connected',
      blocked: 'no media',
      reconnecting: 'reconnecting …',
      ended: 'ended',
    };
    this.#state.textContent = text[state];
    this.#state.dataset.state = state;
    this.#showConsent();
  }

  #sayAccess(access: AccessEnd): void {
    this.#options.announcer.say(accessSentence(access), 'problem', 'access');
  }

  #showHealth(): void {
    this.#mediaNotice.show(this.#options.session.health);
    this.#showStatus(this.#options.session.status);
  }

  #showConsent(): void {
    const { agreement, status, health } = this.#options.session;
    this.#switches.agreement = agreement;
    // Without a connection nothing is analysed, whatever was agreed to; nor is what does not get through.
    const { consent: agreed, showWords } = status.state === 'joined' ? agreement : NOTHING;
    const stuck = (source: SourceHealth) => source === 'connecting' || isProblem(source);
    const waiting = {
      face: agreed.face && stuck(health.camera),
      voice: agreed.voice && stuck(health.microphone),
      words: false,
    };
    const analysed = {
      face: agreed.face && !waiting.face,
      voice: agreed.voice && !waiting.voice,
      words: agreed.words,
    };
    this.#own.analysed = analysed;
    this.#own.showsWords = showWords;
    this.#captions.agreement = agreement;
    this.element.classList.toggle('with-captions', agreement.consent.words);
    this.#own.element.classList.toggle('analysed', isAny(analysed));
    this.#analysis.show(listed(analysed), listed(waiting), showWords);
  }

  async #agree(agreement: Agreement): Promise<void> {
    try {
      await this.#options.session.agree(agreement);
    } catch (error) {
      this.#options.announcer.say(`Not changed: ${toClientError(error).message}`, 'problem');
    }
    this.#showConsent();
  }

  async #answerRecording(agreed: boolean): Promise<void> {
    try {
      await this.#options.session.agreeToRecording(agreed);
    } catch (error) {
      this.#options.announcer.say(`Not recorded: ${toClientError(error).message}`, 'problem');
    }
  }

  async #toggle(source: 'camera' | 'microphone'): Promise<void> {
    const { media, announcer } = this.#options;
    if (media.isOn(source)) return media.turnOff(source);
    try {
      await media.turnOn(source);
    } catch (error) {
      if (!(error instanceof MediaProblem)) throw error;
      announcer.say(error.message, 'problem');
    }
  }

  /** Of anybody, also of oneself. */
  #tile(participant: string): Tile | undefined {
    return participant === this.#options.session.seat?.participant ? this.#own : this.#tiles.get(participant);
  }

  #toggleSubtitles(): void {
    this.#reads = !this.#reads;
    this.#subtitles.set(this.#reads);
    for (const tile of [this.#own, ...this.#tiles.values()]) tile.subtitles = this.#reads;
  }

  #toggleDetails(): void {
    this.#compact = !this.#compact;
    this.#details.set(!this.#compact);
    for (const tile of [this.#own, ...this.#tiles.values()]) tile.compact = this.#compact;
  }

  async #invite(): Promise<void> {
    const { session, announcer, href, closedDoor } = this.#options;
    const link = inviteLink(href, session.seat?.room ?? '');
    const also = closedDoor ? ' Whoever gets it needs an access token of their own.' : '';
    try {
      await navigator.clipboard.writeText(link);
      announcer.say(`Invite link copied.${also}`);
    } catch {
      // Not allowed, or no clipboard: the person can copy it from the notice.
      announcer.say(`Invite link: ${link}${also}`, 'problem');
    }
  }
}
