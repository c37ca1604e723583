import type { SentSource } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';

/** Who finds problems of a track. Of several, the first of these is the one to tell: what was stopped need not flow. */
const FINDERS = ['limits', 'analysis', 'path'] as const;
export type ProblemFinder = (typeof FINDERS)[number];

/** What is wrong with each track of a participant, by whoever found it, as one word: it changes or it does not. */
export class MediaProblems<Source extends SentSource = SentSource> {
  readonly #found = new Map<Source, Map<ProblemFinder, MediaProblem>>();
  readonly #told = new Map<Source, MediaProblem>();
  readonly #onChange: (source: Source, problem: MediaProblem | null) => void;

  constructor(onChange: (source: Source, problem: MediaProblem | null) => void) {
    this.#onChange = onChange;
  }

  /** What the track suffers from; null: nothing. */
  current(source: Source): MediaProblem | null {
    return this.#told.get(source) ?? null;
  }

  set(source: Source, finder: ProblemFinder, problem: MediaProblem | null): void {
    const found = this.#found.get(source) ?? new Map<ProblemFinder, MediaProblem>();
    this.#found.set(source, found);
    if (problem) found.set(finder, problem);
    else found.delete(finder);
    this.#tell(source);
  }

  /** A new track takes the place of the one that was judged. */
  forget(source: Source): void {
    this.#found.delete(source);
    this.#tell(source);
  }

  #tell(source: Source): void {
    const found = this.#found.get(source);
    const problem = FINDERS.map((finder) => found?.get(finder)).find((known) => known !== undefined) ?? null;
    if (problem === this.current(source)) return;
    if (problem) this.#told.set(source, problem);
    else this.#told.delete(source);
    this.#onChange(source, problem);
  }
}
