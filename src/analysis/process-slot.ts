import type { AnalysedParticipant } from './analysed-participant.js';
import type { AnalysisProcess } from './analysis-process.js';
import { LAST_STEP } from './child/load-steps.js';

/** A place for a process and its share of the people; the process in it may change. */
export class ProcessSlot {
  /** Null from one process's death until another has taken its place; people wait for that, also those who come new. */
  process: AnalysisProcess | null = null;
  readonly people = new Map<number, AnalysedParticipant>();
  #loadStep = 0;
  #full = false;

  /** @param quarantine for people in whose media's presence a process ended before */
  constructor(readonly quarantine: boolean) {}

  /** How much gives way in it, see child/load-steps.ts. */
  get loadStep(): number {
    return this.#loadStep;
  }

  /**
   * It takes nobody new from its last step on until nothing gives way any more: at a step between, the room is what those who
   * are there gave up.
   */
  get full(): boolean {
    return this.#full;
  }

  loaded(step: number): void {
    this.#loadStep = step;
    if (step >= LAST_STEP) this.#full = true;
    else if (step === 0) this.#full = false;
  }
}
