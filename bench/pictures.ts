import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { FaceFinder } from '../src/features/face-finder.js';
import type { FaceObserver } from '../src/features/face-observer.js';
import type { Meter } from '../src/common/metrics.js';
import type { VideoDecoder } from '../src/media/video-decoder.js';
import { callVideo } from './support/call-recording.js';
import { encodeVideo } from './support/encode-video.js';
import { median } from './support/statistics.js';

/**
 * What the pictures of a person cost a second: decoding, search, following and crops of the recording of bench:call, in CPU
 * time of this process. With --against DIST (the compiled files of another commit) both are measured in turn, so that
 * other work on the machine touches both alike. Prints JSON.
 *
 *   node dist/bench/pictures.js --against ../before/dist --rounds 15
 */
const STAGES = ['decode', 'face', 'track', 'crop'] as const;
type Stage = (typeof STAGES)[number];
type Costs = Record<Stage | 'total', number>;

interface Modules {
  decoder: { VideoDecoder: typeof VideoDecoder };
  finder: { FaceFinder: typeof FaceFinder };
  observer: { FaceObserver: typeof FaceObserver };
}

const { values } = parseArgs({
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '15' } },
});
const film = callVideo();
const encoded = encodeVideo(film);
const SECONDS = encoded.length / film.framesPerSecond;
/** Rounds of eight seconds in which code is compiled. */
const WARM_UP = 3;

/** User and system time. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function subject(dist: string): Promise<() => Costs> {
  const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(dist, file)).href) as Promise<T>;
  const { VideoDecoder } = await load<Modules['decoder']>('src/media/video-decoder.js');
  const { FaceFinder } = await load<Modules['finder']>('src/features/face-finder.js');
  const { FaceObserver } = await load<Modules['observer']>('src/features/face-observer.js');
  const finder = await FaceFinder.create();
  const decoder = new VideoDecoder('VP8', { longestSide: 640 });
  let costs: Record<Stage, number>;
  let mark = cpuMs();
  const spent = (stage: Stage): void => {
    const now = cpuMs();
    costs[stage] += now - mark;
    mark = now;
  };
  // The observer tells of each stage as it ends.
  const meter: Pick<Meter, 'observe' | 'count'> = {
    observe: (_name, _seconds, labels) => {
      spent(labels?.['stage'] as Stage);
    },
    count: () => undefined,
  };
  const observer = new FaceObserver(finder, {}, meter as Meter);
  let mediaTime = 1e6;
  return () => {
    costs = { decode: 0, face: 0, track: 0, crop: 0 };
    encoded.forEach(({ data }, index) => {
      mark = cpuMs();
      const pictures = decoder.decode(data, index + 1, () => true);
      spent('decode');
      for (const picture of pictures) {
        mediaTime += 1000 / film.framesPerSecond;
        const { crop } = observer.observe({ ...picture, mediaTime, arrivalMs: mediaTime });
        if (!crop) throw new Error('a picture in which no face was found');
      }
    });
    for (const stage of STAGES) costs[stage] /= SECONDS;
    return { ...costs, total: STAGES.reduce((sum, stage) => sum + costs[stage], 0) };
  };
}

const here = await subject(resolve(import.meta.dirname, '..'));
const other = values.against === undefined ? null : await subject(resolve(values.against));
const rounds: { before: Costs[]; after: Costs[] } = { before: [], after: [] };
for (let round = -WARM_UP; round < Number(values.rounds); round++) {
  const pair = { before: other?.(), after: here() };
  if (round < 0) continue;
  if (pair.before) rounds.before.push(pair.before);
  rounds.after.push(pair.after);
}
const middle = (of: Costs[]) =>
  of.length === 0
    ? undefined
    : Object.fromEntries(
        [...STAGES, 'total' as const].map((stage) => [stage, Number(median(of.map((c) => c[stage])).toFixed(3))]),
      );
console.log(
  JSON.stringify(
    {
      unit: 'ms of CPU per participant-second',
      rounds: rounds.after.length,
      before: middle(rounds.before),
      after: middle(rounds.after),
    },
    null,
    2,
  ),
);
process.exit(0);
