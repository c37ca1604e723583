import type { AnalysedParticipant } from './analysed-participant.js';
import type { AnalysisProcess } from './analysis-process.js';

/** A place for a process and its share of the people; the process in it may change. */
export class ProcessSlot {
  /** Null from one process's death until another has taken its place; people wait for that, also those who come new. */
  process: AnalysisProcess | null = null;
  /** How much gives way in it, see child/load-steps.ts. */
  loadStep = 0;
  readonly people = new Map<number, AnalysedParticipant>();

  /** @param quarantine for people in whose media's presence a process ended before */
  constructor(readonly quarantine: boolean) {}
}
