import {
  concat,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  type OperatorFunction,
  pairwise,
  startWith,
  switchMap,
} from 'rxjs';
import { filterBy } from '../../common/filter-by.js';
import { flatten } from '../../common/flatten.js';
import { NO_CONSENT, type Source } from '../../common/consent.js';
import type { DropReason } from '../../common/drops.js';
import { MODALITIES, type Modality } from '../../common/emotions.js';
import type { Meter } from '../../common/metrics.js';
import type { TrackChange } from '../../streams/index.js';
import type { ConsentTerms } from '../messages.js';
import type { ParticipantMedia, Track } from './participant-media.js';

/**
 * Lets pass what was captured (or said) after the present consent to it was given. Media on their way when consent was given, or
 * sent again, may be of before it: those are counted and not taken.
 * @param capturedMs of an item, server wall clock, ms
 */
export function capturedSince<T>(
  terms$: Observable<ConsentTerms>,
  modality: Modality,
  capturedMs: (item: T) => number,
  meter: Meter,
): MonoTypeOperatorFunction<T> {
  const reason: DropReason<'consent'> = `${modality}-before`;
  return (item$) =>
    item$.pipe(
      filterBy(terms$, (item, { given }) => {
        const allowed = capturedMs(item) > given[modality];
        if (!allowed) meter.count('emostream_dropped_total', { stage: 'consent', reason });
        return allowed;
      }),
    );
}

/** Emits as soon as there is no consent to the modality, at once where there is none to begin with. */
export function withdrawn(terms$: Observable<ConsentTerms>, modality: Modality): Observable<unknown> {
  return terms$.pipe(filter(({ consent }) => !consent[modality]));
}

/**
 * Runs an operator from each time that consent to the modality is given until it is withdrawn: whatever it holds of what came
 * before, be it half a frame of sound, goes with that consent.
 */
export function afresh<T, R>(
  terms$: Observable<ConsentTerms>,
  modality: Modality,
  operator: () => OperatorFunction<T, R>,
): OperatorFunction<T, R> {
  return connect((item$) =>
    terms$.pipe(
      map(({ consent }) => consent[modality]),
      distinctUntilChanged(),
      switchMap((given) => (given ? item$.pipe(operator()) : EMPTY)),
    ),
  );
}

const SOURCES = { face: 'camera', voice: 'microphone' } as const satisfies Record<'face' | 'voice', Source>;

/**
 * Which modalities there are: a track comes, goes, pauses or resumes, and consent to one is withdrawn, which is told before
 * anything else follows.
 * @param wordsAreHeard words are recognised in the voice, and are forgotten with it
 */
export function trackChanges(media: ParticipantMedia<Track<unknown>>, wordsAreHeard: boolean): Observable<TrackChange> {
  return merge(
    media.terms$.pipe(
      startWith({ consent: NO_CONSENT }),
      pairwise(),
      flatten(([before, { consent }]) => {
        const withdrawn = MODALITIES.filter((modality) => before.consent[modality] && !consent[modality]);
        if (wordsAreHeard && withdrawn.includes('voice') && !withdrawn.includes('words')) withdrawn.push('words');
        const changes = withdrawn.map((modality) => ({ modality, on: false, paused: false }));
        return [...changes, { modality: 'words' as const, on: consent.words, paused: false }];
      }),
    ),
    tracksOf(media, 'face'),
    tracksOf(media, 'voice'),
  );
}

type TrackState = 'opened' | 'paused' | 'resumed' | 'closed';

/** A track that takes another's place before that one is closed leaves no gap between them. */
function tracksOf(media: ParticipantMedia<Track<unknown>>, modality: 'face' | 'voice'): Observable<TrackChange> {
  return defer(() => {
    let open = 0;
    return media.track$(SOURCES[modality]).pipe(
      mergeMap(statesOf),
      flatten((state) => {
        if (state === 'opened') open += 1;
        if (state === 'closed') open -= 1;
        if (state === 'closed' && open > 0) return [];
        return [{ modality, on: open > 0, paused: state === 'paused' }];
      }),
    );
  });
}

function statesOf({ paused, pause$ }: Track<unknown>): Observable<TrackState> {
  const changes$ = pause$.pipe(map((isPaused): TrackState => (isPaused ? 'paused' : 'resumed')));
  return concat(of<TrackState[]>('opened', ...(paused ? ['paused' as const] : [])), changes$, of<TrackState>('closed'));
}
