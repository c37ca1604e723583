import { ANY_MAY_BE_NEEDED, type Continuity } from './continuity.js';
import { SerialUnwrapper } from './serial-number.js';

export interface JitterOptions<P> {
  /** Longest a missing packet is waited for, ms. */
  waitMs: number;
  /** Most packets held while waiting; at the bound the oldest gap is given up. */
  capacity: number;
  /** Tells of missing packets that need not be waited for. Default: all are. */
  continuity?: Continuity<P>;
  /** Told of every packet that is not handed on. */
  onDrop: (reason: JitterDrop) => void;
}
export type JitterDrop = 'duplicate' | 'late' | 'old-stream' | 'discontinuity';

export type JitterOutput<P> =
  /** `overtaken`: a later one came before it, as when it was lost and sent again. */
  | { type: 'packet'; packet: P; overtaken: boolean }
  /** So many packets before the next one never came in time, or were not waited for, for nothing builds on them. */
  | { type: 'lost'; count: number; needed: boolean }
  /** Another stream begins (new SSRC, or a sequence that jumped); whatever was being put together is void. */
  | { type: 'reset' };

interface Held<P> {
  sequence: number;
  /** When it came, ms. */
  at: number;
  overtaken: boolean;
  packet: P;
}

/** RFC 3550 A.1: a jump of more than this is not loss but another sequence, once two packets in a row agree. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 1000;
/** Packets of the stream before the last change of SSRC are stragglers for so long, ms. */
const OLD_STREAM_MS = 1000;
/** Numbers of given-up packets remembered, to tell a late packet from a duplicate. */
const LOST_MEMORY = 512;

/**
 * Puts packets in order of sequence number. Packets in order pass at once; a missing one holds back the later ones until it
 * comes, `waitMs` after the first later one came, the buffer is full, or it turns out that nothing needs it. Pure: times are
 * passed in.
 */
export class JitterBuffer<P extends { sequenceNumber: number; ssrc: number }> {
  readonly #options: JitterOptions<P>;
  readonly #continuity: Continuity<P>;
  readonly #unwrap = new SerialUnwrapper(16);
  /** Waiting packets, ascending by extended sequence number. */
  #held: Held<P>[] = [];
  #next: number | null = null;
  #ssrc: number | null = null;
  #oldSsrc: number | null = null;
  #ssrcChangedAt = 0;
  /** The sequence number that would confirm a jump. */
  #suspect: number | null = null;
  readonly #lost = new Set<number>();

  constructor(options: JitterOptions<P>) {
    this.#options = options;
    this.#continuity = options.continuity ?? ANY_MAY_BE_NEEDED;
  }

  get size(): number {
    return this.#held.length;
  }

  /** When `expire` will next have something to do, ms; null when nothing is waited for. */
  get deadline(): number | null {
    if (this.#held.length === 0) return null;
    let first = Infinity;
    for (const { at } of this.#held) if (at < first) first = at;
    return first + this.#options.waitMs;
  }

  process(packet: P, now: number): JitterOutput<P>[] {
    const out: JitterOutput<P>[] = [];
    if (packet.ssrc !== this.#ssrc) {
      if (packet.ssrc === this.#oldSsrc && now - this.#ssrcChangedAt < OLD_STREAM_MS) {
        this.#options.onDrop('old-stream');
        return out;
      }
      if (this.#ssrc !== null) this.#restart(out);
      this.#oldSsrc = this.#ssrc;
      this.#ssrc = packet.ssrc;
      this.#ssrcChangedAt = now;
    }
    this.#place(packet, now, out);
    this.#release(now, out);
    return out;
  }

  /** Gives up what was waited for too long. */
  expire(now: number): JitterOutput<P>[] {
    const out: JitterOutput<P>[] = [];
    this.#release(now, out);
    return out;
  }

  /** Forgets everything; the next packet starts afresh. */
  clear(): void {
    for (let i = 0; i < this.#held.length; i++) this.#options.onDrop('discontinuity');
    this.#held = [];
    this.#next = null;
    this.#suspect = null;
    this.#unwrap.reset();
    this.#lost.clear();
    this.#continuity.reset();
  }

  #restart(out: JitterOutput<P>[]): void {
    this.clear();
    out.push({ type: 'reset' });
  }

  #place(packet: P, now: number, out: JitterOutput<P>[]): void {
    let sequence = this.#unwrap.peek(packet.sequenceNumber);
    this.#next ??= sequence;
    const ahead = sequence - this.#next;
    if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) {
      if (this.#suspect !== packet.sequenceNumber) {
        this.#suspect = (packet.sequenceNumber + 1) & 0xffff;
        this.#options.onDrop('discontinuity');
        return;
      }
      this.#restart(out);
      sequence = packet.sequenceNumber;
      this.#next = sequence;
    } else if (ahead < 0) {
      this.#options.onDrop(this.#lost.delete(sequence) ? 'late' : 'duplicate');
      return;
    }
    this.#suspect = null;
    // From the back: a reordered packet is nearly always among the newest.
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1]?.sequence as number) > sequence) at--;
    if (this.#held[at - 1]?.sequence === sequence) {
      this.#options.onDrop('duplicate');
      return;
    }
    this.#unwrap.next(packet.sequenceNumber);
    this.#held.splice(at, 0, { sequence, at: now, overtaken: at < this.#held.length, packet });
  }

  #release(now: number, out: JitterOutput<P>[]): void {
    while (this.#held[0]) {
      let next = this.#next as number;
      let count = 0;
      for (; this.#held[count]?.sequence === next; next++, count++) {
        const { packet, overtaken } = this.#held[count] as Held<P>;
        this.#continuity.follow(packet);
        out.push({ type: 'packet', packet, overtaken });
      }
      this.#held.splice(0, count);
      this.#next = next;
      const [first] = this.#held;
      if (!first) return;
      const needed = !this.#continuity.needsNone(first.packet, first.sequence - next);
      if (needed && now < (this.deadline as number) && this.#held.length <= this.#options.capacity) return;
      this.#passOver(first.sequence, needed, out);
    }
  }

  #passOver(first: number, needed: boolean, out: JitterOutput<P>[]): void {
    const next = this.#next as number;
    out.push({ type: 'lost', count: first - next, needed });
    for (let sequence = Math.max(next, first - LOST_MEMORY); sequence < first; sequence++) this.#lost.add(sequence);
    for (const sequence of this.#lost) {
      if (this.#lost.size <= LOST_MEMORY) break;
      this.#lost.delete(sequence);
    }
    this.#next = first;
  }
}
