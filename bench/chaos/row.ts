import type { PersonClock } from '../support/served-person.js';
import type { ServedCall } from '../support/served-call.js';
import type { Found } from './drill.js';

export interface Check {
  what: string;
  found: string;
  passed: boolean;
}

export interface Outcome {
  found: Found;
  checks: Check[];
  /** Numbers of this row alone. */
  figures?: Record<string, number>;
}

/** One thing that goes wrong. */
export interface Row {
  id: string;
  what: string;
  /** What the product says of it (docs/failures.md), or is to do. */
  promised: string;
  /** Of those who are in the call. */
  clock?: PersonClock;
  /** @param seconds how long a road is measured, s */
  run(call: ServedCall, seconds: number): Promise<Outcome>;
  /** Another server than the others', where the row needs one. It is closed after the row. */
  ownCall?: (start: StartCall) => Promise<ServedCall>;
  /** In place of `run`: the row starts what it needs, and ends it. */
  alone?(): Promise<Outcome>;
  /** Makes ready what the row needs. @returns why it cannot be run here, if so */
  cannot?: () => string | undefined;
  /** What is to be undone when its server has ended. */
  after?: () => void;
}

export type StartCall = (serve?: { flags?: string[]; stderr?: number }) => Promise<ServedCall>;

/** Judged windows begin and end where they do: so much of a second is the arithmetic's, s for each person. */
const EDGE_S = 0.01;

/**
 * What holds in every row: each second is an event, a gap, or told to be none; and no number is missing without a word.
 * @param unheard of all people together, until those who listen take a server that hangs for gone, s
 */
export function alwaysChecks(found: Found, unheard = 0): Check[] {
  const gaps = Object.values(found.gaps).reduce((sum, count) => sum + count, 0);
  const counted = Object.entries(found.counted).reduce(
    (sum, [name, value]) => sum + (name.startsWith('gap_seconds') ? value : 0),
    0,
  );
  return [
    {
      what: unheard > 0 ? `silent for no more than ${String(unheard)} s of all people's` : 'no second is silent',
      found: `${found.silent.toFixed(2)} s`,
      passed: found.silent <= unheard + EDGE_S,
    },
    { what: 'no event number is missing', found: String(found.numbersLost), passed: found.numbersLost === 0 },
    { what: 'no event comes twice', found: String(found.numbersRepeated), passed: found.numbersRepeated === 0 },
    { what: 'gaps are counted', found: `${String(gaps)} told, ${String(counted)} counted`, passed: counted >= gaps },
  ];
}

export function check(what: string, passed: boolean, found: string | number): Check {
  return { what, passed, found: String(found) };
}
