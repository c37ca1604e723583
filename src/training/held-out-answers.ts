import { EMOTIONS } from '../common/emotions.js';
import { MEL_BANDS, MEL_FRAMES, type Heard } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import { VoiceActivities, type VoiceActivity } from '../speech/index.js';
import { windowsOfClips } from './clip-judge.js';
import { foldBatchNorm } from './fold.js';
import type { VoiceSet } from './heard/heard-clips.js';
import { joinHeard, type SecondEncoder } from './heard/seconds.js';
import type { HeldOutClip } from './held-out-clips.js';
import { joinFloats } from './join-floats.js';
import { hearInRoom, ROOMS } from './live-seconds.js';
import { predictVoices } from './predict.js';
import { Rng } from './rng.js';
import { clipSamples, clipsOfSpeakers } from './splits.js';
import type { SpeechCorpus } from './train-options.js';

type Folded = ReadonlyMap<string, NamedWeights>;
type Rooms = NonNullable<HeldOutClip['rooms']>;

export interface HeldOut {
  corpus: SpeechCorpus;
  set: VoiceSet;
  /** Speakers that these weights were not trained on. */
  speakers: readonly number[];
  fold: number;
  encoder: SecondEncoder | null;
  /** Of the set about so many clips are judged in rooms too; 0: none. */
  inRooms: number;
}

/** What weights answer to the clips of speakers held out; with the encoders, where there are any, and without. */
export async function answerHeldOut(
  weights: ReadonlyMap<string, NamedWeights>,
  { corpus, set, speakers, fold, encoder, inRooms }: HeldOut,
): Promise<HeldOutClip[]> {
  const clips = clipsOfSpeakers(set, (speaker) => speakers.includes(speaker));
  if (clips.length === 0) return [];
  const folded = foldBatchNorm(weights);
  const { windows, counts, heard } = windowsOfClips(set, clips);
  const whole = logitsOf(folded, windows, heard);
  const alone = heard ? logitsOf(folded, windows, null) : null;
  const ears = VoiceActivities.installed();
  const activity = ears.open();
  const every = inRooms > 0 ? Math.max(1, Math.round(set.labels.length / inRooms)) : Infinity;
  const answers: HeldOutClip[] = [];
  for (const [i, clip] of clips.entries()) {
    const head = { corpus, speaker: set.speakers[clip]!, label: set.labels[clip]!, fold };
    const own = { windows: whole.splice(0, counts[i]) };
    const without = alone && { windows: alone.splice(0, counts[i]) };
    if (clip % every !== 0) {
      answers.push({ ...head, ...own, ...(without && { without }) });
      continue;
    }
    const rooms = await answerInRooms(folded, set, clip, { activity, encoder });
    answers.push({
      ...{ ...head, ...own, rooms: rooms.rooms },
      ...(without && { without: { ...without, rooms: rooms.without } }),
    });
  }
  ears.dispose();
  return answers;
}

/** One clip as a whole and by second in every room. */
async function answerInRooms(
  folded: Folded,
  set: VoiceSet,
  clip: number,
  ears: { activity: VoiceActivity; encoder: SecondEncoder | null },
): Promise<{ rooms: Rooms; without: Rooms }> {
  // Drawn by the clip, so that every network hears it in the same room.
  const rng = new Rng(clip + 1);
  const [rooms, without]: [Rooms, Rooms] = [{}, {}];
  for (const dbfs of ROOMS) {
    const { windows, heard, seconds } = await hearInRoom(clipSamples(set, clip), dbfs, rng, ears);
    const all = joinFloats([...windows, ...seconds.map(({ logMel }) => logMel)]);
    const allHeard = joinHeard([...heard, ...seconds.map((second) => second.heard)]);
    const told = (logits: number[][]): Rooms[string] => ({
      windows: logits.slice(0, windows.length),
      seconds: logits.slice(windows.length),
    });
    rooms[String(dbfs)] = told(logitsOf(folded, all, allHeard));
    without[String(dbfs)] = allHeard ? told(logitsOf(folded, all, null)) : rooms[String(dbfs)]!;
  }
  return { rooms, without };
}

const WINDOW = MEL_FRAMES * MEL_BANDS;

/** @param windows n × MEL_FRAMES × MEL_BANDS @returns n rows of seven */
function logitsOf(folded: Folded, windows: Float32Array, heard: Heard | null): number[][] {
  const { logits } = predictVoices(folded, windows, heard);
  const size = EMOTIONS.length;
  return Array.from({ length: windows.length / WINDOW }, (_, i) => [...logits.subarray(i * size, (i + 1) * size)]);
}
