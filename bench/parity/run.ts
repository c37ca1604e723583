import type { Logger } from 'pino';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { shippedModelFolder } from '../../src/common/version.js';
import type { Config } from '../../src/config/schema.js';
import { createEngine, DEFAULT_ENGINE } from '../../src/inference/engines.js';
import type { ModelInput } from '../../src/inference/types.js';
import { encodeSeconds } from '../../src/training/heard/clip-copies.js';
import { windowOf, type SecondEncoder } from '../../src/training/heard/seconds.js';
import '../support/quiet.js';
import { playCaptions } from './captions.js';
import { compare, type Comparison } from './compare.js';
import { clips, type EvaluationSplit, faces, offlineAnswers, type Shown, texts } from './examples.js';
import { type CameraOptions, faceTrack, PICTURE_MS } from './face-track.js';
import { type Answer, LiveCall, type Part } from './live-call.js';
import { voiceTrack, windowsAsHeard } from './voice-track.js';

export interface ParityPlan {
  /** Folder of `emostream data prepare`. */
  prepared: string;
  /** Folder of the corpora; without it no captions are compared, as the prepared sets hold no words. */
  data: string | undefined;
  split: EvaluationSplit;
  faces: number;
  clips: number;
  texts: number;
  /** People in the call at a time. */
  participants: number;
  seed: number;
  camera: CameraOptions;
  /** Noise of the room that voices are heard in, dBFS. */
  roomDb: number;
  /** What offline voices are heard by, as in the call; null: by no encoder, and none in the call. */
  encoder: SecondEncoder | null;
}

export interface ParityReport {
  model: string;
  engine: string;
  /** Windows that the server said it has no event for: overload of the machine, not a difference of the paths. */
  gaps: number;
  /** What was dropped on the way, by stage and reason; absent in figures of before it was told. */
  dropped?: Record<string, number>;
  results: Record<string, Comparison>;
}

/** Shows evaluation examples in a real call, and compares the call's answers with the offline evaluation's. */
export async function runParity(
  plan: ParityPlan,
  config: Config,
  logger: Logger,
  log: (line: string) => void,
): Promise<ParityReport> {
  const engine = await createEngine(config.engine === 'auto' ? DEFAULT_ENGINE : config.engine);
  const model = await engine.load(config.model ?? shippedModelFolder());
  const call = await LiveCall.start(config, logger);
  // Offline, voice activity is judged in this very thread.
  await useWasmBackend();
  const results: Record<string, Comparison> = {};
  const add = async (name: string, examples: readonly Shown<unknown>[], live: Map<number, Answer>) => {
    const offline = await offlineAnswers(engine, examples);
    results[name] = compare(
      examples.map(({ label }, i) => ({ label, offline: offline[i]!, live: live.get(i) ?? null })),
    );
  };
  try {
    if (plan.faces > 0) {
      log(`encoding ${String(plan.faces)} faces`);
      const shown = await faces(plan.prepared, plan.split, plan.faces, plan.seed);
      const parts = share(shown, plan.participants).map((some, i) =>
        faceTrack(
          some.map(([example, { shown: image }]) => ({ example, image })),
          plan.camera,
          plan.seed + i,
        ),
      );
      log(`showing them, ${String(parts.length)} people, ${String(parts[0]?.seconds ?? 0)} s`);
      await add('face', shown, await call.play('face', parts, PICTURE_MS / 2));
    }
    if (plan.clips > 0) {
      log(`encoding ${String(plan.clips)} clips`);
      const shown = await clips(plan.prepared, plan.split, plan.clips, plan.seed, plan.encoder);
      const parts = share(shown, plan.participants).map((some, i) =>
        voiceTrack(
          some.map(([example, { shown: samples }]) => ({ example, samples })),
          plan.seed + i,
          plan.roomDb,
        ),
      );
      log(`playing them, ${String(parts.length)} people, ${String(parts[0]?.seconds ?? 0)} s`);
      const live = await call.play('voice', parts, 0);
      await add('voice', shown, live);
      await add('voice, offline in the same windows', await heard(shown, parts, plan.encoder), live);
    }
    if (plan.texts > 0 && plan.data !== undefined) {
      const shown = await texts(plan.prepared, plan.data, plan.split, plan.texts, plan.seed);
      log(`saying ${String(shown.length)} captions`);
      const captions = shown.map(({ shown: text }, example) => ({ example, text }));
      await add('words', shown, await playCaptions(call, captions));
    }
    return {
      model: `${model.name}@${model.version}`,
      engine: engine.name,
      gaps: call.gaps,
      dropped: await call.dropped(),
      results,
    };
  } finally {
    await call.close();
    await engine.dispose();
  }
}

/**
 * The clips as offline examples in the windows of the call: what is left between those and the call is the media path's
 * doing, the rest is where a window happened to cut the sentence.
 */
async function heard(
  shown: readonly Shown<Float32Array>[],
  parts: readonly Part[],
  encoder: SecondEncoder | null,
): Promise<Shown<Float32Array>[]> {
  const placed = new Map(parts.flatMap(({ appearances }) => appearances.map((each) => [each.example, each])));
  const out: Shown<Float32Array>[] = [];
  for (const [i, clip] of shown.entries()) {
    const [{ voice, ...rest }] = clip.inputs as [ModelInput];
    const inputs: ModelInput[] = [];
    for (const { logMel, sound } of windowsAsHeard(clip.shown, placed.get(i)!)) {
      const seconds = encoder ? await encodeSeconds(sound, encoder) : [];
      inputs.push({ ...rest, voice: { ...voice!, logMel, heard: windowOf(seconds, seconds.length) } });
    }
    out.push({ ...clip, inputs });
  }
  return out;
}

/** Dealt round: items, with their numbers, for each of so many people. */
function share<T>(items: readonly T[], people: number): [number, T][][] {
  const hands = Array.from({ length: Math.min(people, items.length) }, (): [number, T][] => []);
  items.forEach((item, i) => hands[i % hands.length]!.push([i, item]));
  return hands;
}
