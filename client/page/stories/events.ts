import { type Consent, type Emotion, type EmotionEvent, EMOTIONS, type Scores, type Words } from '../../lib/index.js';

/** Made-up events of people who are not there. */

export const ALL: Consent = { face: true, voice: true, words: true };
export const NOTHING: Consent = { face: false, voice: false, words: false };
export const away = { state: 'live', present: false, weight: 0, scores: null, quality: {} } as const;

let seq = 0;

export function scores(top: Emotion, share: number, second: Emotion = 'neutral'): Scores {
  const rest = 1 - share;
  const entries = EMOTIONS.map((e) => [e, e === top ? share : e === second ? rest * 0.6 : (rest * 0.4) / 5] as const);
  return Object.fromEntries(entries) as unknown as Scores;
}

export function emotion(
  participant: string,
  top: Emotion,
  share: number,
  change: Partial<EmotionEvent> = {},
): EmotionEvent {
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

export function words(participant: string, segment: number, text: string, change: Partial<Words> = {}): Words {
  const at = { startMs: segment * 1000, endMs: segment * 1000 + 900 };
  const rest = { final: false, source: 'voice', language: 'en' } as const;
  return { type: 'words', room: 'team-1', participant, segment, text, ...at, ...rest, ...change };
}

export const SAID =
  'Well, I was not sad about it at all. I thought it was rather funny, and when she told me the rest of it I had to sit down.';

/** Says it again and again, word by word, as a recogniser gives it. */
export function speak(participant: string, tell: (words: Words) => void): void {
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

const nobody = { label: null, scores: null, smoothed: null, valence: null, arousal: null, confidence: 0 };
const nothing: Partial<EmotionEvent> = { ...nobody, face: { ...away, box: null }, voice: away, words: away };
/** A minute of events: letters are labels, small ones guesses, a dash is nothing to judge by, a dot no result. */
export function minute(
  seconds: string,
  every: Partial<EmotionEvent> = {},
  participant = 'p',
  startMs = 0,
): EmotionEvent[] {
  const labels: Record<string, Emotion> = {
    ...{ N: 'neutral', H: 'happy', S: 'sad', A: 'angry', F: 'fearful', D: 'disgusted', W: 'surprised' },
  };
  return [...seconds].flatMap((letter, index) => {
    if (letter === '.') return [];
    const label = labels[letter.toUpperCase()];
    const uncertain = letter !== letter.toUpperCase();
    const share = uncertain ? 0.44 : 0.64 + 0.03 * (index % 5);
    const change = {
      window: { start: startMs + 1000 * index, end: startMs + 1000 * (index + 1) },
      ...every,
    };
    return [
      label
        ? emotion(participant, label, share, { uncertain, ...change })
        : emotion(participant, 'neutral', 0, { ...nothing, ...change }),
    ];
  });
}
