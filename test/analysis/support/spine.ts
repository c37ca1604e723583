import { concatMap, filter, finalize, map, type Observable, Subject } from 'rxjs';
import type { AnalysisEnv } from '../../../src/analysis/child/analysis-env.js';
import { type MediaTrack, ParticipantDoor, TrackDoor } from '../../../src/analysis/child/participant-media.js';
import { participantWindows, type Stages } from '../../../src/analysis/child/participant-windows.js';
import type { ParticipantOutput, Showing } from '../../../src/analysis/messages.js';
import type { Consent, Source } from '../../../src/common/consent.js';
import { encoderPatience$, encodeVoice } from '../../../src/features/encode-voice.js';
import type { SettledFace } from '../../../src/features/settle-crops.js';
import { HEARD_PER_SECOND, type Heard, type WindowFeatures } from '../../../src/features/types.js';
import type { VoiceEncoderPort } from '../../../src/features/voice-queue.js';
import type { AudioChunk, Received, TrackInput } from '../../../src/media/index.js';
import type { HeardSound } from '../../../src/speech/index.js';
import type { AlignedWindow, Timed, TranscriberFactory } from '../../../src/streams/index.js';
import type { Marbles } from '../../support/marbles.js';
import { CountMeter } from '../../inference/support/count-meter.js';

export const ALL: Consent = { face: true, voice: true, words: true };

/** What a window is made of, as media times: the first and the last of each kind, ms. */
export interface Shown {
  at: number;
  face: string;
  voice: string;
  words: string;
  generation: number;
  revision: number;
  /** Which of its three seconds encoders heard, as digits of 0 and 1; not there: none. */
  heard?: string;
}

type Picture = { mediaTime: number; arrivalMs: number };
type FailingStage =
  | 'receiveVideo'
  | 'receiveAudio'
  | 'observeFace'
  | 'settleCrops'
  | 'hearSpeech'
  | 'logMel'
  | 'encodeVoice'
  | 'toFeatures';

/** One participant's spine with stages that do almost nothing, in virtual time. */
export class Spine {
  readonly door = new ParticipantDoor();
  readonly meter = new CountMeter();
  readonly tick = new Subject<number>();
  /** What the stages did, with the time. */
  readonly log: string[] = [];
  /** How often log-mel began anew. */
  mels = 0;
  /** This stage throws at what it is given next. */
  failing: FailingStage | null = null;
  /** Encoders of the voice, where there are any. */
  encoder: VoiceEncoderPort | null = null;
  readonly window$: Observable<Shown | string>;
  readonly #tracks = new Map<number, TrackDoor>();
  #starts = 0;
  #generation = 0;
  #given = { face: 0, voice: 0, words: 0 };

  constructor(
    private readonly time: Marbles,
    transcriber: TranscriberFactory | null = null,
    judgesSpeech = true,
  ) {
    const env: AnalysisEnv = {
      options: { allowedLatenessMs: 150, wordsRevisionHorizonMs: 0 },
      transcriber,
      judgesSpeech,
      tick$: this.tick,
      handledMs: (now) => now,
      clock: time.now,
      meter: this.meter,
    };
    this.window$ = participantWindows(this.door, () => this.#stages(), env).pipe(map(show));
    // Media and ticks are never at the same time: what closes a window has come before.
    for (let at = 20; at <= 6000; at += 20) time.act(`${String(at)}ms t`, { t: () => this.tick.next(time.now()) });
  }

  /** What of their words is shown from the next consent on. */
  showing: Showing | null = null;

  consent(consent: Consent): void {
    const before = this.door.terms.consent;
    for (const modality of ['face', 'voice', 'words'] as const) {
      if (consent[modality] && !before[modality]) this.#given = { ...this.#given, [modality]: this.time.now() };
    }
    const { face, voice, words } = before;
    if ((face && !consent.face) || (voice && !consent.voice) || (words && !consent.words)) this.#generation += 1;
    this.door.setConsent({ generation: this.#generation, consent, given: this.#given, showing: this.showing });
  }

  open(handle: number, source: Source): void {
    const kind = source === 'camera' ? 'video' : 'audio';
    const info = {
      trackId: '',
      source,
      kind,
      codec: 'VP8',
      payloadType: 1,
      clockRate: 1,
      ssrc: 1,
      fromPort: 1,
    } as const;
    const track = new TrackDoor(handle, { ...info, simulcast: false });
    this.#tracks.set(handle, track);
    this.door.openTrack(track);
  }

  /** Something that was captured at this time comes in; 0: now. */
  packet(handle: number, capturedMs = 0): void {
    this.#tracks.get(handle)?.packet({ data: new Uint8Array(1), arrivalMs: capturedMs || this.time.now() });
  }

  /** Ten packets a second of each track, the first at 10 ms, captured as they come. */
  media(untilMs: number, ...handles: number[]): void {
    for (let at = 10; at < untilMs; at += 100) {
      this.time.act(`${String(at)}ms p`, { p: () => handles.forEach((handle) => this.packet(handle)) });
    }
  }

  #stages(): Stages<Picture, number, number, TrackInput, MediaTrack> {
    const start = ++this.#starts;
    this.log.push(`${String(this.time.now())} start ${String(start)}`);
    const check = <T>(stage: FailingStage, value: T): T => {
      if (this.failing !== stage) return value;
      this.failing = null;
      throw new Error(stage);
    };
    const received = (stage: 'receiveVideo' | 'receiveAudio', handle: number) => (input$: Observable<TrackInput>) => {
      this.log.push(`${String(this.time.now())} opened ${String(handle)}`);
      return input$.pipe(
        concatMap((input) => (input.type === 'packet' ? [check(stage, input.packet.arrivalMs)] : [])),
        finalize(() => this.log.push(`${String(this.time.now())} closed ${String(handle)}`)),
      );
    };
    return {
      receiveVideo:
        ({ handle }) =>
        (input$) =>
          received(
            'receiveVideo',
            handle,
          )(input$).pipe(
            map((mediaTime) => ({ type: 'item' as const, item: { mediaTime, arrivalMs: this.time.now() } })),
          ),
      receiveAudio:
        ({ handle }) =>
        (input$) =>
          received(
            'receiveAudio',
            handle,
          )(input$).pipe(map((at) => ({ mediaTime: at, arrivalMs: at, decodedMs: at, samples: new Float32Array(1) }))),
      observeFace: () =>
        map((picture: Received<Picture>) =>
          check('observeFace', picture.type === 'item' ? timed(picture.item, 0) : picture),
        ),
      // Every picture is settled at once.
      settleCrops: () => (seen$: Observable<Received<Timed<number>>>) =>
        seen$.pipe(
          concatMap((seen) => {
            check('settleCrops', seen);
            const id = seen.type === 'item' ? seen.item.mediaTime : 0;
            return [seen, { type: 'crop', id, pixels: new Uint8Array() } satisfies SettledFace];
          }),
        ),
      forgetFaces: () => undefined,
      answerPictures: () => (seen$: Observable<Received<Timed<number>> | SettledFace>) => seen$,
      // Of what was heard, only what comes from here has speech in it.
      hearSpeech: () => map((chunk: AudioChunk) => check('hearSpeech', { ...chunk, speech: true })),
      logMel: () => (sound$: Observable<HeardSound>) => {
        this.mels += 1;
        return sound$.pipe(
          filter(({ speech }) => speech),
          map((sound) => check('logMel', timed(sound, 100).item)),
        );
      },
      encodeVoice: (forget$) =>
        encodeVoice(
          {
            encoder: this.encoder,
            // The media times of the sound in the second: there is always enough.
            secondOf: ({ audio, startMs }: AlignedWindow<unknown, number>) =>
              check('encodeVoice', Float32Array.from(audio.flatMap(({ value }) => (value >= startMs ? [value] : [])))),
            patience$: encoderPatience$,
            affords: () => true,
            meter: this.meter,
          },
          forget$,
        ),
      toFeatures: (window, heard) => [{ type: 'window', features: check('toFeatures', featuresOf(window, heard)) }],
    };
  }
}

function timed({ mediaTime, arrivalMs }: Picture, durationMs: number) {
  const item: Timed<number> = { mediaTime, durationMs, arrivalMs, decodedMs: arrivalMs, value: mediaTime };
  return { type: 'item' as const, item };
}

/** A test's features are what the window is made of. */
function featuresOf(
  { startMs, endMs, revision, frames, audio, words }: AlignedWindow<number, number>,
  heard: Heard | null,
): WindowFeatures {
  const span = (items: Timed<number>[]) =>
    items.length === 0 ? '' : `${String(items[0]!.mediaTime)}..${String(items.at(-1)!.mediaTime)}`;
  const made = { face: span(frames), voice: span(audio), words: words.map(({ text }) => text).join(' ') };
  const present = heard && { heard: [0, 1, 2].map((k) => heard.present[k * HEARD_PER_SECOND]).join('') };
  return { startMs, endMs, revision, ...made, ...present } as unknown as WindowFeatures;
}

function show(output: ParticipantOutput): Shown | string {
  if (output.type === 'crop') return `crop ${String(output.id)} g${String(output.generation)}`;
  if (output.type !== 'window') return output.type;
  const { startMs, revision, face, voice, words, heard } = output.features as unknown as Omit<Shown, 'at'> & {
    startMs: number;
  };
  const own = { at: startMs, face, voice, words, generation: output.generation, revision };
  return heard === undefined ? own : { ...own, heard };
}
