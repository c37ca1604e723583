import './no-eval.js';
import { fetchGrants, fetchInfo, requestToken, type ServerInfo } from '../lib/index.js';
import { defineOverlay } from '../lib/overlay.js';
import { type PageAddress, readAddress } from './address.js';
import { speakAsWished } from './languages/choose.js';
import { t } from './languages/current.js';
import { named } from './languages/named.js';
import { sentenceOf } from './languages/sentence.js';
import { CallSession } from './session/call-session.js';
import { hearConversation } from './session/hear-conversation.js';
import { LocalMedia } from './session/local-media.js';
import { OwnCourse } from './session/own-course.js';
import { ScreenShare } from './session/screen-share.js';
import { Announcer } from './ui/announcer.js';
import { h } from './ui/dom.js';
import { adoptEmotionColours } from './ui/emotion-colours.js';
import { chosenTheme, showTheme } from './ui/theme.js';
import { CallView } from './views/call.js';
import { CoursePanel } from './views/course-panel.js';
import { Lobby, type LobbyChoice, type LobbyDraft } from './views/lobby.js';
import { SummaryView } from './views/summary.js';

defineOverlay();
adoptEmotionColours();
showTheme(chosenTheme());

const root = document.getElementById('app') as HTMLElement;
const announcer = new Announcer();
document.body.append(announcer.element);

async function start(): Promise<void> {
  const address = readAddress(location.href);
  const speaking = speakAsWished(location.href);
  try {
    const info = await fetchInfo(address.server);
    await speaking;
    showLobby(address, info);
  } catch (error) {
    await speaking;
    const retry = h('button', { type: 'button', class: 'primary' }, t().tryAgain);
    retry.onclick = () => location.reload();
    const message = sentenceOf(error);
    root.replaceChildren(
      h('main', { class: 'failed' }, h('h1', {}, 'emostream'), h('p', { attr: { role: 'alert' } }, message), retry),
    );
  }
}

interface LobbyBefore {
  afterCall?: boolean;
  /** It is shown anew, in another language. */
  draft?: LobbyDraft;
  media?: LocalMedia;
}

function showLobby(address: PageAddress, info: ServerInfo, before: LobbyBefore = {}): void {
  const { media = new LocalMedia(), ...rest } = before;
  const { room, token } = address;
  const lobby = new Lobby({
    media,
    info,
    room,
    token,
    ...rest,
    onLanguage: (draft) => {
      lobby.close();
      showLobby(address, info, { afterCall: true, draft, media });
      root.querySelector<HTMLElement>('select[name=language]')?.focus();
    },
    onJoin: async (choice) => {
      await join(address, info, media, choice);
      lobby.close();
    },
  });
  root.replaceChildren(lobby.element);
}

async function join(address: PageAddress, info: ServerInfo, media: LocalMedia, choice: LobbyChoice): Promise<void> {
  const { server } = address;
  const { name, room, agreement } = choice;
  const token = choice.token ?? (() => requestToken(server, room).then((granted) => granted.token));
  const screen = new ScreenShare();
  const session = new CallSession({ server, room, token, name, agreement, media, screen });
  await session.join();

  // An open door lets nobody moderate.
  const moderates =
    choice.token !== null &&
    (await fetchGrants(server, choice.token).then(
      ({ grants }) => grants.moderate,
      () => false,
    ));
  const url = new URL(location.href);
  url.searchParams.set('room', session.seat?.room ?? room);
  history.replaceState(null, '', url);

  const { conversation, stop } = hearConversation(session);
  const names = () => new Map(session.peers.map((peer) => [peer.participant, peer.name]));
  const panel = new CoursePanel({
    conversation,
    nameOf: (participant) =>
      participant === session.seat?.participant
        ? t().you(named(name))
        : named(names().get(participant) ?? t().somebody),
  });
  const lobby = (message: string | null) => {
    showLobby({ ...address, room }, info, { afterCall: true });
    if (message) announcer.say(message, 'problem');
    // Name and room are there already.
    root.querySelector<HTMLElement>('button[type=submit]')?.focus();
  };
  const over = (message: string | null) => {
    view.close();
    panel.close();
    stop();
    media.close();
    screen.close();
    const participant = session.seat?.participant ?? '';
    const course = OwnCourse.of({
      ...{ conversation, participant, name },
      title: t().summary.report(named(name), room),
      version: info.version,
    });
    if (!course) return lobby(message);
    const reportScript = () => fetchText(new URL('report.js', server));
    const summary = new SummaryView({ course, room, ended: message, reportScript, onAgain: () => lobby(null) });
    root.replaceChildren(summary.element);
    summary.focus();
    window.scrollTo(0, 0);
  };
  const view = new CallView({
    session,
    media,
    screen,
    name,
    announcer,
    href: location.href,
    closedDoor: !info.openDoor,
    moderates,
    hearing: info,
    onLeave: () => void session.leave(),
  });
  view.addPanel('course', t().call.tools.course, panel.element, () => panel.show());
  session.on('status', (status) => {
    if (status.state === 'ended') over(status.error && sentenceOf(status.error));
  });
  root.replaceChildren(view.element);
  // The keyboard goes on where the call begins.
  view.focus();
  window.scrollTo(0, 0);
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t().summary.notGiven(url.pathname));
  return response.text();
}

void start();
