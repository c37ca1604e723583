import type { RoomEvent } from '../../src/events/schema.js';

/** What became of one person's seconds, in a span of time. */
export interface PersonSeconds {
  /** Of the span. */
  expected: number;
  /** Windows with an event. */
  judged: number;
  /** Of these, with a face and a voice present. */
  whole: number;
  /** Without a face, and without a voice. */
  faceless: number;
  voiceless: number;
  /** Windows that a `gap` names, by its reason. */
  gaps: Record<string, number>;
  /** Not analysed, which `end` and `begin`, or the closed socket, told. */
  away: number;
  /** Neither event nor gap, and nobody was told. */
  silent: number;
}

/** Of several people together. */
export function sumSeconds(all: readonly PersonSeconds[]): PersonSeconds {
  const sum = (of: (one: PersonSeconds) => number) => all.reduce((total, one) => total + of(one), 0);
  const gaps: Record<string, number> = {};
  for (const one of all) for (const [why, count] of Object.entries(one.gaps)) gaps[why] = (gaps[why] ?? 0) + count;
  return {
    expected: sum(({ expected }) => expected),
    judged: sum(({ judged }) => judged),
    whole: sum(({ whole }) => whole),
    faceless: sum(({ faceless }) => faceless),
    voiceless: sum(({ voiceless }) => voiceless),
    gaps,
    away: sum(({ away }) => away),
    silent: sum(({ silent }) => silent),
  };
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * A window ends up to a second before an `end`, and the first one begins up to a second after a `begin`. A socket that breaks takes with
 * it the events of windows that had closed but were not judged yet.
 */
const EDGE_MS = 1000;
const BREAK_EDGE_MS = 2500;

/**
 * Every second of somebody's is an event, a gap, or told to be none. Pure.
 * @param breaks when the socket of whoever heard the events broke
 */
export function toldSeconds(
  events: readonly RoomEvent[],
  participant: string,
  { fromMs, toMs }: Span,
  breaks: readonly number[] = [],
): PersonSeconds {
  const own = events.filter((event) => event.participant === participant);
  const covered: [number, number][] = [];
  const judged = new Map<number, { face: boolean; voice: boolean }>();
  const gaps = new Map<number, string>();
  for (const event of own) {
    if (event.type !== 'emotion' && event.type !== 'gap') continue;
    const { start, end } = event.window;
    covered.push([start, end]);
    if (start < fromMs || start >= toMs) continue;
    if (event.type === 'gap') gaps.set(start, event.reason);
    else judged.set(start, { face: event.face.present, voice: event.voice.present });
  }
  const heard = length(covered, fromMs, toMs);
  const withAway = length([...covered, ...awayTimes(own, toMs, breaks)], fromMs, toMs);
  const byReason: Record<string, number> = {};
  for (const [start, reason] of gaps) {
    // A late gap is corrected by the event, if it comes after all.
    if (!judged.has(start)) byReason[reason] = (byReason[reason] ?? 0) + 1;
  }
  const span = toMs - fromMs;
  return {
    expected: span / 1000,
    judged: judged.size,
    whole: [...judged.values()].filter(({ face, voice }) => face && voice).length,
    faceless: [...judged.values()].filter(({ face }) => !face).length,
    voiceless: [...judged.values()].filter(({ voice }) => !voice).length,
    gaps: byReason,
    away: (withAway - heard) / 1000,
    silent: (span - withAway) / 1000,
  };
}

/** From an `end`, or a break, to the next `begin`. */
function awayTimes(own: readonly RoomEvent[], toMs: number, breaks: readonly number[]): [number, number][] {
  const begins = own.flatMap((event) => (event.type === 'begin' ? [event.at] : [])).sort((a, b) => a - b);
  const untilBegin = (from: number) => (begins.find((at) => at >= from) ?? toMs) + EDGE_MS;
  const ends = own.flatMap((event): [number, number][] =>
    event.type === 'end' ? [[event.at - EDGE_MS, untilBegin(event.at)]] : [],
  );
  const broken = breaks.map((at): [number, number] => [at - BREAK_EDGE_MS, untilBegin(at)]);
  // What is analysed changes within a second of a `begin`: its first window may be a whole one later.
  const first = begins.map((at): [number, number] => [at - EDGE_MS, at + EDGE_MS]);
  return [...ends, ...broken, ...first];
}

/** Longest time of one person's without a judged window, s. Pure. */
export function longestSilence(events: readonly RoomEvent[], participant: string, { fromMs, toMs }: Span): number {
  const windows = events
    .flatMap((event) => (event.type === 'emotion' && event.participant === participant ? [event.window] : []))
    .filter(({ start }) => start >= fromMs - 1000 && start < toMs)
    .sort((a, b) => a.start - b.start);
  let [longest, reached] = [0, fromMs];
  for (const { start, end } of windows) {
    longest = Math.max(longest, start - reached);
    reached = Math.max(reached, end);
  }
  return Math.max(longest, toMs - reached) / 1000;
}

/** Length of the union of intervals within a span. */
function length(intervals: readonly [number, number][], fromMs: number, toMs: number): number {
  let [sum, reached] = [0, fromMs];
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, reached);
    const to = Math.min(end, toMs);
    if (to <= from) continue;
    sum += to - from;
    reached = to;
  }
  return sum;
}

/** Numbers of a room's events that neither came nor were told as `missed`, in all of its epochs; and those that came twice. */
export function lostNumbers(
  events: readonly RoomEvent[],
  missed: readonly { epoch: string; fromSeq: number; toSeq: number | null }[],
): { lost: number; repeated: number } {
  const epochs = new Map<string, Set<number>>();
  let repeated = 0;
  for (const { epoch, seq } of events) {
    const seen = epochs.get(epoch) ?? new Set<number>();
    if (seen.has(seq)) repeated += 1;
    epochs.set(epoch, seen.add(seq));
  }
  let lost = 0;
  for (const [epoch, seen] of epochs) {
    const told = missed.filter((each) => each.epoch === epoch);
    for (let seq = Math.min(...seen); seq < Math.max(...seen); seq++) {
      if (!seen.has(seq) && !told.some(({ fromSeq, toSeq }) => seq >= fromSeq && seq <= (toSeq ?? Infinity))) lost += 1;
    }
  }
  return { lost, repeated };
}
