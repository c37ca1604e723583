import { randomBytes } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { Observable, share, type Subscription } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { toEmostreamError } from '../../common/errors.js';
import { ThreadMeter } from '../../common/thread-meter.js';
import { TokenBucket } from '../../common/token-bucket.js';
import { ThreadVitals } from '../../common/thread-vitals.js';
import { FaceFinder } from '../../features/face-finder.js';
import { FaceLikeness } from '../../features/face-likeness.js';
import { liveDecoders } from '../../media/index.js';
import {
  isEnglish,
  SileroNetwork,
  SpeechRecognition,
  VoiceActivities,
  VoiceEncoderThread,
} from '../../speech/index.js';
import type { TranscriberFactory } from '../../streams/index.js';
import { isDirect } from '../../sfu/types.js';
import type { MarkerWriter } from '../crash-marker.js';
import type { AnalysisInspection, AnalysisOptions, FromAnalysis, ToAnalysis } from '../messages.js';
import { HandledTime } from './handled-time.js';
import { LoadSteps } from './load-steps.js';
import { loadTranscriber } from './load-transcriber.js';
import { type MediaEnv, mediaStages } from './media-stages.js';
import { PacketReceiver } from './packet-receiver.js';
import { ParticipantDoor, TrackDoor } from './participant-media.js';
import { participantWindows } from './participant-windows.js';

/** Windows close with this granularity, ms. */
const TICK_MS = 20;
/** Missing packets are given up, and key frames asked for again, with this granularity, ms. */
const EXPIRY_MS = 50;
/** A sign of life, too. */
const METRICS_EVERY_MS = 500;
/** Voices are judged with this granularity, ms: a window waits for its last sound so much longer. */
const JUDGE_MS = 40;
/**
 * Face searches of all people together: two dozen who come at once, or come back when pictures can be afforded again, are looked
 * for one after the other. Faces that are followed need one each 8 s.
 */
const SEARCHES = { burst: 4, perSecond: 12 };
/** Sockets for packets: the kernel keeps some hundred packets for each while this process is busy. */
const SOCKETS = 16;

export interface AnalysisHostDeps {
  options: AnalysisOptions;
  /** @returns false when it was dropped */
  send: (message: FromAnalysis) => boolean;
  marker: MarkerWriter;
  clock: Clock;
}

interface Person {
  door: ParticipantDoor;
  windows: Subscription;
}

/** Everything in an analysis process: the participants' streams between the sockets and the main process. */
export class AnalysisHost {
  readonly #deps: AnalysisHostDeps;
  readonly #meter = new ThreadMeter();
  readonly #vitals = new ThreadVitals('analysis', this.#meter);
  readonly #people = new Map<number, Person>();
  readonly #load = new LoadSteps();
  #lookedAtMs = 0;
  /** The step that the main process knows of. */
  #toldStep = 0;
  readonly #tracks = new Map<number, { track: TrackDoor; person: Person }>();
  #reporter: NodeJS.Timeout | undefined;
  #env!: MediaEnv;
  #packets!: PacketReceiver;
  #speech: SpeechRecognition | null = null;
  #encoder: VoiceEncoderThread | null = null;

  private constructor(deps: AnalysisHostDeps) {
    this.#deps = deps;
  }

  /** @throws EmostreamError CONFIG_INVALID or SPEECH_UNAVAILABLE when what hears speech cannot be loaded */
  static async create(deps: AnalysisHostDeps): Promise<AnalysisHost> {
    const host = new AnalysisHost(deps);
    const { options, send, marker, clock } = deps;
    let judgeNow = (): void => undefined;
    const handled = new HandledTime(clock(), () => judgeNow());
    host.#env = {
      options,
      clock,
      meter: host.#meter,
      load: host.#load,
      faceFinder: await FaceFinder.create(),
      faceLikeness: options.maxFaces > 1 ? await FaceLikeness.create() : null,
      newFaceIds: randomFaceIds,
      searches: new TokenBucket(SEARCHES.burst, SEARCHES.perSecond, clock),
      voices: new VoiceActivities(await SileroNetwork.load(options.voiceActivityModel)),
      voiceEncoder: host.#openVoiceEncoder(),
      judge$: every(JUDGE_MS, clock, { early: (beat) => (judgeNow = beat) }),
      transcriber: await host.#openTranscriber(),
      judgesSpeech: options.speechModel === null || isEnglish(options.speechModel.language),
      tick$: every(TICK_MS, clock, { before: (now) => handled.look(now, host.#packets.waiting) }),
      handledMs: () => handled.ms,
      expiry$: every(EXPIRY_MS, clock, { after: () => marker.set(0) }),
      beforeDecode: (handle) => marker.set(handle),
      requestKeyFrame: (handle) => send({ type: 'keyFrame', handle }),
      onTrackProblem: (handle, problem) => send({ type: 'trackProblem', handle, problem }),
      onPictureRefused: (handle, question, why) => send({ type: 'pictureRefused', handle, question, why }),
    };
    host.#packets = await PacketReceiver.create(SOCKETS, {
      clock,
      meter: host.#meter,
      maxPacketRate: options.maxPacketRate,
      onFlood: (handle) => send({ type: 'trackFlood', handle }),
      onIdle: () => marker.set(0),
    });
    // Not before: its first word to the main process is that it is ready.
    host.#lookedAtMs = performance.now();
    host.#reporter = setInterval(() => host.#report(), METRICS_EVERY_MS);
    return host;
  }

  /** The operator's own module wins; else speech is recognised here, where there is a model. */
  async #openTranscriber(): Promise<TranscriberFactory | null> {
    const { options, clock } = this.#deps;
    if (options.transcriber !== null) return loadTranscriber(options.transcriber);
    if (options.speechModel === null) return null;
    this.#speech = new SpeechRecognition({
      model: options.speechModel,
      meter: this.#meter,
      clock,
      // Partial words repeat work.
      affordsPartial: () => this.#load.affordsExtras,
    });
    return this.#speech.open;
  }

  #openVoiceEncoder(): VoiceEncoderThread | null {
    if (!this.#deps.options.voiceEncoder) return null;
    return (this.#encoder = new VoiceEncoderThread({ meter: this.#meter, clock: this.#deps.clock }));
  }

  get ports(): number[] {
    return this.#packets.ports;
  }

  /** Never throws: what fails is counted. */
  handle(message: Exclude<ToAnalysis, { type: 'start' | 'stop' }>): void {
    try {
      this.#handle(message);
    } catch (error) {
      this.#meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
    }
  }

  /** Resolves when its threads have ended: native libraries end a process in its last moments that leaves them at work. */
  async close(): Promise<void> {
    clearInterval(this.#reporter);
    this.#vitals.close();
    for (const key of [...this.#people.keys()]) this.#close(key);
    this.#packets.stop();
    this.#env.faceFinder.dispose();
    this.#env.faceLikeness?.dispose();
    this.#env.voices.dispose();
    await Promise.all([this.#speech?.close(), this.#encoder?.close()]);
  }

  #handle(message: Exclude<ToAnalysis, { type: 'start' | 'stop' }>): void {
    switch (message.type) {
      case 'open':
        return this.#open(message);
      case 'close':
        return this.#close(message.key);
      case 'consent':
        return this.#people.get(message.key)?.door.setConsent(message);
      case 'caption':
        return this.#people.get(message.key)?.door.caption(message);
      case 'trackOpen':
        return this.#openTrack(message);
      case 'trackClose':
        return this.#closeTrack(message.handle);
      case 'trackPaused':
        return this.#tracks.get(message.handle)?.track.setPaused(message.paused);
      case 'senderReport':
        return this.#tracks.get(message.handle)?.track.report(message.report);
      case 'preferReports':
        return this.#tracks.get(message.handle)?.track.preferReports(message.ssrc);
      case 'media':
        return this.#tracks.get(message.handle)?.track.media(message.piece);
      case 'inspect':
        this.#deps.send({ type: 'inspection', id: message.id, result: this.#inspect() });
    }
  }

  #open({ key, phaseMs }: Extract<ToAnalysis, { type: 'open' }>): void {
    const door = new ParticipantDoor(phaseMs);
    const { send } = this.#deps;
    const windows = participantWindows(door, () => mediaStages(this.#env, phaseMs), this.#env).subscribe({
      next: (output) => {
        if (send({ type: 'output', key, output })) return;
        this.#meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'channel-full' });
      },
      error: () => send({ type: 'participantFailed', key }),
    });
    this.#people.set(key, { door, windows });
  }

  #close(key: number): void {
    const person = this.#people.get(key);
    if (!person) return;
    this.#people.delete(key);
    for (const [handle, track] of this.#tracks) if (track.person === person) this.#closeTrack(handle);
    person.door.close();
    person.windows.unsubscribe();
  }

  #openTrack({ key, handle, track: info }: Extract<ToAnalysis, { type: 'trackOpen' }>): void {
    const person = this.#people.get(key);
    if (!person) return;
    const track = new TrackDoor(handle, info);
    this.#tracks.set(handle, { track, person });
    person.door.openTrack(track);
    if (!isDirect(info)) this.#packets.open(handle, key, info, (packet) => track.packet(packet));
    this.#deps.send({ type: 'trackOpened', handle });
  }

  #closeTrack(handle: number): void {
    const open = this.#tracks.get(handle);
    if (!open) return;
    this.#tracks.delete(handle);
    this.#packets.close(handle);
    open.person.door.closeTrack(handle);
  }

  #report(): void {
    this.#vitals.report();
    this.#lookAtLoad();
    this.#meter.set('emostream_queue_depth', this.#packets.waiting, { queue: 'analysis-packets' });
    this.#meter.set('emostream_queue_depth', this.#speech?.waiting ?? 0, { queue: 'speech' });
    this.#meter.set('emostream_queue_depth', this.#encoder?.waiting ?? 0, { queue: 'voice-encoder' });
    this.#deps.send({ type: 'metrics', measurements: this.#meter.flush() });
  }

  /** A process that stood still handled nothing meanwhile: that is lateness, too. */
  #lookAtLoad(): void {
    const now = performance.now();
    const stoodMs = now - this.#lookedAtMs - METRICS_EVERY_MS;
    this.#lookedAtMs = now;
    const changed = this.#load.look(Math.max(stoodMs, this.#packets.takeLongestWait()));
    const { step, label } = this.#load;
    if (changed) this.#meter.count('emostream_load_steps_total', { step: label });
    // Told again while the channel is full: a step 0 that got lost would keep newcomers out for good.
    if (step !== this.#toldStep && this.#deps.send({ type: 'load', step })) this.#toldStep = step;
  }

  #inspect(): AnalysisInspection {
    return {
      participants: this.#people.size,
      tracks: this.#tracks.size,
      decoders: liveDecoders(),
      tensors: tf.memory().numTensors,
    };
  }
}

/** No two processes, and no two terms of consent, have ids in common. */
function randomFaceIds(): (n: number) => string {
  const term = randomBytes(4).toString('hex');
  return (n) => `${term}-${String(n)}`;
}

/**
 * @param hooks `before` is called before anybody who listens, `after` when everybody has done what they do at that time; `early` is
 *   given what makes a beat between two
 */
function every(
  periodMs: number,
  clock: Clock,
  hooks: { before?: (now: number) => void; after?: () => void; early?: (beat: () => void) => void } = {},
): Observable<number> {
  return new Observable<number>((subscriber) => {
    hooks.early?.(() => subscriber.next(clock()));
    let turn: NodeJS.Immediate | undefined;
    const timer = setInterval(() => {
      // After the sockets were read: of a process that stood still the packets are in them, and not lost.
      turn = setImmediate(() => {
        const now = clock();
        hooks.before?.(now);
        subscriber.next(now);
        hooks.after?.();
      });
    }, periodMs);
    return () => {
      clearInterval(timer);
      clearImmediate(turn);
    };
  }).pipe(share());
}
