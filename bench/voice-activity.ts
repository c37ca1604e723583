import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import type * as Assemble from '../src/features/assemble.js';
import type * as Observer from '../src/features/voice-observer.js';
import type * as Speech from '../src/speech/index.js';
import { decodeAudio } from '../src/training/data/decode-audio.js';
import { defaultPreparedFolder, readPrepared } from '../src/training/data/prepared.js';
import type { SpeechSet } from '../src/training/data/speech.js';
import { readTar } from '../src/training/data/tar.js';
import { clipSamples, clipsOf, type Split, SPLITS } from '../src/training/splits.js';
import { commitId } from './support/commit.js';
import { seeded } from './support/random.js';
import { table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';
import { type Hearing, voicedSeconds } from './voice-activity/live-windows.js';
import { makeSound, SOUNDS } from './voice-activity/sounds.js';
import { addRoom, placeClip } from './voice-activity/speech-windows.js';

/**
 * `npm run bench:voice-activity`: in how many seconds of sounds that are nobody's voice one is found, how many seconds of speech are
 * missed, and what that costs; with --against DIST (the compiled files of another commit) beside that one, in turn.
 */
const program = new Command('bench:voice-activity')
  .option('--prepared <folder>', 'prepared corpora', defaultPreparedFolder())
  .option('--split <split>', `speakers: ${SPLITS.join(', ')}`, 'test')
  .option('--every <n>', 'of the clips every nth', '1')
  .option('--laughs <tar>', 'EmoGator, for real laughter')
  .option('--against <dist>', 'compiled files of another commit')
  .option('--commit <id>', 'that commit')
  .option('--json <file>', 'where the figures go');
program.parse();
const options = program.opts<{
  prepared: string;
  split: Split;
  every: string;
  laughs?: string;
  against?: string;
  commit?: string;
  json?: string;
}>();
const SNRS = [20, 10, 5];

/** Another commit may know no voice activity apart. */
async function hearing(dist: string): Promise<Hearing> {
  const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(dist, file)).href) as Promise<T>;
  const { VoiceObserver } = await load<typeof Observer>('src/features/voice-observer.js');
  const { assembleFeatures } = await load<typeof Assemble>('src/features/assemble.js');
  const speech = await load<Partial<typeof Speech>>('src/speech/index.js').catch((): Partial<typeof Speech> => ({}));
  const { VoiceActivities, SileroNetwork, SpeechHearer, sileroFile } = speech;
  const network = sileroFile && (await SileroNetwork?.load(sileroFile()));
  const activity = VoiceActivities && network && new VoiceActivities(network).open();
  return {
    newHearer: () => {
      activity?.reset();
      const hearer = SpeechHearer && activity && new SpeechHearer(activity);
      return (chunk) => (hearer ? [...hearer.hear(chunk), ...hearer.judge()] : [{ ...chunk, speech: false }]);
    },
    newObserver: () => new VoiceObserver(),
    assembleFeatures,
  };
}

interface Measured {
  /** Seconds of sound, and CPU time of all that was done with it, ms. */
  seconds: number;
  cpuMs: number;
}
const after = await hearing(resolve(import.meta.dirname, '..'));
const before = options.against === undefined ? null : await hearing(resolve(options.against));
const costs = { before: { seconds: 0, cpuMs: 0 }, after: { seconds: 0, cpuMs: 0 } };

function timed(samples: Float32Array, by: Hearing, cost: Measured): boolean[] {
  const from = process.cpuUsage();
  const voiced = voicedSeconds(samples, by);
  const { user, system } = process.cpuUsage(from);
  cost.cpuMs += (user + system) / 1000;
  cost.seconds += samples.length / 16_000;
  return voiced;
}

/** Seconds, of those asked for, in which a voice is found. */
function found(
  samples: Float32Array,
  asked: (second: number) => boolean,
): { n: number; before: number; after: number } {
  const count = (voiced: boolean[]) => voiced.filter((voice, second) => voice && asked(second)).length;
  const ours = timed(samples, after, costs.after);
  return {
    n: ours.filter((_, second) => asked(second)).length,
    before: before ? count(timed(samples, before, costs.before)) : 0,
    after: count(ours),
  };
}

const sum = (all: { n: number; before: number; after: number }[]) => {
  const of = (key: 'n' | 'before' | 'after') => all.reduce((total, one) => total + one[key], 0);
  return { windows: of('n'), before: before ? of('before') : null, after: of('after') };
};

const sounds = Object.keys(SOUNDS).map((name) => ({ name, ...sum([found(makeSound(name), () => true)]) }));

const speech: { corpus: string; snrDb: number; windows: number; before: number | null; after: number }[] = [];
for (const corpus of ['ravdess', 'emodb']) {
  const set = await readPrepared<SpeechSet>(options.prepared, corpus);
  const clips = clipsOf(set, options.split).filter((_, i) => i % Number(options.every) === 0);
  for (const snrDb of SNRS) {
    const all = clips.map((index) => {
      const clip = clipSamples(set, index);
      const { samples, isSpeech } = placeClip(clip);
      return found(addRoom(samples, clip, snrDb, seeded(index)), (second) => isSpeech[second]!);
    });
    const { windows, before: heardBefore, after: heardAfter } = sum(all);
    const missed = (heard: number | null) => (heard === null ? null : windows - heard);
    speech.push({ corpus, snrDb, windows, before: missed(heardBefore), after: windows - heardAfter });
  }
}

/** Clips of amusement (class 02), of every third speaker. */
async function realLaughs(tar: string) {
  const clips = (await readTar(tar)).filter(({ name }) => /-02-\d/.test(name)).filter((_, i) => i % 3 === 0);
  const all = [];
  for (const { name, data } of clips) {
    const { samples, isSpeech } = placeClip(await decodeAudio(Buffer.from(data), name));
    all.push(found(samples, (second) => isSpeech[second]!));
  }
  return sum(all);
}
const laughs = options.laughs === undefined ? null : await realLaughs(options.laughs);

const cost = ({ seconds, cpuMs }: Measured) => (seconds > 0 ? Number((cpuMs / seconds).toFixed(2)) : null);
const cpu = { before: cost(costs.before), after: cost(costs.after), seconds: Math.round(costs.after.seconds) };
const share = (part: number | null, windows: number) =>
  part === null ? '–' : `${((100 * part) / windows).toFixed(1)} %`;
const rows = [
  ...sounds.map(({ name, ...of }) => [`${name}: voice found`, of] as const),
  ...speech.map(({ corpus, snrDb, ...of }) => [`${corpus} at ${String(snrDb)} dB: missed`, of] as const),
  ...(laughs ? [['EmoGator amusement: voice found', laughs] as const] : []),
];
console.log(
  table(rows.map(([name, { windows, ...of }]) => [name, `${share(of.before, windows)} → ${share(of.after, windows)}`])),
);
console.log('CPU, ms per second of sound, voice activity and log-mel and features:', cpu);
if (options.json !== undefined) {
  writeJson(options.json, {
    commit: commitId(),
    against: options.commit ?? null,
    machine: { cpu: cpus()[0]?.model.trim() ?? '', cores: cpus().length, node: process.version },
    command: `npm run bench:voice-activity -- --split ${options.split} --every ${options.every}`,
    split: options.split,
    sounds,
    speech,
    laughs,
    cpu,
  });
}
process.exit(0);
