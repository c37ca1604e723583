import type { Logger } from 'pino';
import { type App, startApp } from '../../src/cli/app.js';
import type { Config } from '../../src/config/schema.js';
import type { EmotionEvent } from '../../src/events/schema.js';
import { ngramIds, tokenise } from '../../src/features/tokens.js';
import { WORD_ROW } from '../../src/features/types.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import { MEDIA_CODECS, TapTransports } from '../../src/sfu/index.js';
import type { ShownWords } from '../../src/sfu/types.js';
import { upsample } from '../parity/voice-track.js';
import { encodeOpus, OPUS_RATE } from '../support/encode-audio.js';
import { seeded } from '../support/random.js';
import { wallClock } from '../support/shared-timer.js';
import { quantile } from '../support/statistics.js';
import { SyntheticParticipant } from '../support/synthetic-participant.js';
import type { SpokenClip } from './clips.js';
import { type OfflineReport, summary } from './offline.js';
import { lengthOf, loudStretches, saidWords } from './said.js';
import { comparedWords, errorRate, type WordErrors, wordErrors } from './word-errors.js';

const LEAD_MS = 5000;
/** So far apart that no window's trailing words are of two clips (they reach back eight seconds). */
const APART_MS = 9500;
/** All are silent at the end: what recognition costs then. */
const SILENT_MS = 20_000;
const SETUP_MS = 3000;
const ROOM = 'words';

export interface LiveReport {
  corpora: Record<string, Pick<OfflineReport, 'clips' | 'errorRate' | 'errors' | 'words'>>;
  /** From the end of a word to the first event that it is in, and to its first text; of words that came, and how many did. */
  delayMs: { event: Delay; text: Delay };
  /** CPU time a second of speech: of final words, of partial ones, and of a second of silence of a person. */
  cpuMsPerSecond: { final: number; partial: number; silent: number };
  /** Seconds of sound that were recognised for a second of speech: beginnings and ends of pieces, and repeated work. */
  soundPerSecond: { final: number; partial: number };
  /** How many people there were, and how much of the time each spoke. */
  people: number;
  speechShare: number;
  dropped: Record<string, number>;
}

interface Delay {
  words: number;
  came: number;
  p50: number;
  p90: number;
  p95: number;
}

interface Placed {
  clip: SpokenClip & { corpus: string };
  person: number;
  startMs: number;
  endMs: number;
}

interface Told {
  atMs: number;
  startMs: number;
  endMs: number;
  /** First ids of the tokens. */
  ids: number[];
}

/** Clips one after the other at the microphones of people in a real call, and what came out of it. */
export async function recogniseLive(
  clips: readonly (SpokenClip & { corpus: string })[],
  people: number,
  config: Config,
  logger: Logger,
  log: (line: string) => void,
): Promise<LiveReport> {
  const { placed, tracks } = layOut(clips, people);
  const seconds = Math.max(...tracks.map(({ sound }) => sound.length / OPUS_RATE));
  const app = await startApp(config, logger);
  const worker = app.server.pool.workers[0]?.worker;
  if (!worker) throw new Error('no mediasoup worker is running');
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const taps = new TapTransports(router);
  const texts: (ShownWords & { person: number; atMs: number })[] = [];
  const told = tokensOfEvents(app);
  const joined: SyntheticParticipant[] = [];
  for (const [person, { sound }] of tracks.entries()) {
    joined.push(
      await SyntheticParticipant.create({
        ...app,
        router,
        taps,
        recording: { video: null, audio: { packets: encodeOpus(sound) } },
        seed: person + 1,
        room: ROOM,
        participant: nameOf(person),
        consent: { face: false, voice: true, words: true },
        onWords: (words) => texts.push({ ...words, person, atMs: wallClock() }),
      }),
    );
  }
  const from = Math.ceil((wallClock() + SETUP_MS) / 1000) * 1000;
  for (const { peer } of joined) peer.start(from);
  await until(from + seconds * 1000 - SILENT_MS);
  const spoken = await cpuSeconds(app);
  await until(from + seconds * 1000 - 2000);
  const silent = await cpuSeconds(app);
  for (const person of joined) person.close();
  const dropped = await drops(app);
  router.close();
  await app.close();

  const speechSeconds = clips.reduce((sum, { samples }) => sum + lengthOf(loudStretches(samples)) / 1000, 0);
  const corpora: Record<string, WordErrors[]> = {};
  const delays: { event: (number | null)[]; text: (number | null)[] } = { event: [], text: [] };
  for (const { clip, person, startMs, endMs } of placed) {
    const [start, end] = [from + startMs, from + endMs];
    const mine = texts.filter((one) => one.person === person && one.startMs > start - 1500 && one.startMs < end + 1500);
    const finals = mine.filter((one) => one.final).sort((a, b) => a.startMs - b.startMs);
    const heard = comparedWords(finals.map(({ text }) => text).join(' '));
    const errors = wordErrors(comparedWords(clip.text), heard);
    (corpora[clip.corpus] ??= []).push(errors);
    if (errorRate([errors]) > 0) log(`${clip.name}: "${clip.text}" was heard as "${heard.join(' ')}"`);
    const events = told(nameOf(person)).filter((one) => one.endMs > start && one.startMs < end + 4000);
    const shown = mine.map((one) => ({ atMs: one.atMs, ids: idsOf(one.text) }));
    const seen = new Map<number, number>();
    for (const word of saidWords(clip.text, clip.samples)) {
      const [id] = idsOf(word.text);
      if (id === undefined) continue;
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      const first = (all: readonly { atMs: number; ids: number[] }[]) => {
        const times = all.filter(({ ids }) => ids.filter((other) => other === id).length >= count);
        return times.length > 0 ? Math.min(...times.map(({ atMs }) => atMs)) - start - word.endMs : null;
      };
      delays.event.push(first(events));
      delays.text.push(first(shown));
    }
  }
  const silentSeconds = ((SILENT_MS - 2000) / 1000) * people;
  return {
    corpora: Object.fromEntries(Object.entries(corpora).map(([name, errors]) => [name, summary(errors)])),
    delayMs: { event: delayOf(delays.event), text: delayOf(delays.text) },
    cpuMsPerSecond: {
      final: (1000 * spoken.final) / speechSeconds,
      partial: (1000 * spoken.partial) / speechSeconds,
      silent: (1000 * (silent.thread - spoken.thread)) / silentSeconds,
    },
    soundPerSecond: {
      final: spoken.finalSound / speechSeconds,
      partial: spoken.partialSound / speechSeconds,
    },
    people,
    speechShare: speechSeconds / (people * seconds),
    dropped,
  };
}

function layOut(clips: readonly (SpokenClip & { corpus: string })[], people: number) {
  const random = seeded(2);
  const placed: Placed[] = [];
  const tracks = Array.from({ length: people }, (_, person) => {
    let at = LEAD_MS + APART_MS * random();
    const mine = clips
      .filter((_, i) => i % people === person)
      .map((clip) => {
        const startMs = at;
        const endMs = at + clip.samples.length / 16;
        at = endMs + APART_MS + 1000 * random();
        placed.push({ clip, person, startMs, endMs });
        return { clip, startMs };
      });
    return { mine, endMs: at };
  });
  const seconds = Math.ceil((Math.max(...tracks.map(({ endMs }) => endMs)) + SILENT_MS) / 1000);
  return {
    placed,
    tracks: tracks.map(({ mine }) => {
      const sound = new Float32Array(seconds * OPUS_RATE);
      for (const { clip, startMs } of mine) sound.set(upsample(clip.samples), Math.round((startMs * OPUS_RATE) / 1000));
      return { sound };
    }),
  };
}

/** What words each event was made of: events themselves hold no words, so it is looked up in what was handed to inference. */
function tokensOfEvents(app: App): (participant: string) => Told[] {
  const handed = new Map<string, number[]>();
  const told = new Map<string, Told[]>();
  const key = (participant: string, startMs: number, revision: number) =>
    `${participant} ${String(Math.round(startMs))} ${String(revision)}`;
  // The bench's own process: nothing of this is in the product.
  const { submit } = BatchRunner.prototype;
  BatchRunner.prototype.submit = function (this: BatchRunner, window) {
    const { startMs, revision, words } = window.features;
    const ids = words ? Array.from({ length: words.count }, (_, row) => words.tokens[row * WORD_ROW] ?? 0) : [];
    handed.set(key(window.participant, startMs, revision), ids);
    return submit.call(this, window);
  };
  app.bus.subscribe(ROOM, (event) => {
    if (event.type !== 'emotion') return;
    const { participant, window, revision } = event as EmotionEvent;
    const ids = handed.get(key(participant, window.start, revision)) ?? [];
    const all = told.get(participant) ?? [];
    all.push({ atMs: wallClock(), startMs: window.start, endMs: window.end, ids });
    told.set(participant, all);
  });
  return (participant) => told.get(participant) ?? [];
}

const idsOf = (text: string): number[] => tokenise(text).flatMap((token) => ngramIds(token).slice(0, 1));
const nameOf = (person: number): string => `person-${String(person)}`;
const until = (atMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, atMs - wallClock())));

function delayOf(delays: readonly (number | null)[]): Delay {
  const came = delays.filter((delay) => delay !== null);
  return {
    words: delays.length,
    came: came.length,
    p50: quantile(came, 0.5),
    p90: quantile(came, 0.9),
    p95: quantile(came, 0.95),
  };
}

async function cpuSeconds(app: App) {
  const of = async (name: string, label: string, value: string) => {
    const metric = (await app.meter.registry.getMetricsAsJSON()).find((one) => one.name === name);
    const values = (metric?.values ?? []) as { value: number; labels: Record<string, string> }[];
    return values.filter(({ labels }) => labels[label] === value).reduce((sum, one) => sum + one.value, 0);
  };
  const name = 'emostream_recognition_cpu_seconds_total';
  const sound = 'emostream_recognised_seconds_total';
  return {
    final: await of(name, 'words', 'final'),
    partial: await of(name, 'words', 'partial'),
    finalSound: await of(sound, 'words', 'final'),
    partialSound: await of(sound, 'words', 'partial'),
    thread: await of('emostream_thread_cpu_seconds_total', 'thread', 'speech'),
  };
}

async function drops(app: App): Promise<Record<string, number>> {
  const metric = (await app.meter.registry.getMetricsAsJSON()).find((one) => one.name === 'emostream_dropped_total');
  const values = (metric?.values ?? []) as { value: number; labels: Record<string, string> }[];
  return Object.fromEntries(
    values
      .filter(({ value, labels }) => value > 0 && /^(speech|transcriber|words)$/.test(labels['stage'] ?? ''))
      .map(({ value, labels }) => [`${labels['stage'] ?? ''} ${labels['reason'] ?? ''}`, value]),
  );
}
