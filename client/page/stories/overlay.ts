import type { Consent, RoomEvent } from '../../lib/index.js';
import type { EmoOverlay } from '../../lib/overlay.js';
import { h } from '../ui/dom.js';
import { ALL, away, emotion, minute, NOTHING, SAID, words } from './events.js';
import { query, root } from './stage.js';

interface Story {
  /** How much room it has: 368 px of width, unless it is wide: then 560, where the panel lies on the picture. */
  room?: 'wide' | 'short';
  analysed?: Consent;
  events?: RoomEvent[];
  attributes?: string[];
  /** Nothing inside: a plain panel. */
  bare?: boolean;
  then?(overlay: EmoOverlay): void;
}

const at = { epoch: 'story', room: 'team-1', participant: 'p', seq: 1, at: 0 };

const CALM = 'NNNNNNNNNNNNnnNNNNNNHHHHHHHHhhNNNNNN--NNNNNNWWWWwwHHHHHHHHHH';
const EVERY = 'NNNNNNNNHHHHHHHHSSSSSSSSAAAAAAAAFFFFFFFFDDDDDDDDWWWWWWWWhhhh';
const face = emotion('p', 'happy', 0.8).face;
const voice = emotion('p', 'happy', 0.8).voice;
const alone = { ...voice, weight: 1 };

const STORIES: Record<string, Story> = {
  live: { events: minute(CALM) },
  'live-wide': { room: 'wide', events: minute(CALM) },
  'every-label': { room: 'wide', events: minute(EVERY) },
  'not-sure': { events: minute(`${CALM.slice(0, 50)}ssssssssss`) },
  gaps: { events: minute('NNNNNNNNNN..........HHHHHHHH.......hhhhhhhhSSSSSS....nnNNNNNN') },
  'face-alone': { events: minute(CALM, { face: { ...face, weight: 1 }, voice: away, words: away }) },
  'no-picture': {
    analysed: { ...ALL, words: false },
    events: minute(CALM, {
      face: { ...away, state: 'stalled', box: null },
      voice: alone,
      words: { ...away, state: 'off' },
    }),
  },
  'nobody-there': { events: minute(`${CALM.slice(0, 52)}--------`) },
  'nobody-there-wide': { room: 'wide', events: minute(`${CALM.slice(0, 52)}--------`) },
  'camera-and-microphone-off': {
    events: minute(CALM),
    then: (overlay) => {
      overlay.sending = { face: false, voice: false };
    },
  },
  starting: {},
  off: { room: 'short', analysed: NOTHING },
  'off-wide': { room: 'wide', analysed: NOTHING },
  'server-closing': { room: 'short', events: [...minute(CALM), { type: 'end', ...at, reason: 'server-closing' }] },
  waiting: { room: 'short', events: minute(CALM), then: (overlay) => (overlay.connection = 'unknown') },
  lost: { room: 'short', events: minute(CALM), then: (overlay) => (overlay.connection = 'lost') },
  'lost-wide': { room: 'wide', events: minute(CALM), then: (overlay) => (overlay.connection = 'lost') },
  compact: { room: 'short', attributes: ['compact'], events: minute(CALM) },
  'compact-wide': { room: 'wide', attributes: ['compact'], events: minute(CALM) },
  bare: { room: 'short', bare: true, events: minute(CALM) },
  words: {
    room: 'wide',
    events: minute(CALM),
    then: (overlay) => overlay.pushWords(words('p', 1, SAID.slice(0, 80), { final: true })),
  },
};

/** Every state of the overlay element, still, for the eye and for screenshots. */
export function overlay(): void {
  const theme = query.get('theme') ?? 'dark';
  document.documentElement.dataset.theme = theme;
  const sheet = h('main', { class: 'overlay-stories' });
  root.replaceChildren(sheet);
  const add = (name: string, story: Story): EmoOverlay => {
    const { room, analysed = ALL, events = [], attributes = [], bare = false, then } = story;
    const made = document.createElement('emo-overlay');
    made.setAttribute('participant', 'p');
    made.setAttribute('name', 'Ada');
    made.setAttribute('theme', theme);
    for (const attribute of attributes) made.setAttribute(attribute, '');
    if (!bare) made.append(h('div', { class: 'still' }));
    const figure = h('figure', { data: { story: name } }, made, h('figcaption', {}, name.replaceAll('-', ' ')));
    if (room) figure.classList.add(room);
    sheet.append(figure);
    made.analysed = analysed;
    for (const event of events) made.push(event);
    then?.(made);
    return made;
  };
  // Time stands still, but for the one that is late.
  let nowMs = 0;
  performance.now = () => nowMs;
  const late = add('late', { events: minute(CALM) });
  nowMs = 6000;
  late.connection = 'open';
  // Those of one size together, so that the sheet has no holes.
  const all = Object.entries(STORIES);
  for (const room of [undefined, 'short', 'wide'] as const) {
    for (const [name, story] of all) if (story.room === room) add(name, story);
  }
}
