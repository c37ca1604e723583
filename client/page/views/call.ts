import { NO_AGREEMENT } from '../../../src/common/consent.js';
import type { Agreement } from '../../lib/index.js';
import { inviteLink } from '../address.js';
import { t } from '../languages/current.js';
import { sentenceOf } from '../languages/sentence.js';
import { type AccessEnd, accessSentence } from '../session/access-end.js';
import type { CallSession } from '../session/call-session.js';
import type { LocalMedia } from '../session/local-media.js';
import { MediaProblem } from '../session/media-problem.js';
import type { ScreenShare } from '../session/screen-share.js';
import { onReturn } from '../session/on-return.js';
import { type Standing, standing } from '../session/standing.js';
import { AnalysisNotice } from '../ui/analysis-notice.js';
import type { Announcer } from '../ui/announcer.js';
import { ConsentSwitches } from '../ui/consent-switches.js';
import { DeviceMenus } from '../ui/device-menus.js';
import { h } from '../ui/dom.js';
import type { PageIcon } from '../ui/icons.js';
import { MediaNotice } from '../ui/media-notice.js';
import { Shortcuts } from '../ui/shortcuts.js';
import { tellHeight } from '../ui/tell-height.js';
import { RecordingNotice } from '../ui/recording-notice.js';
import { type Hearing, isAny } from '../ui/words.js';
import { CallTools } from './call-tools.js';
import { CaptionsPanel } from './captions.js';
import { panelButton } from './panel-button.js';
import { People } from './people.js';
import { ScreenSharing } from './screen-sharing.js';

export interface CallViewOptions {
  session: CallSession;
  media: LocalMedia;
  screen: ScreenShare;
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

const TITLE = 'emostream';

/** What is read of the page while another is in front: first of all whether one is analysed. */
function titleOf({ state, doubt, analysed }: Standing, room: string): string {
  const { states, analysed: on } = t().call;
  const words = doubt ? states[state] : isAny(analysed) ? `● ${on}` : '';
  return [words, room, TITLE].filter(Boolean).join(' · ');
}

/** The call: everybody's tile, what is analysed of oneself, and the buttons. */
export class CallView {
  readonly element: HTMLElement;
  readonly #options: CallViewOptions;
  readonly #people: People;
  readonly #state = h('span', { class: 'state' });
  readonly #analysis: AnalysisNotice;
  readonly #mediaNotice = new MediaNotice();
  readonly #recording: RecordingNotice;
  readonly #switches: ConsentSwitches;
  readonly #captions: CaptionsPanel;
  readonly #devices: DeviceMenus;
  readonly #tools: CallTools;
  readonly #screen: ScreenSharing;
  readonly #shortcuts: Shortcuts;
  readonly #stops: (() => void)[] = [];
  #details = true;
  #reads = true;

  constructor(options: CallViewOptions) {
    this.#options = options;
    const { session, media, announcer } = options;
    this.#people = new People(options);
    this.#switches = new ConsentSwitches({
      explained: false,
      hearing: options.hearing,
      onChange: (agreement) => void this.#agree(agreement),
    });
    this.#analysis = new AnalysisNotice({
      onStop: () => {
        void this.#agree(NO_AGREEMENT);
        // The button goes; the keyboard stays where consent is given.
        this.#switches.focus();
      },
    });
    this.#recording = new RecordingNotice({ onAnswer: (agreed) => void this.#answerRecording(agreed) });
    this.#captions = new CaptionsPanel({
      speech: options.hearing.speech,
      send: (text, startMs, endMs) => session.sendCaption(text, startMs, endMs),
    });
    this.#devices = new DeviceMenus(media, (problem) => announcer.say(problem.message, 'problem'));
    const devices = h(
      'section',
      { class: 'devices-panel', attr: { 'aria-label': t().call.tools.devices } },
      this.#devices.element,
    );
    this.#screen = new ScreenSharing(options.screen, announcer);
    this.#tools = new CallTools({
      devices,
      screen: this.#screen.tool?.element ?? null,
      onMicrophone: () => void this.#toggle('microphone'),
      onCamera: () => void this.#toggle('camera'),
      onSubtitles: () => this.#toggleSubtitles(),
      onDetails: () => this.#toggleDetails(),
      onKeys: () => this.#shortcuts.open(),
      onInvite: () => void this.#invite(),
      onLeave: () => options.onLeave(),
    });
    const { keys } = t();
    this.#shortcuts = new Shortcuts([
      { key: 'm', what: keys.microphone, run: () => void this.#toggle('microphone') },
      { key: 'v', what: keys.camera, run: () => void this.#toggle('camera') },
      ...this.#screen.shortcuts,
      { key: 'd', what: keys.details, run: () => this.#toggleDetails() },
    ]);
    this.element = this.#layout(devices);
    this.#listen();
    this.#tools.details.set(true);
    this.#tools.subtitles.set(true);
    this.#showOwn();
    this.#show();
    this.#recording.show(session.recording);
    if (session.access) this.#sayAccess(session.access);
  }

  focus(): void {
    this.#switches.focus();
  }

  /** A panel beside the call's own, which a button of the toolbar opens and closes, as does Escape. */
  addPanel(icon: PageIcon, label: string, panel: HTMLElement, onOpen: () => void): void {
    this.#tools.add(panelButton({ icon, label, panel, onOpen }));
    this.element.querySelector('main')?.append(panel);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#captions.close();
    this.#devices.close();
    this.#tools.close();
    this.#people.close();
    this.#screen.close();
    this.#shortcuts.close();
    document.title = TITLE;
  }

  #layout(devices: HTMLElement): HTMLElement {
    const { unblock, board, alone } = this.#people;
    const head = h(
      'header',
      { class: 'call-head' },
      h('h1', {}, h('span', { class: 'visually-hidden' }, t().call.inRoom), this.#options.session.seat?.room ?? ''),
      this.#analysis.element,
      this.#state,
    );
    const toolbar = h(
      'footer',
      { class: 'toolbar' },
      h(
        'div',
        { class: 'toolbar-row', attr: { role: 'group', 'aria-label': t().call.controls } },
        this.#switches.element,
        this.#tools.element,
      ),
    );
    this.#stops.push(tellHeight(toolbar, '--toolbar-height'));
    return h(
      'div',
      { class: 'call' },
      head,
      h(
        'div',
        { class: 'call-notices' },
        this.#recording.element,
        this.#screen.notice.element,
        this.#mediaNotice.element,
      ),
      h('main', { class: 'stage' }, unblock, board.element, alone, this.#captions.element, devices),
      toolbar,
      this.#shortcuts.element,
    );
  }

  #listen(): void {
    const { session, media, announcer } = this.#options;
    this.#stops.push(
      session.on('agreement', () => this.#show()),
      session.on('recording', (recording) => this.#recording.show(recording)),
      session.on('health', (health) => {
        this.#mediaNotice.show(health);
        this.#show();
      }),
      session.on('doubt', () => this.#show()),
      session.on('closing', () => {
        announcer.say(t().call.closing, 'problem', 'closing');
        this.#show();
      }),
      session.on('status', (status) => {
        this.#show();
        // Another connection has another token, or none.
        if (status.state !== 'joined') announcer.retract('access');
        else announcer.retract('closing');
      }),
      session.on('access', (access) => this.#sayAccess(access)),
      session.on('problem', (problem) => announcer.say(sentenceOf(problem), 'problem')),
      media.on('change', () => this.#showOwn()),
      media.on('lost', (source) => announcer.say(t().devices.lost(source), 'problem')),
      onReturn(() => session.probe()),
    );
  }

  #showOwn(): void {
    const { media } = this.#options;
    this.#tools.microphone.set(media.isOn('microphone'));
    this.#tools.camera.set(media.isOn('camera'));
    this.#captions.muted = !media.isOn('microphone');
  }

  /** How things stand: on the state, the notice, the own tile and the switches alike. */
  #show(): void {
    const { session } = this.#options;
    const { agreement, seat } = session;
    const now = standing(session);
    this.#state.textContent = t().call.states[now.state];
    this.#state.dataset.state = now.state;
    if (seat) this.#switches.policy = seat.policy;
    this.#switches.agreement = agreement;
    this.#captions.agreement = agreement;
    this.#analysis.show(now);
    this.#screen.doubt = now.doubt !== null;
    document.title = titleOf(now, seat?.room ?? '');
    this.#people.show(now);
  }

  #sayAccess(access: AccessEnd): void {
    this.#options.announcer.say(accessSentence(access), 'problem', 'access');
  }

  async #agree(agreement: Agreement): Promise<void> {
    try {
      await this.#options.session.agree(agreement);
    } catch (error) {
      this.#options.announcer.say(t().call.notChanged(sentenceOf(error)), 'problem');
    }
    this.#show();
  }

  async #answerRecording(agreed: boolean): Promise<void> {
    try {
      await this.#options.session.agreeToRecording(agreed);
    } catch (error) {
      this.#options.announcer.say(t().call.notRecorded(sentenceOf(error)), 'problem');
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

  #toggleSubtitles(): void {
    this.#reads = !this.#reads;
    this.#tools.subtitles.set(this.#reads);
    this.#people.board.subtitles = this.#reads;
  }

  #toggleDetails(): void {
    this.#details = !this.#details;
    this.#tools.details.set(this.#details);
    this.#people.board.details = this.#details;
  }

  async #invite(): Promise<void> {
    const { session, announcer, href, closedDoor } = this.#options;
    const link = inviteLink(href, session.seat?.room ?? '');
    const { invited, inviteLink: shown, needsToken } = t().call;
    const also = closedDoor ? ` ${needsToken}` : '';
    try {
      await navigator.clipboard.writeText(link);
      announcer.say(`${invited}${also}`);
    } catch {
      // Not allowed, or no clipboard: the person can copy it from the notice.
      announcer.say(`${shown(link)}${also}`, 'problem');
    }
  }
}
