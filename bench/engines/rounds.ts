import { median, quantile } from '../support/statistics.js';
import { type Case, casesOf } from './cases.js';
import type { Details } from './runners.js';
import type { SubjectHandle } from './subject-handle.js';

/** About how long a subject is busy with a case in one round, ms, and how often it does it then. */
const TURN_MS = 60;
const MOST_TIMES = 8;
/** Before the first round: compilation, first allocation, V8's tiers. */
const WARM_UPS = 4;

export interface Row {
  subject: string;
  case: Case['name'];
  /** Windows or pictures in a batch. */
  size: number;
  perSecond: number;
  /** Of single batches, from call to answer, ms. */
  p50: number;
  p95: number;
  /** Least and largest of the rounds' medians, ms. */
  spread: [number, number];
  /** Batches timed. */
  n: number;
}

export interface Timed {
  rows: Row[];
  /** Of the subjects that take the network apart. */
  details: Map<string, Details[]>;
}

interface Turn {
  handle: SubjectHandle;
  one: Case;
  times: number;
  rounds: number[][];
}

/**
 * Every subject does every case in every round, one subject at a time and for each case one right after the other: what
 * disturbs the machine disturbs all alike, so that ratios hold where times do not.
 */
export async function timeInRounds(
  handles: readonly SubjectHandle[],
  rounds: number,
  log: (line: string) => void,
): Promise<Timed> {
  const turns: Turn[] = [];
  for (const handle of handles) {
    for (const one of casesOf(handle.subject)) {
      const { ms } = await handle.run(one, WARM_UPS);
      const times = Math.min(MOST_TIMES, Math.max(1, Math.round(TURN_MS / Math.min(...ms))));
      turns.push({ handle, one, times, rounds: [] });
    }
    log(`warm: ${handle.subject.label}`);
  }
  // By case, so that rivals follow each other.
  turns.sort((a, b) => a.one.name.localeCompare(b.one.name) || a.one.size - b.one.size);
  const details = new Map<string, Details[]>();
  for (let round = 1; round <= rounds; round++) {
    // Forwards and backwards in turn, so that nobody always follows the same neighbour.
    for (const turn of round % 2 ? turns : turns.toReversed()) {
      const { ms, details: found } = await turn.handle.run(turn.one, turn.times);
      turn.rounds.push(ms);
      const { id } = turn.handle.subject;
      if (found.length > 0) details.set(id, [...(details.get(id) ?? []), ...found]);
    }
    log(`round ${round} of ${rounds}`);
  }
  return { rows: turns.map(rowOf), details };
}

function rowOf({ handle, one, rounds }: Turn): Row {
  const all = rounds.flat();
  const medians = rounds.map((ms) => median(ms));
  const p50 = median(medians);
  return {
    subject: handle.subject.id,
    case: one.name,
    size: one.size,
    perSecond: rounded((1000 * one.size) / p50),
    p50: rounded(p50),
    p95: rounded(quantile(all, 0.95)),
    spread: [rounded(Math.min(...medians)), rounded(Math.max(...medians))],
    n: all.length,
  };
}

/** To four digits: more is noise. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
