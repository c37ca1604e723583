import type { Consent, Emotion, RoomEvent, Words } from '../../lib/index.js';
import { h } from '../ui/dom.js';
import { Tile } from '../views/tile.js';
import { ALL, away, emotion, NOTHING, SAID, scores, speak, words } from './events.js';
import { picture, query, root } from './stage.js';

export async function states(): Promise<void> {
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
  tile('Off', NOTHING, []);
  const moving = grid.querySelectorAll('emo-overlay');
  setInterval(() => {
    moving[0]?.push(emotion('p', 'happy', 0.7 + Math.random() * 0.2));
    moving[1]?.push(emotion('p', 'surprised', 0.64));
    moving[2]?.push(emotion('p', 'fearful', 0.31, { uncertain: true }));
  }, 1000);
}

/** Several people before one camera, in a wide tile and in a narrow one. */
export async function faces(): Promise<void> {
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

/** Tiles of every size, over light and dark, and what people say in them. */
export async function subtitles(): Promise<void> {
  const stream = await picture();
  const grid = h('div', { class: 'subtitle-stories' });
  root.replaceChildren(grid);
  const tile = (name: string, width: number, said: Words[], compact = false) => {
    const made = new Tile(name, false, stream);
    made.participant = 'p';
    made.analysed = compact ? NOTHING : ALL;
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
