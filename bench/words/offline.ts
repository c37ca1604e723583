import { sileroFile, SileroNetwork, SpeechHearer, type SpeechModel, VoiceActivities } from '../../src/speech/index.js';
import { PieceCutter } from '../../src/speech/piece-cutter.js';
import { createRecogniser } from '../../src/speech/recogniser.js';
import { soundOf } from '../../src/speech/speaker.js';
import type { SpokenClip } from './clips.js';
import { comparedWords, errorRate, type WordErrors, wordErrors } from './word-errors.js';

const CHUNK = 320;
const SILENCE = 16_000;

export interface OfflineReport {
  clips: number;
  errorRate: number;
  errors: Omit<WordErrors, 'words'>;
  words: number;
  /** In a figure for the machine: CPU time of recognition alone for a second of sound in the pieces. */
  cpuMsPerSecond: number;
  /** Where nothing was heard at all. */
  unheard: number;
}

/** Clips as files: cut into pieces and recognised as in a call, each piece once and as a whole, without a call around it. */
export function recogniseOffline(clips: readonly SpokenClip[], model: SpeechModel): OfflineReport {
  const recogniser = createRecogniser(model);
  const all: WordErrors[] = [];
  let cpuMs = 0;
  let seconds = 0;
  let unheard = 0;
  for (const { text, samples } of clips) {
    const heard: string[] = [];
    for (const piece of piecesOf(samples)) {
      const from = process.cpuUsage();
      heard.push(recogniser.recognise(piece).text);
      const { user, system } = process.cpuUsage(from);
      cpuMs += (user + system) / 1000;
      seconds += piece.samples.length / 16_000;
    }
    if (heard.length === 0) unheard += 1;
    all.push(wordErrors(comparedWords(text), comparedWords(heard.join(' '))));
  }
  return { ...summary(all), cpuMsPerSecond: cpuMs / Math.max(1, seconds), unheard };
}

export function summary(all: readonly WordErrors[]): Pick<OfflineReport, 'clips' | 'errorRate' | 'errors' | 'words'> {
  const sum = (of: (one: WordErrors) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    clips: all.length,
    words: sum(({ words }) => words),
    errorRate: errorRate(all),
    errors: {
      substituted: sum(({ substituted }) => substituted),
      missing: sum(({ missing }) => missing),
      added: sum(({ added }) => added),
    },
  };
}

const voices = new VoiceActivities(await SileroNetwork.load(sileroFile()));

/** As the recogniser is handed them in a call. */
function piecesOf(samples: Float32Array) {
  const hearer = new SpeechHearer(voices.open());
  let ids = 0;
  const cutter = new PieceCutter(() => ++ids);
  const sound = new Float32Array(samples.length + 2 * SILENCE);
  sound.set(samples, SILENCE);
  const pieces = [];
  for (let at = 0; at + CHUNK <= sound.length; at += CHUNK) {
    const chunk = { mediaTime: at / 16, arrivalMs: 0, decodedMs: 0, samples: sound.slice(at, at + CHUNK) };
    for (const frame of [...hearer.hear(chunk), ...hearer.judge()]) pieces.push(...cutter.push(frame));
  }
  hearer.close();
  return [...pieces, ...cutter.end()].map((piece) => soundOf(piece, true));
}
