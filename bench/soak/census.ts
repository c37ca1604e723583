import type { Reader } from './readings.js';

/** All maps and sets of a process, and what they hold. */
export interface Census {
  process: string;
  maps: number;
  sets: number;
  /** In all of them together. */
  entries: number;
  /** Of the largest five. */
  largest: number[];
}

/** What only has the prototype among its ancestors, such as a prototype itself, has no size. */
const COUNT = `(all) => {
  const sizes = all.flatMap((each) => {
    try {
      return [each.size];
    } catch {
      return [];
    }
  });
  const entries = sizes.reduce((sum, size) => sum + size, 0);
  return { count: sizes.length, entries, largest: sizes.sort((a, b) => b - a).slice(0, 5) };
}`;

interface Counted {
  count: number;
  entries: number;
  largest: number[];
}

/** Counts, after garbage was collected, every map and set that is alive: nothing must stay of people who left. */
export async function takeCensus(reader: Reader): Promise<Census[]> {
  const found: Census[] = [];
  for (const { name, pid } of reader.inspected()) {
    const inspector = await reader.inspector(pid);
    const maps = await inspector.overAll<Counted>('Map.prototype', COUNT);
    const sets = await inspector.overAll<Counted>('Set.prototype', COUNT);
    found.push({
      process: name,
      maps: maps.count,
      sets: sets.count,
      entries: maps.entries + sets.entries,
      largest: [...maps.largest, ...sets.largest].sort((a, b) => b - a).slice(0, 5),
    });
  }
  return found;
}

/** Caches fill: so much more is of no matter. Everybody who left leaving one entry behind would be more. */
const SHARE = 0.02;
const FEW = 30;

export interface CensusChange {
  process: string;
  before: Census;
  after: Census;
  verdict: 'flat' | 'grows';
}

export function compareCensus(before: readonly Census[], after: readonly Census[]): CensusChange[] {
  return after.flatMap((now) => {
    const then = before.find(({ process }) => process === now.process);
    if (!then) return [];
    const total = ({ maps, sets, entries }: Census) => maps + sets + entries;
    const verdict = total(now) - total(then) > FEW + SHARE * total(then) ? 'grows' : 'flat';
    return [{ process: now.process, before: then, after: now, verdict }];
  });
}
