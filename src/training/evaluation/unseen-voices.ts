import { join } from 'node:path';
import type { ModelInput } from '../../inference/types.js';
import { VoiceActivities } from '../../speech/index.js';
import { exists } from '../data/corpora/folders.js';
import { readPrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { hearInRoom, IN_ROOMS, ROOMS } from '../live-seconds.js';
import { progressOf } from '../progress.js';
import { Rng } from '../rng.js';
import { clipSamples, clipsOf } from '../splits.js';
import { answersOf, type Answer } from './answers.js';
import { bySex, roomFigures, type RoomFigures, type VoiceAnswer } from './brief-figures.js';
import { ABSENT, voiceExamples, type Example } from './examples.js';
import { line, withoutEncoders, type Judge } from './sets.js';
import { testFigures, type TestFigures } from './test-figures.js';

/** What of the product is judged by voices that its training never heard. */
const UNSEEN = [
  {
    name: 'emogator',
    title: 'EmoGator',
    figure: 'emogator_test',
    text: 'EmoGator: bursts of the voice without words (laughs, sobs, gasps), **no speech**; 7 classes, as contributors were asked to act',
  },
] as const;

/**
 * Corpora that are there to judge by, of those that are prepared.
 * @param trainedOn titles of the corpora that the model was trained on: of such a one only the test speakers are judged
 */
export async function judgeUnseenVoices(
  judge: Judge,
  prepared: string,
  trainedOn: readonly string[],
): Promise<Record<string, TestFigures>> {
  const results: Record<string, TestFigures> = {};
  for (const { name, title, figure, text } of UNSEEN) {
    if (!(await exists(join(prepared, `${name}.json`)))) continue;
    const set = await readPrepared<SpeechSet>(prepared, name);
    const clips = trainedOn.includes(title) ? clipsOf(set, 'test') : [...set.labels.keys()];
    if (clips.length === 0) continue;
    const examples = await voiceExamples(set, clips, judge.encoder);
    const answers = await answersOf(judge, examples, progressOf(figure, judge.log));
    const heard = trainedOn.includes(title) ? 'its test speakers, none heard in training' : 'the model never heard it';
    const speakers = answers.map(({ group }) => set.speakers[group]!);
    results[figure] = testFigures(answers, {
      protocol: `${text}; ${heard}; mean over 3 s windows, voice alone`,
      unit: 'clip',
      speakers,
    });
    judge.log(line(figure, results[figure]));
    Object.assign(results[figure], await withoutEncoders(judge, set, examples));
    Object.assign(results[figure], await voiceDetails(judge, figure, set, answers));
  }
  return results;
}

/** By sex, in rooms and per second: of answers whose group is the clip. */
export async function voiceDetails(
  judge: Judge,
  name: string,
  set: SpeechSet,
  answers: readonly Answer[],
): Promise<Pick<TestFigures, 'by_sex' | 'rooms'>> {
  const known = answers.map((answer) => ({ ...answer, clip: answer.group, speaker: set.speakers[answer.group]! }));
  const sexes = bySex(known);
  const every = Math.max(1, Math.round(answers.length / IN_ROOMS));
  const clips = answers.map(({ group }) => group).filter((_, i) => i % every === 0);
  return { ...(sexes ? { by_sex: sexes } : {}), rooms: await judgeInRooms(judge, name, set, clips) };
}

async function judgeInRooms(
  judge: Judge,
  name: string,
  set: SpeechSet,
  clips: readonly number[],
): Promise<RoomFigures> {
  const activities = VoiceActivities.installed();
  const activity = activities.open();
  const rooms: RoomFigures = {};
  for (const dbfs of ROOMS) {
    const whole: Example[] = [];
    const seconds: (Example & { clip: number })[] = [];
    for (const clip of clips) {
      const label = set.labels[clip]!;
      // Drawn by the clip: other weights hear it in the same room.
      const ears = { activity, encoder: judge.encoder };
      const inRoom = await hearInRoom(clipSamples(set, clip), dbfs, new Rng(clip + 1), ears);
      for (const [i, logMel] of inRoom.windows.entries()) {
        const heard = inRoom.heard[i]!;
        whole.push({ input: voiceAlone({ logMel, quality: CLEAR, heard }), label, group: clip });
      }
      for (const voice of inRoom.seconds)
        seconds.push({ input: voiceAlone(voice), label, group: seconds.length, clip });
    }
    const told = progressOf(`${name} at ${dbfs} dBFS`, judge.log);
    const ofClips = await answersOf(judge, whole, told);
    const ofSeconds = await answersOf(judge, seconds, told);
    const known = (answer: Answer, clip: number): VoiceAnswer => ({ ...answer, clip, speaker: set.speakers[clip]! });
    rooms[String(dbfs)] = roomFigures(
      ofClips.map((answer) => known(answer, answer.group)),
      ofSeconds.map((answer) => known(answer, seconds[answer.group]!.clip)),
    );
    const { clip, second } = rooms[String(dbfs)]!;
    judge.log(`${name} at ${dbfs} dBFS: uar ${clip.uar.toFixed(3)}, of seconds ${second.uar.toFixed(3)} n ${second.n}`);
  }
  activities.dispose();
  return rooms;
}

/** Of the windows of a whole clip; a modality that is alone is passed on as it is, whatever its quality. */
const CLEAR = [1, 1, 1];

const voiceAlone = (voice: NonNullable<ModelInput['voice']>): ModelInput => ({ ...ABSENT, voice });
