import type { Agreement } from '../../common/consent.js';
import { EMOTIONS } from '../../common/emotions.js';
import type { EmotionEvent, RoomEvent } from '../../events/schema.js';
import type { DirectTrack } from '../../sfu/index.js';
import type { Medium, MediumEnv } from './medium.js';
import { expressions } from './names.js';
import { PcmPacer } from './pcm-pacer.js';
import { declared, read } from './read-message.js';
import { type AudioMessage, audioUpdateSchema, SOUND_FORMAT, TIMER } from './schemas.js';
import { type HeardSecond, type UtteranceOutput, Utterances } from './utterances.js';

/** Sound is handed on so often, ms. */
const TICK_MS = 20;
const BYTES_PER_SAMPLE = 2;
/** Of one message: ten seconds. */
const MAX_FRAME_BYTES = 320_000;
/** The last second is awaited so long after its sound, ms. */
const PATIENCE_MS = 4000;

/** Sound of one session: it goes to analysis as it would in a call, and what is told comes of the participant's own events. */
export class AudioMedium implements Medium {
  readonly source = 'microphone';
  readonly modality = 'voice';
  readonly declares = { face: false, voice: true, words: true };
  readonly #env: MediumEnv;
  readonly #pacer = new PcmPacer();
  readonly #utterances = new Utterances(() => this.#timerMs);
  #timerMs: number = TIMER.default;
  #track: DirectTrack | undefined;
  #frames = 0;
  #ticking = false;
  #finishing: { done: () => void; untilMs: number | undefined } | undefined;
  /** Media time up to which seconds have come. */
  #heardUntilMs = -Infinity;

  constructor(env: MediumEnv) {
    this.#env = env;
  }

  get config() {
    return { audio: SOUND_FORMAT, measurement_timer_ms: this.#timerMs };
  }

  get totals() {
    return {
      received: { audio_duration_ms: Math.round(this.#pacer.acceptedMs), frames: this.#frames },
      produced: this.#utterances.counts,
    };
  }

  configure(message: unknown): Agreement | undefined {
    const { measurement_timer_ms, consent } = read(audioUpdateSchema, message);
    this.#timerMs = measurement_timer_ms ?? TIMER.default;
    return declared(consent);
  }

  frame(data: Buffer): boolean {
    if (data.byteLength === 0 || data.byteLength % BYTES_PER_SAMPLE !== 0 || data.byteLength > MAX_FRAME_BYTES) {
      this.#env.refuse('invalid_audio_frame', 'a frame has whole samples of 16 bits, and 10 s of them at most');
      return false;
    }
    if (!this.#pacer.accept(data)) {
      this.#env.refuse('rate_limited', 'sound came faster than it is spoken: send this frame again in a moment');
      return false;
    }
    this.#frames++;
    if (!this.#track) {
      this.#track = this.#env.track({ codec: 'L16', clockRate: SOUND_FORMAT.sample_rate });
      this.#env.follow((event) => this.#hear(event));
    }
    this.#pace();
    return true;
  }

  finish(done: () => void): void {
    this.#finishing = { done, untilMs: undefined };
    if (!this.#ticking) this.#awaitLast();
  }

  close(): void {
    this.#track?.close();
  }

  #pace(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    const tick = (): void => {
      const now = this.#env.clock();
      for (const { data, mediaTime } of this.#pacer.take(now, this.#env.consentedMs + 1)) {
        this.#track?.send({ data, mediaTime, arrivalMs: now });
      }
      if (this.#pacer.waitingMs > 0) return void this.#env.later(TICK_MS, tick);
      this.#ticking = false;
      this.#awaitLast();
    };
    tick();
  }

  /** All sound was handed on: the session ends when the second in which it ends was heard, or will not be. */
  #awaitLast(): void {
    const finishing = this.#finishing;
    if (!finishing || finishing.untilMs !== undefined) return;
    finishing.untilMs = this.#track ? this.#pacer.givenUntil : -Infinity;
    if (!this.#finishIfHeard()) this.#env.later(PATIENCE_MS, () => this.#end());
  }

  #finishIfHeard(): boolean {
    const untilMs = this.#finishing?.untilMs;
    if (untilMs === undefined || this.#heardUntilMs < untilMs) return false;
    this.#end();
    return true;
  }

  #end(): void {
    const finishing = this.#finishing;
    this.#finishing = undefined;
    if (!finishing) return;
    this.#tell(this.#utterances.end());
    finishing.done();
  }

  #hear(event: RoomEvent): void {
    if (event.type === 'end') return this.#tell(this.#utterances.end());
    if (event.type === 'gap') this.#heardUntilMs = Math.max(this.#heardUntilMs, event.window.end);
    // Revisions are of words alone.
    if (event.type === 'emotion' && event.revision === 0) {
      const second = this.#second(event);
      this.#heardUntilMs = Math.max(this.#heardUntilMs, event.window.end);
      if (second) this.#tell(this.#utterances.next(second));
    }
    this.#finishIfHeard();
  }

  /** Null: it was before all sound of this session. */
  #second({ window, voice }: EmotionEvent): HeardSecond | null {
    const endMs = this.#pacer.audioMs(window.end);
    if (endMs === null) return null;
    const scores = voice.scores && EMOTIONS.map((emotion) => voice.scores![emotion]);
    return { startMs: this.#pacer.audioMs(window.start) ?? 0, endMs, scores, speech: voice.present };
  }

  #tell(outputs: readonly UtteranceOutput[]): void {
    for (const output of outputs) this.#env.send(told(output));
  }
}

function told(output: UtteranceOutput): AudioMessage {
  const span = { utterance_id: output.utterance, audio_start_ms: Math.round(output.startMs) };
  if (output.type === 'start') return { type: 'utterance.start', ...span };
  const whole = { ...span, audio_end_ms: Math.round(output.endMs) };
  if (output.type === 'end') return { type: 'utterance.end', ...whole };
  return {
    type: 'measurement.result',
    measurement_id: output.measurement,
    ...whole,
    trigger: output.trigger,
    expressions: expressions(output.scores),
    voice_attributes: [],
  };
}
