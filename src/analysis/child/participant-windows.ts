import {
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  share,
  takeUntil,
  tap,
} from 'rxjs';
import { flatten } from '../../common/flatten.js';
import type { Modality } from '../../common/emotions.js';
import type { SettledFace } from '../../features/settle-crops.js';
import type { Heard } from '../../features/types.js';
import type { AudioChunk, Received } from '../../media/index.js';
import type { HeardSound } from '../../speech/index.js';
import {
  type Aligned,
  type AlignedWindow,
  type AlignerInput,
  alignWindows,
  retryBounded,
  type Timed,
  type TimedWords,
} from '../../streams/index.js';
import type { AnalysedWindow, ParticipantOutput, SeenPicture } from '../messages.js';
import { type AnalysisEnv, alignerOptions, retryOptions } from './analysis-env.js';
import { afresh, capturedSince, trackChanges, withdrawn } from './consent-operators.js';
import type { ParticipantMedia, Track } from './participant-media.js';
import { recogniseSpeech } from './recognise-speech.js';
import { shownWords } from './shown-words.js';

/** What comes of a picture. */
type Seen<F> = Received<Timed<F>> | SettledFace;

/** What is done to media on the way, each as an operator; `media-stages.ts` has those of a call, `src/files` those of a recording. */
export interface Stages<Picture, F, A, I, T extends Track<I>> {
  receiveVideo(track: T): OperatorFunction<I, Received<Picture>>;
  receiveAudio(track: T): OperatorFunction<I, AudioChunk>;
  observeFace(track: T): OperatorFunction<Received<Picture>, Received<Timed<F>>>;
  /** Consent to the face ended: what is known of faces is forgotten. */
  forgetFaces(): void;
  hearSpeech(): OperatorFunction<AudioChunk, HeardSound>;
  logMel(): OperatorFunction<HeardSound, Timed<A>>;
  settleCrops(): OperatorFunction<Received<Timed<F>>, Seen<F>>;
  /** Of pictures that are to be answered by themselves what was seen, after each. */
  answerPictures(track: T): OperatorFunction<Seen<F>, Seen<F> | SeenPicture>;
  /** @param forget$ consent to the voice ends */
  encodeVoice<I extends Aligned<F, A>>(forget$: Observable<unknown>): OperatorFunction<I, I & { heard: Heard | null }>;
  /** The window's features, after crops that it names and that were not handed on yet. */
  toFeatures(window: AlignedWindow<F, A>, heard: Heard | null): (SettledFace | Omit<AnalysedWindow, 'generation'>)[];
}

/**
 * The way of one participant's media, as the product says it: packets are received as pictures and sound, split into face
 * observations, log-mel blocks and words, as far as consent goes, and aligned in media time into one-second windows of features.
 * An error in it starts this participant's streams anew, within bounds, and is nobody else's.
 * @param newStages called at each start: what a participant's tracks share (their clock) begins anew with it
 */
export function participantWindows<Picture extends { mediaTime: number }, F, A, I, T extends Track<I>>(
  media: ParticipantMedia<T>,
  newStages: () => Stages<Picture, F, A, I, T>,
  env: AnalysisEnv,
): Observable<ParticipantOutput> {
  const { terms$ } = media;
  const since = <T>(modality: Modality, capturedMs: (item: T) => number) =>
    capturedSince(terms$, modality, capturedMs, env.meter);
  // The words network knows one language; words of another are there to be read.
  const judged = filter<TimedWords>(() => env.judgesSpeech);

  return defer(() => {
    const stages = newStages();
    const stamp = <T extends object>(output: T) => ({ ...output, generation: media.terms.generation });
    const seen$ = media.track$('camera').pipe(
      mergeMap((track) =>
        track.input$.pipe(
          stages.receiveVideo(track),
          since('face', (received) => (received.type === 'item' ? received.item.mediaTime : received.mediaTime)),
          stages.observeFace(track),
          stages.settleCrops(),
          stages.answerPictures(track),
          takeUntil(withdrawn(terms$, 'face')),
        ),
      ),
      share(),
    );
    const frame$ = seen$.pipe(filter((seen) => seen.type === 'item' || seen.type === 'progress'));
    const alone$ = seen$.pipe(filter((seen) => seen.type === 'crop' || seen.type === 'picture'));
    const sound$ = media.track$('microphone').pipe(
      mergeMap((track) =>
        track.input$.pipe(
          stages.receiveAudio(track),
          since('voice', (chunk) => chunk.mediaTime),
          stages.hearSpeech(),
          takeUntil(withdrawn(terms$, 'voice')),
        ),
      ),
      share(),
    );
    const audioWindow$ = sound$.pipe(afresh(terms$, 'voice', () => stages.logMel()));
    const spoken$ = sound$.pipe(recogniseSpeech(terms$, env), since('words', saidMs), share());
    const transcript$ = merge(media.caption$.pipe(since('words', saidMs)), spoken$.pipe(judged));
    const word$ = spoken$.pipe(shownWords(terms$, env.meter));

    const input = <T>(source$: Observable<T>, of: (item: T) => AlignerInput<F, A>) => source$.pipe(map(of));
    const window$ = merge(
      input(trackChanges(media, env.transcriber !== null), (change) => ({ type: 'track', change })),
      input(frame$, frameInput),
      input(audioWindow$, (audio) => ({ type: 'audio', audio })),
      input(transcript$, (words) => ({ type: 'words', words })),
      input(env.tick$, (now) => ({ type: 'tick', now, handledMs: env.handledMs(now) })),
    ).pipe(
      alignWindows<F, A>(alignerOptions(env, media.phaseMs)),
      // Before it waits for anything: this is the consent under which all of it was measured.
      map(stamp),
      stages.encodeVoice(withdrawn(terms$, 'voice')),
      flatten(({ generation, heard, ...aligned }): readonly ParticipantOutput[] => {
        const made = aligned.type === 'window' ? stages.toFeatures(aligned.window, heard) : [aligned];
        return made.map((output) => ({ ...output, generation }));
      }),
    );
    const forgotten$ = withdrawn(terms$, 'face').pipe(
      tap(() => stages.forgetFaces()),
      ignoreElements(),
    );
    return merge(forgotten$, window$, merge(alone$, word$).pipe(map(stamp)));
  }).pipe(retryBounded(retryOptions(env)), takeUntil(media.closed$));
}

const saidMs = ({ startMs }: TimedWords): number => startMs;

const frameInput = <F, A>(received: Received<Timed<F>>): AlignerInput<F, A> =>
  received.type === 'item' ? { type: 'frame', frame: received.item } : { ...received, modality: 'face' };
