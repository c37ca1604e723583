import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { ThreadMeter } from '../src/common/thread-meter.js';
import type * as ThreadMeters from '../src/common/thread-meter.js';
import type { assembleFeatures } from '../src/features/assemble.js';
import type { VoiceObservation, WindowFeatures } from '../src/features/types.js';
import type { VoiceObserver } from '../src/features/voice-observer.js';
import type * as Media from '../src/media/index.js';
import type { AudioChunk } from '../src/media/types.js';
import type * as Speech from '../src/speech/index.js';
import type { HeardSound } from '../src/speech/index.js';
import type { Timed } from '../src/streams/types.js';
import type { WindowAligner } from '../src/streams/window-aligner.js';
import type { PromMeter } from '../src/telemetry/prom-meter.js';
import { callSound } from './support/call-recording.js';
import { encodeOpus } from './support/encode-audio.js';
import { median } from './support/statistics.js';
import { SyntheticTrack } from './support/synthetic-track.js';

/**
 * What the sound of a person costs a second, from RTP packets to a window's features, and the metrics of that on their way from
 * the process that measures to the one that exposes them. CPU time of this process. With --against DIST (the compiled files of
 * another commit) both are measured in turn, and their features are compared. Prints JSON.
 *
 *   node dist/bench/sound.js --against ../before/dist --rounds 40
 */
const STAGES = ['decode', 'activity', 'voice', 'align', 'features', 'metrics'] as const;
type Stage = (typeof STAGES)[number];
type Costs = Record<Stage, number>;

const { values } = parseArgs({
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '40' } },
});
const PEOPLE = 20;
/** Seconds in which code is compiled, and in which windows fill. */
const WARM_UP = 8;
const EPOCH = Date.UTC(2026, 0, 1);
const TRACK = {
  trackId: 'a',
  source: 'microphone',
  kind: 'audio',
  codec: 'opus',
  payloadType: 111,
  clockRate: 48_000,
} as const;
const recorded = { packets: encodeOpus(callSound()) };

/** User and system time. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Person {
  track: SyntheticTrack;
  receiver: Media.AudioTrackReceiver;
  /** Another commit may know no voice activity apart. */
  hear: (chunk: AudioChunk) => HeardSound[];
  voice: VoiceObserver;
  aligner: WindowAligner<never, VoiceObservation>;
  chunks: AudioChunk[];
}

async function subject(dist: string): Promise<(second: number) => { costs: Costs; features: WindowFeatures[] }> {
  const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(dist, file)).href) as Promise<T>;
  const media = await load<typeof Media>('src/media/index.js');
  const meters = await load<typeof ThreadMeters>('src/common/thread-meter.js');
  const prom = await load<{ PromMeter: typeof PromMeter }>('src/telemetry/prom-meter.js');
  const observer = await load<{ VoiceObserver: typeof VoiceObserver }>('src/features/voice-observer.js');
  const speech = await load<Partial<typeof Speech>>('src/speech/index.js').catch((): Partial<typeof Speech> => ({}));
  const { VoiceActivities, SileroNetwork, SpeechHearer, sileroFile } = speech;
  const network = sileroFile && (await SileroNetwork?.load(sileroFile()));
  const voices = VoiceActivities && network && new VoiceActivities(network);
  const aligners = await load<{ WindowAligner: typeof WindowAligner }>('src/streams/window-aligner.js');
  const assembly = await load<{ assembleFeatures: typeof assembleFeatures }>('src/features/assemble.js');
  const main = new prom.PromMeter();
  const meter: ThreadMeter = new meters.ThreadMeter();
  let now = EPOCH;
  const people = Array.from({ length: PEOPLE }, (): Person => {
    const aligner = new aligners.WindowAligner<never, VoiceObservation>({ meter });
    aligner.setTrack('voice', true, false);
    const chunks: AudioChunk[] = [];
    const mediaClock = new media.MediaClock(meter);
    const options = { meter, clock: () => now, mediaClock, onChunk: (chunk: AudioChunk) => void chunks.push(chunk) };
    const rtp = { ssrc: 2, payloadType: 111, clockRate: 48_000, timestampOffset: 0, firstSequenceNumber: 0 };
    const hearer = SpeechHearer && voices && new SpeechHearer(voices.open(), meter);
    return {
      hear: (chunk) => (hearer ? [...hearer.hear(chunk), ...hearer.judge()] : [{ ...chunk, speech: false }]),
      track: SyntheticTrack.audio(rtp, recorded),
      receiver: new media.AudioTrackReceiver(TRACK, options),
      voice: new observer.VoiceObserver(meter),
      aligner,
      chunks,
    };
  });

  return (second) => {
    const costs: Costs = { decode: 0, activity: 0, voice: 0, align: 0, features: 0, metrics: 0 };
    const features: WindowFeatures[] = [];
    const start = EPOCH + 1000 * second;
    for (const { track, receiver, hear, voice, aligner, chunks } of people) {
      const packets = Array.from({ length: 50 }, (_, i) => ({
        at: start + 20 * i,
        data: track.due(start + 20 * i - EPOCH),
      }));
      const from = cpuMs();
      for (const { at, data } of packets) {
        now = at;
        for (const packet of data) receiver.packet({ data: packet, arrivalMs: at });
        receiver.tick(at);
      }
      const decoded = cpuMs();
      const sounds = chunks.splice(0).flatMap(hear);
      const active = cpuMs();
      const blocks: Timed<VoiceObservation>[] = [];
      for (const sound of sounds) {
        const block = voice.observe(sound);
        if (block) blocks.push(block);
      }
      const heard = cpuMs();
      const windows = blocks.flatMap((block) => {
        aligner.pushAudio(block);
        return aligner.advance(block.arrivalMs).windows;
      });
      const aligned = cpuMs();
      for (const window of windows) features.push(assembly.assembleFeatures(window, now, 2));
      costs.decode += decoded - from;
      costs.activity += active - decoded;
      costs.voice += heard - active;
      costs.align += aligned - heard;
      costs.features += cpuMs() - aligned;
    }
    const from = cpuMs();
    meters.replay(deserialize(serialize(meter.flush())) as ReturnType<ThreadMeter['flush']>, main);
    costs.metrics = cpuMs() - from;
    for (const stage of STAGES) costs[stage] /= PEOPLE;
    return { costs, features };
  };
}

/** The largest difference of what the network reads; infinite where one heard a voice and the other none. */
function difference(one: WindowFeatures[], other: WindowFeatures[]): number {
  if (one.length !== other.length) return Infinity;
  return one.reduce((worst, { voice }, i) => {
    const against = other[i]?.voice ?? null;
    if (!voice || !against) return voice === against ? worst : Infinity;
    const numbers = [...voice.logMel, ...voice.quality];
    const others = [...against.logMel, ...against.quality];
    return numbers.reduce((most, value, k) => Math.max(most, Math.abs(value - (others[k] ?? Infinity))), worst);
  }, 0);
}

const after = await subject(resolve(import.meta.dirname, '..'));
const before = values.against === undefined ? null : await subject(resolve(values.against));
const rounds: { before: Costs[]; after: Costs[] } = { before: [], after: [] };
let windows = 0;
let largest = 0;
for (let second = 0; second < WARM_UP + Number(values.rounds); second++) {
  // Whoever comes second finds the caches warm: they take turns.
  const first = second % 2 === 0 ? after(second) : null;
  const then = before?.(second);
  const ours = first ?? after(second);
  if (then) largest = Math.max(largest, difference(ours.features, then.features));
  windows += ours.features.length;
  if (second < WARM_UP) continue;
  if (then) rounds.before.push(then.costs);
  rounds.after.push(ours.costs);
}
const rounded = (value: number) => Number(value.toFixed(3));
const middle = (of: Costs[]) =>
  of.length === 0
    ? undefined
    : {
        ...Object.fromEntries(STAGES.map((stage) => [stage, rounded(median(of.map((costs) => costs[stage])))])),
        total: rounded(median(of.map((costs) => STAGES.reduce((sum, stage) => sum + costs[stage], 0)))),
      };
console.log(
  JSON.stringify(
    {
      unit: 'ms of CPU per participant-second',
      rounds: rounds.after.length,
      before: middle(rounds.before),
      after: middle(rounds.after),
      ...(before && { windows, largestDifference: largest }),
    },
    null,
    2,
  ),
);
process.exit(0);
