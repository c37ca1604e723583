import {
  CONTEXT_SAMPLES,
  FRAME_SAMPLES,
  INPUT_SAMPLES,
  type Memory,
  newMemory,
  SileroNetwork,
} from './silero-network.js';
import { sileroFile } from './paths.js';
import { SpeechGate } from './speech-gate.js';

/** A frame whose loudest sample is under it (-66 dBFS) is of a silent room: nobody hears a voice in it. */
const AUDIBLE = 5e-4;
/** Frames under this (-34 dBFS) in which nobody speaks are of a room: its noise, at most. */
const ROOM = 0.02;
/**
 * Frames of silence, or of a room, after which what was heard before is forgotten: a second. A memory that goes on through the noise
 * of a room grows deaf: of clips three seconds apart at -70 to -50 dBFS it heard 76 % of the frames, and 88 % when it forgets. A
 * louder sound is not forgotten: its beginning is what is taken for a voice.
 */
const HELD = Math.ceil(16_000 / FRAME_SAMPLES);
/** Frames that are encoded together at most: 1 MB of their inputs. */
const MOST_TOGETHER = 256;
/** Values that the network has for a frame before it remembers. */
const ENCODED = 128;

/** Tells for each frame of one sound whether somebody speaks in it. */
export interface VoiceActivity {
  /** @param frame FRAME_SAMPLES, which follow on those before; it may be reused */
  push(frame: Float32Array): void;
  /** Of the frames that came since the last time, in order. */
  judged(): boolean[];
  /** What comes next is another sound; what was not judged is forgotten. */
  reset(): void;
  /** Nothing comes any more. */
  close(): void;
}

/** A frame that waits to be judged. */
interface Waiting {
  /** Null: silence, which needs no network. */
  input: Float32Array | null;
  isLoud: boolean;
  /** What was heard before does not count for it. */
  isFirst: boolean;
}

interface Voice {
  waiting: Waiting[];
  answers: boolean[];
  memory: Memory;
  gate: SpeechGate;
  /** Frames of a room in a row, since the memory began. */
  unspoken: number;
}

/**
 * The voice activity of everybody in a process. Whoever asks first has the frames of all judged together, for two dozen people in a
 * fifth of the time that one after the other takes. In silence nothing is computed: most people of a call are silent most of the
 * time.
 */
export class VoiceActivities {
  readonly #network: SileroNetwork;
  readonly #voices = new Set<Voice>();

  constructor(network: SileroNetwork) {
    this.#network = network;
  }

  /** By the installed model, where this thread has a backend already. @throws EmostreamError SPEECH_UNAVAILABLE */
  static installed(): VoiceActivities {
    return new VoiceActivities(SileroNetwork.read(sileroFile()));
  }

  /** Sounds that are listened to. */
  get size(): number {
    return this.#voices.size;
  }

  /** Voice activity of one sound. */
  open(): VoiceActivity {
    const voice: Voice = { waiting: [], answers: [], memory: newMemory(), gate: new SpeechGate(), unspoken: 0 };
    this.#voices.add(voice);
    const context = new Float32Array(CONTEXT_SAMPLES);
    let silent = 0;
    let isHeard = false;
    return {
      push: (frame) => {
        const peak = peakOf(frame);
        silent = peak > AUDIBLE ? 0 : silent + 1;
        if (silent > HELD) isHeard = false;
        const isFirst = silent === 0 && !isHeard;
        if (isFirst) context.fill(0);
        isHeard ||= isFirst;
        const input = isHeard ? new Float32Array(INPUT_SAMPLES) : null;
        input?.set(context);
        input?.set(frame, CONTEXT_SAMPLES);
        context.set(frame.subarray(FRAME_SAMPLES - CONTEXT_SAMPLES));
        voice.waiting.push({ input, isFirst, isLoud: peak > ROOM });
      },
      judged: () => {
        if (voice.waiting.length > 0) this.#judge();
        return voice.answers.splice(0);
      },
      reset: () => {
        voice.waiting = [];
        voice.answers = [];
        isHeard = false;
      },
      close: () => void this.#voices.delete(voice),
    };
  }

  /** Frees the network. */
  dispose(): void {
    this.#network.dispose();
  }

  #judge(): void {
    const voices = [...this.#voices].filter(({ waiting }) => waiting.length > 0);
    const inputs = voices.flatMap(({ waiting }) => waiting.flatMap(({ input }) => input ?? []));
    const encoded: Float32Array[] = [];
    for (let from = 0; from < inputs.length; from += MOST_TOGETHER) {
      const together = inputs.slice(from, from + MOST_TOGETHER);
      const values = this.#network.encode(together);
      together.forEach((_, i) => encoded.push(values.subarray(i * ENCODED, (i + 1) * ENCODED)));
    }
    const longest = Math.max(0, ...voices.map(({ waiting }) => waiting.length));
    // Where each voice's next encoded frame is.
    let start = 0;
    const next = voices.map(({ waiting }) => {
      const from = start;
      start += waiting.filter(({ input }) => input).length;
      return from;
    });
    for (let step = 0; step < longest; step++) this.#step(voices, step, encoded, next);
    for (const voice of voices) voice.waiting = [];
  }

  #step(voices: readonly Voice[], step: number, encoded: readonly Float32Array[], next: number[]): void {
    const speaking: { voice: Voice; isLoud: boolean; values: Float32Array }[] = [];
    voices.forEach((voice, i) => {
      const frame = voice.waiting[step];
      if (!frame) return;
      if (frame.isFirst) {
        forget(voice);
        voice.gate = new SpeechGate();
      }
      if (frame.input) speaking.push({ voice, isLoud: frame.isLoud, values: encoded[next[i]!++]! });
      else voice.answers.push(false);
    });
    if (speaking.length === 0) return;
    const probabilities = this.#network.remember(
      speaking.map(({ values }) => values),
      speaking.map(({ voice }) => voice.memory),
    );
    speaking.forEach(({ voice, isLoud }, i) => {
      const speaks = voice.gate.follow(probabilities[i]!);
      voice.answers.push(speaks);
      voice.unspoken = speaks || isLoud ? 0 : voice.unspoken + 1;
      if (voice.unspoken >= HELD) forget(voice);
    });
  }
}

function forget(voice: Voice): void {
  voice.memory = newMemory();
  voice.unspoken = 0;
}

function peakOf(frame: Float32Array): number {
  let peak = 0;
  for (const sample of frame) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
