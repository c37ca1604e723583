/**
 * Development only: the page's looks with made-up events, to be seen without a server.
 * `stories.html?story=states|faces|call|lobby|subtitles&picture=URL&speech=on|off|missing`
 */
import { Emitter } from '../lib/emitter.js';
import {
  type Agreement,
  type Consent,
  type Emotion,
  type EmotionEvent,
  EMOTIONS,
  type RoomEvent,
  type Scores,
  type ServerInfo,
  type Words,
} from '../lib/index.js';
import { defineOverlay } from '../lib/overlay.js';
import type { CallSession } from './session/call-session.js';
import type { CallEvents } from './session/call-types.js';
import { LocalMedia } from './session/local-media.js';
import type { Health } from './session/media-health.js';
import type { RemotePeer } from './session/remote-peer.js';
import { Announcer } from './ui/announcer.js';
import { h } from './ui/dom.js';
import { CallView } from './views/call.js';
import { Lobby } from './views/lobby.js';
import { Tile } from './views/tile.js';

defineOverlay();
const root = document.getElementById('app') as HTMLElement;
const query = new URLSearchParams(location.search);
const ALL: Consent = { face: true, voice: true, words: true };
const speech: ServerInfo['speech'] = {
  state: (query.get('speech') ?? 'on') as ServerInfo['speech']['state'],
  language: (query.get('speech') ?? 'on') === 'on' ? 'en' : null,
};
let seq = 0;

function scores(top: Emotion, share: number, second: Emotion = 'neutral'): Scores {
  const rest = 1 - share;
  const entries = EMOTIONS.map((e) => [e, e === top ? share : e === second ? rest * 0.6 : (rest * 0.4) / 5] as const);
  return Object.fromEntries(entries) as unknown as Scores;
}

function emotion(participant: string, top: Emotion, share: number, change: Partial<EmotionEvent> = {}): EmotionEvent {
  const s = scores(top, share);
  const start = Math.floor(Date.now() / 1000) * 1000 + seq * 10;
  const live = { state: 'live', present: true, scores: s, quality: {} } as const;
  return {
    type: 'emotion',
    room: 'team-1',
    participant,
    epoch: 'story',
    seq: ++seq,
    window: { start, end: start + 1000 },
    revision: 0,
    label: top,
    uncertain: false,
    confidence: share,
    scores: s,
    smoothed: s,
    valence: top === 'happy' ? 0.7 : top === 'neutral' ? 0.05 : -0.5,
    arousal: top === 'sad' ? -0.4 : top === 'neutral' ? -0.1 : 0.5,
    face: { ...live, weight: 0.55, box: { x: 0.33, y: 0.12, width: 0.3, height: 0.42 } },
    voice: { ...live, weight: 0.33 },
    words: { ...live, weight: 0.12 },
    engine: { name: 'wasm', model: 'story' },
    latency: { capture: 40, decode: 3, close: 150, features: 9, queue: 6, inference: 11, publish: 1, total: 177 },
    ...change,
  };
}

/** A slowly moving picture in place of a camera. */
async function picture(): Promise<MediaStream> {
  const canvas = h('canvas', { width: 640, height: 480 });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = new Image();
  image.src = query.get('picture') ?? '';
  const loaded = await image.decode().then(
    () => true,
    () => false,
  );
  const draw = () => {
    context.fillStyle = '#45617f';
    context.fillRect(0, 0, 640, 480);
    const shift = Math.sin(performance.now() / 900) * 8;
    if (loaded) context.drawImage(image, 0, 0, image.width, image.height * 0.75, shift - 10, 0, 660, 495);
    requestAnimationFrame(draw);
  };
  draw();
  return canvas.captureStream(15);
}

const away = { state: 'live', present: false, weight: 0, scores: null, quality: {} } as const;

async function states(): Promise<void> {
  const stream = await picture();
  const width = query.get('width') ?? '616';
  const grid = h('ul', { class: 'grid' });
  grid.style.gridTemplateColumns = `repeat(auto-fill, minmax(min(100%, ${width}px), ${width}px))`;
  root.replaceChildren(grid);
  const tile = (name: string, consent: Consent, events: RoomEvent[], own = false) => {
    const made = new Tile(name, own, stream);
    made.participant = 'p';
    made.analysed = consent;
    for (const event of events) made.push(event);
    made.show({ camera: true, microphone: true });
    grid.append(made.element);
  };
  const gap: RoomEvent = {
    type: 'gap',
    epoch: 'story',
    room: 'team-1',
    participant: 'p',
    seq: 1,
    window: { start: 0, end: 1 },
    reason: 'overloaded',
  };
  tile(
    'Happy',
    ALL,
    [0.4, 0.6, 0.82].map((share) => emotion('p', 'happy', share, { valence: share - 0.2, arousal: share / 2 })),
  );
  tile('Own, mirrored', ALL, [emotion('p', 'surprised', 0.64)], true);
  tile('Unsure', ALL, [emotion('p', 'sad', 0.31, { uncertain: true, label: 'sad' })]);
  tile('Silent, no words', ALL, [
    emotion('p', 'neutral', 0.71, {
      face: { ...emotion('p', 'neutral', 0.7).face, weight: 1 },
      voice: away,
      words: away,
    }),
  ]);
  tile('Camera stalled', { ...ALL, words: false }, [
    emotion('p', 'angry', 0.58, {
      face: { ...away, state: 'stalled', box: null },
      words: { ...away, state: 'off' },
      voice: { ...emotion('p', 'angry', 0.5).voice, weight: 1 },
    }),
  ]);
  const none = { label: null, scores: null, smoothed: null, valence: null, arousal: null, confidence: 0 };
  tile('Nothing', ALL, [
    emotion('p', 'neutral', 0, { ...none, face: { ...away, box: null }, voice: away, words: away }),
  ]);
  tile('Starting', ALL, []);
  tile('Gap', ALL, [gap]);
  tile('Off', { face: false, voice: false, words: false }, []);
  const moving = grid.querySelectorAll('emo-overlay');
  setInterval(() => {
    moving[0]?.push(emotion('p', 'happy', 0.7 + Math.random() * 0.2));
    moving[1]?.push(emotion('p', 'surprised', 0.64));
    moving[2]?.push(emotion('p', 'fearful', 0.31, { uncertain: true }));
  }, 1000);
}

/** Several people before one camera, in a wide tile and in a narrow one. */
async function faces(): Promise<void> {
  const stream = await picture();
  const seen = (id: string, x: number, label: Emotion | null, uncertain = false) => ({
    ...{ id, judged: id === '1', box: { x, y: 0.14, width: 0.17, height: 0.3 }, label, uncertain },
    scores: label && scores(label, 0.7),
  });
  const all = [
    seen('1', 0.37, 'happy'),
    seen('2', 0.08, 'sad'),
    seen('3', 0.6, 'surprised', true),
    seen('4', 0.8, null),
  ];
  const { face } = emotion('p', 'happy', 0.8);
  const tiles = [640, 320].map((width) => {
    const made = new Tile('Room 4', false, stream);
    made.participant = 'p';
    made.analysed = ALL;
    made.push(emotion('p', 'happy', 0.8, { face: { ...face, box: all[0]!.box }, faces: all }));
    made.show({ camera: true, microphone: true });
    made.element.style.width = `${String(width)}px`;
    return made.element;
  });
  root.replaceChildren(h('ul', { class: 'grid' }, ...tiles));
}

function words(participant: string, segment: number, text: string, change: Partial<Words> = {}): Words {
  const at = { startMs: segment * 1000, endMs: segment * 1000 + 900 };
  const rest = { final: false, source: 'voice', language: 'en' } as const;
  return { type: 'words', room: 'team-1', participant, segment, text, ...at, ...rest, ...change };
}

const SAID =
  'Well, I was not sad about it at all. I thought it was rather funny, and when she told me the rest of it I had to sit down.';

/** Says it again and again, word by word, as a recogniser gives it. */
function speak(participant: string, tell: (words: Words) => void): void {
  const said = SAID.split(' ');
  let segment = 0;
  let count = said.length;
  setInterval(() => {
    if (count++ >= said.length) {
      segment += 1;
      count = 8;
    }
    tell(words(participant, segment, said.slice(0, count).join(' '), { final: count === said.length }));
  }, 350);
}

/** Tiles of every size, over light and dark, and what people say in them. */
async function subtitles(): Promise<void> {
  const stream = await picture();
  const grid = h('div', { class: 'subtitle-stories' });
  root.replaceChildren(grid);
  const tile = (name: string, width: number, said: Words[], compact = false) => {
    const made = new Tile(name, false, stream);
    made.participant = 'p';
    made.analysed = compact ? { face: false, voice: false, words: false } : ALL;
    made.compact = compact;
    made.showsWords = true;
    if (!compact) setInterval(() => made.push(emotion('p', 'happy', 0.8)), 1000);
    made.show({ camera: !query.has('dark'), microphone: true });
    for (const each of said) made.pushWords(each);
    const list = h('ul', { class: 'grid' }, made.element);
    list.style.width = `${width}px`;
    list.style.gridTemplateColumns = '1fr';
    grid.append(list);
    return made;
  };
  const long = words('p', 1, SAID, { final: true, source: 'caption', language: null });
  tile('Two pieces', 616, [words('p', 1, 'I see.', { final: true }), words('p', 2, 'That is good')]);
  const speaking = tile('Speaking', 616, []);
  speak('p', (said) => speaking.pushWords(said));
  tile('Typed, long', 420, [long]);
  tile('One word', 420, [words('p', 1, 'Yes.')]);
  tile('Small', 200, [words('p', 1, SAID)]);
  tile('Small, typed', 200, [long]);
  tile('Arabic', 420, [words('p', 1, 'أنا سعيد جدا برؤيتك اليوم يا صديقي', { language: 'ar' })]);
  tile('Without a blank', 330, [words('p', 1, 'w'.repeat(90))]);
  tile('Compact', 616, [words('p', 1, SAID)], true);
  tile('Compact, small', 330, [words('p', 1, 'That is good')], true);
  tile('Large', 900, [words('p', 1, SAID)]);
}

class StorySession extends Emitter<CallEvents> {
  status = { state: 'joined' } as const;
  seat = { room: 'team-1', participant: 'me', policy: ALL };
  agreement: Agreement =
    query.get('consent') === 'off'
      ? { consent: { face: false, voice: false, words: false }, showWords: false }
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
    if (showWords) this.say(words('me', ++seq, text, { final: true, source: 'caption', language: null }));
    return Promise.resolve(showWords);
  };
  say(said: Words): void {
    this.emit('words', said);
  }
  probe(): void {}
  tell(event: RoomEvent): void {
    this.emit('event', event);
  }
}

async function call(): Promise<void> {
  const session = new StorySession();
  const media = new LocalMedia();
  const stream = await picture();
  for (const track of stream.getVideoTracks()) media.preview.addTrack(track);
  media.isOn = () => true;
  const others = Number(query.get('others') ?? '1');
  session.peers = ['Eileen', 'Grace', 'Katherine', 'Mae'].slice(0, others).map((name) => {
    const peer = {
      participant: name,
      name,
      stream,
      consent: name === 'Grace' ? { ...ALL, face: false, voice: false, words: false } : ALL,
      showWords: name === 'Eileen' || name === 'Katherine',
      problems: new Map(),
    };
    return { ...peer, isOn: () => true } as unknown as RemotePeer;
  });
  const announcer = new Announcer();
  const view = new CallView({
    session: session as unknown as CallSession,
    media,
    name: 'Ada',
    announcer,
    href: location.href,
    closedDoor: false,
    moderates: false,
    hearing: { speech, voiceEncoder: 'on' },
    onLeave: () => undefined,
  });
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

function lobby(): void {
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
  root.replaceChildren(new Lobby({ media: new LocalMedia(), info, room: 'team-1', token: null, onJoin }).element);
}

const stories = { states, faces, call, lobby, subtitles };
void stories[(query.get('story') ?? 'call') as keyof typeof stories]();
