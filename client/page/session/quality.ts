/** How well media get through: `weak`: it is noticed now and then. `bad`: it disturbs. */
export type Quality = 'good' | 'weak' | 'bad';

/** One entry of what `getStats` tells (https://www.w3.org/TR/webrtc-stats/); which fields there are depends on type and browser. */
export type Stat = Readonly<Record<string, unknown>>;

/**
 * Share of packets that are lost. Congestion control of browsers holds what it sends from the first on and takes it back from the second
 * (draft-ietf-rmcat-gcc-02, section 6): below there is nothing to notice, above the picture gets worse by itself.
 */
const LOST = { weak: 0.02, bad: 0.1 };
/**
 * Of a round trip to the server, ms. Between two people it is half of one's own and half of the other's, so about one's own; ITU-T G.114
 * finds up to 150 ms one way transparent to talking, and more than 400 ms unacceptable.
 */
const ROUND_TRIP_MS = { weak: 150, bad: 400 };
/** What the browser finds room for where the network holds it back, bit/s: less than the smaller two, or than the smallest, of three pictures. */
const ROOM = { weak: 430_000, bad: 110_000 };
/** Fewer packets than this prove nothing. */
const ENOUGH = 20;

/** What one sends, by what its receiver reports back. @returns null: nothing is known, as where nothing is sent */
export function uplinkQuality(stats: readonly Stat[]): Quality | null {
  const reports = stats.filter(({ type }) => type === 'remote-inbound-rtp');
  const lost = most(reports.map(({ fractionLost }) => fractionLost));
  const roundTrip = most(reports.map(({ roundTripTime }) => roundTripTime));
  if (lost === null && roundTrip === null) return null;
  const heldBack = stats.some((stat) => stat.type === 'outbound-rtp' && stat.qualityLimitationReason === 'bandwidth');
  const room = heldBack ? most(stats.map(({ availableOutgoingBitrate }) => availableOutgoingBitrate)) : null;
  return worst([
    above(lost ?? 0, LOST),
    above(1000 * (roundTrip ?? 0), ROUND_TRIP_MS),
    room === null ? 'good' : above(-room, { weak: -ROOM.weak, bad: -ROOM.bad }),
  ]);
}

/** Packets of somebody so far. */
export interface Received {
  received: number;
  lost: number;
}

/** @param ssrcs of the streams that come from one person */
export function receivedOf(stats: readonly Stat[], ssrcs: ReadonlySet<number>): Received {
  const theirs = stats.filter(
    ({ type, ssrc }) => type === 'inbound-rtp' && typeof ssrc === 'number' && ssrcs.has(ssrc),
  );
  const sum = (field: string) => theirs.reduce((total, stat) => total + Number(stat[field] ?? 0), 0);
  return { received: sum('packetsReceived'), lost: sum('packetsLost') };
}

/** What came of somebody whose camera or microphone is on, between two looks, on whichever way the rest was lost. @returns null: too little to tell */
export function downlinkQuality(before: Received, now: Received): Quality | null {
  const received = Math.max(0, now.received - before.received);
  // The browser takes back what it counted as lost and came late.
  const lost = Math.max(0, now.lost - before.lost);
  // What is on sends all the time.
  if (received === 0) return 'bad';
  return received + lost < ENOUGH ? null : above(lost / (received + lost), LOST);
}

/** Looks that must agree until a change is told, so that nothing flickers: bad news sooner than good. */
const LOOKS = { worse: 2, better: 5 };
const GRADES = ['good', 'weak', 'bad'] as const satisfies readonly Quality[];

/** What is told of a quality that is measured again and again. */
export class SteadyQuality {
  #told: Quality | null = null;
  #recent: Quality[] = [];

  /** @param measured null: nothing is known. @returns what to tell */
  look(measured: Quality | null): Quality | null {
    if (measured === null) {
      this.#recent = [];
      return (this.#told = null);
    }
    this.#recent = [...this.#recent, measured].slice(-LOOKS.better);
    const told = this.#told;
    if (told === null) return (this.#told = this.#recent.length >= LOOKS.worse ? best(this.#recent) : null);
    const since = (count: number) => (this.#recent.length >= count ? this.#recent.slice(-count) : []);
    const worse = since(LOOKS.worse);
    const better = since(LOOKS.better);
    if (worse.length > 0 && worse.every((one) => grade(one) > grade(told))) this.#told = best(worse);
    else if (better.length > 0 && better.every((one) => grade(one) < grade(told))) this.#told = worst(better);
    return this.#told;
  }
}

const grade = (quality: Quality): number => GRADES.indexOf(quality);
const worst = (all: readonly Quality[]): Quality => all.reduce((a, b) => (grade(b) > grade(a) ? b : a), 'good');
const best = (all: readonly Quality[]): Quality => all.reduce((a, b) => (grade(b) < grade(a) ? b : a), 'bad');

function above(value: number, { weak, bad }: { weak: number; bad: number }): Quality {
  return value > bad ? 'bad' : value > weak ? 'weak' : 'good';
}

function most(values: readonly unknown[]): number | null {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  return numbers.length > 0 ? Math.max(...numbers) : null;
}
