import { Emitter } from '../../lib/emitter.js';
import type { Agreement, RoomEvent, ServerInfo, Words } from '../../lib/index.js';
import type { CallSession } from '../session/call-session.js';
import type { CallEvents } from '../session/call-types.js';
import { LocalMedia } from '../session/local-media.js';
import type { Health } from '../session/media-health.js';
import type { RemotePeer } from '../session/remote-peer.js';
import { ScreenShare } from '../session/screen-share.js';
import { Announcer } from '../ui/announcer.js';
import { t } from '../languages/current.js';
import { CallView } from '../views/call.js';
import { Lobby } from '../views/lobby.js';
import { coursePanel } from './course.js';
import { ALL, emotion, NOTHING, speak, words } from './events.js';
import { picture, query, root, slide, speech } from './stage.js';

class StorySession extends Emitter<CallEvents> {
  status = { state: 'joined' } as const;
  seat = { room: 'team-1', participant: 'me', policy: ALL };
  agreement: Agreement =
    query.get('consent') === 'off'
      ? { consent: NOTHING, showWords: false }
      : { consent: ALL, showWords: !query.has('hidden') };
  peers: RemotePeer[] = [];
  health: Health = { camera: 'ok', microphone: 'ok', receiving: true };
  agree(agreement: Agreement): Promise<Agreement> {
    this.agreement = agreement;
    this.emit('agreement', agreement);
    return Promise.resolve(agreement);
  }
  sendCaption = (text: string) => {
    const { showWords } = this.agreement;
    if (showWords) this.say(words('me', Date.now(), text, { final: true, source: 'caption', language: null }));
    return Promise.resolve(showWords);
  };
  say(said: Words): void {
    this.emit('words', said);
  }
  probe(): void {}
  stats = () => Promise.resolve([]);
  tell(event: RoomEvent): void {
    this.emit('event', event);
  }
}

export async function call(): Promise<void> {
  const session = new StorySession();
  const media = new LocalMedia();
  const stream = await picture();
  for (const track of stream.getVideoTracks()) media.preview.addTrack(track);
  media.isOn = () => true;
  const others = Number(query.get('others') ?? '1');
  session.peers = ['Eileen', 'Grace', 'Katherine', 'Mae', 'Dorothy', 'Mary'].slice(0, others).map((name) => {
    const peer = {
      participant: name,
      name,
      stream,
      consent: name === 'Grace' ? { ...ALL, face: false, voice: false, words: false } : ALL,
      showWords: name === 'Eileen' || name === 'Katherine',
      problems: new Map(),
    };
    const screen = name === 'Eileen' && query.has('screen') ? slide() : new MediaStream();
    return { ...peer, screen, ssrcs: new Set<number>(), isOn: () => true } as unknown as RemotePeer;
  });
  const announcer = new Announcer();
  const view = new CallView({
    session: session as unknown as CallSession,
    media,
    screen: new ScreenShare(),
    name: 'Ada',
    announcer,
    href: location.href,
    closedDoor: false,
    moderates: false,
    hearing: { speech, voiceEncoder: 'on' },
    onLeave: () => undefined,
  });
  const course = coursePanel();
  view.addPanel('course', t().call.tools.course, course.element, () => course.show());
  root.replaceChildren(view.element);
  document.body.append(announcer.element);
  if (query.has('notice')) announcer.say('Grace joined');
  let beat = 0;
  const tick = () => {
    beat++;
    const wave = Math.sin(beat / 2);
    if (session.agreement.consent.face) {
      session.tell(emotion('me', 'neutral', 0.6 + wave / 20, { valence: wave / 6, arousal: -0.2 + wave / 12 }));
    }
    session.tell(emotion('Eileen', 'happy', 0.78 + wave / 12, { valence: 0.6 + wave / 5, arousal: 0.25 - wave / 6 }));
    session.tell(emotion('Katherine', 'surprised', 0.5));
    session.tell(emotion('Mae', 'sad', 0.33, { uncertain: true }));
  };
  for (let i = 0; i < 5; i++) tick();
  setInterval(tick, 1000);
  speak('Eileen', (said) => session.say(said));
  session.say(words('Katherine', 1, 'Really?'));
}

export function lobby(): void {
  const info: ServerInfo = {
    version: '0',
    protocols: [],
    openDoor: !query.has('closed'),
    policy: { ...ALL, words: !query.has('policy') },
    engine: 'wasm',
    engineDevice: { kind: 'cpu', name: 'CPU' },
    passedOver: [{ engine: 'onnx', why: 'missing' }],
    model: 'story',
    speech,
    voiceEncoder: 'on',
  };
  const onJoin = () => Promise.reject(new Error('This is only a story.'));
  root.replaceChildren(
    new Lobby({ media: new LocalMedia(), info, room: 'team-1', token: null, onJoin, onLanguage: () => undefined })
      .element,
  );
}
