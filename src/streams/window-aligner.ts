import type { DropReason } from '../common/drops.js';
import type { Modality } from '../common/emotions.js';
import type { Meter } from '../common/metrics.js';
import type { AlignerOptions, AlignerOutput } from './aligner-options.js';
import { newest, overlaps, overlapsWords } from './extent.js';
import { hasTime, SaidWords } from './said-words.js';
import { Timeline } from './timeline.js';
import { TrackProgress } from './track-progress.js';
import type { AlignedWindow, Timed, TimedWords, TrackState } from './types.js';
import { WINDOW_MS, windowStart } from '../common/window-start.js';

/** Media later than this against their arrival have a broken time, ms ahead. */
const MAX_AHEAD_MS = 5000;
/** More windows than this due at once means that we were suspended or overrun: stale windows help nobody. */
const MAX_CATCH_UP = 5;
/** One late caption revises at most so many windows, the newest. */
const MAX_REVISED = 3;
/** Bounds of what is kept; live rates (8 pictures, 50 chunks of sound a second) stay far below. */
const MAX_FRAMES = 512;
const MAX_AUDIO = 2048;
const MAX_WORDS = 512;

interface Closed {
  startMs: number;
  revision: number;
  state: Record<Modality, TrackState>;
}
/** Sound, with the first window that was still open when it came: a revision changes words, never media. */
interface Heard<A> {
  item: Timed<A>;
  openFrom: number;
}

/**
 * Aligns one participant's pictures, sound and words into one-second windows of media time, [k·1000, (k+1)·1000) + phase ms.
 * A window closes when all live tracks have passed its end (the watermark), or at its deadline. Late media are dropped
 * and counted; late words make a revision of the windows in which they were said. Pure: all times are passed in.
 *
 * Kept: until a window closes, its pictures; the trailing sound and words; and, while words may revise, the pictures and
 * sound of the windows within the horizon. A modality that is switched off is forgotten at once.
 */
export class WindowAligner<F, A> {
  readonly #meter: Meter;
  readonly #phaseMs: number;
  readonly #latenessMs: number;
  readonly #horizonMs: number;
  readonly #audioMs: number;
  readonly #wordsMs: number;
  readonly #stallMs: number;
  readonly #tracks: Record<Modality, TrackProgress>;
  readonly #frames: Timeline<Timed<F>>;
  readonly #audio: Timeline<Heard<A>>;
  readonly #words: SaidWords;
  /** Start of the oldest open window; null while nothing is on. */
  #next: number | null = null;
  #lastEnd = -Infinity;
  readonly #closed = new Map<number, Closed>();
  readonly #dirty = new Set<number>();

  constructor(options: AlignerOptions) {
    this.#meter = options.meter;
    this.#phaseMs = options.phaseMs ?? 0;
    const progress = () => new TrackProgress(this.#phaseMs);
    this.#tracks = { face: progress(), voice: progress(), words: progress() };
    this.#latenessMs = options.allowedLatenessMs ?? 150;
    this.#horizonMs = options.wordsRevisionHorizonMs ?? 10_000;
    this.#audioMs = options.audioWindowMs ?? 3000;
    this.#wordsMs = options.wordsWindowMs ?? 8000;
    this.#stallMs = options.stallMs ?? 1000;
    const overflow = (what: Modality) => () => {
      this.#drop(`${what}-overflow`);
    };
    this.#frames = new Timeline((frame) => frame.mediaTime, MAX_FRAMES, overflow('face'));
    this.#audio = new Timeline((heard) => heard.item.mediaTime, MAX_AUDIO, overflow('voice'));
    this.#words = new SaidWords(MAX_WORDS, overflow('words'));
  }

  /** Items held: for the tests of boundedness. */
  get held(): number {
    return this.#frames.size + this.#audio.size + this.#words.size;
  }

  /** A track (or consent) comes, goes, pauses or resumes. What is switched off is forgotten. */
  setTrack(modality: Modality, on: boolean, paused: boolean): void {
    const track = this.#tracks[modality];
    track.on = on;
    track.paused = paused;
    if (on) return;
    track.clear();
    this.#drop(`${modality}-off`, this.#clear(modality));
    // A revision must not tell that there once were media.
    for (const closed of this.#closed.values()) closed.state[modality] = 'off';
    if (modality === 'words') {
      this.#dirty.clear();
      this.#closed.clear();
    }
  }

  pushFrame(frame: Timed<F>): void {
    if (!this.#admit('face', frame)) return;
    this.progress('face', frame.mediaTime, frame.arrivalMs);
    this.#frames.add(frame);
  }

  pushAudio(item: Timed<A>): void {
    if (!this.#admit('voice', item)) return;
    const end = item.mediaTime + item.durationMs;
    this.#tracks.voice.reach(item.mediaTime, end, item.arrivalMs);
    this.#audio.add({ item, openFrom: this.#next ?? -Infinity });
  }

  /** The track has come to this media time, though it gave nothing to keep (a picture that was not needed). */
  progress(modality: 'face' | 'voice', mediaTime: number, arrivalMs: number): void {
    if (!this.#tracks[modality].on || !(mediaTime <= arrivalMs + MAX_AHEAD_MS)) return;
    this.#tracks[modality].reach(mediaTime, mediaTime, arrivalMs);
  }

  /** Words of a piece of speech take the place of those that came of it before. */
  pushWords(said: TimedWords): void {
    const { endMs, arrivalMs } = said;
    const revisable = this.#revisable(arrivalMs);
    const isLate = this.#next !== null && endMs <= this.#next + WINDOW_MS - this.#wordsMs;
    if (!this.#tracks.words.on) {
      this.#drop('words-off');
    } else if (!hasTime(said, arrivalMs + MAX_AHEAD_MS)) {
      this.#drop('words-time');
    } else if (isLate && !revisable.some((start) => overlapsWords(said, start, start + WINDOW_MS))) {
      this.#drop('words-late');
    } else {
      const read = () => revisable.map((start) => this.#words.textOf(said.segment, start, start + WINDOW_MS));
      const before = read();
      this.#words.add(said);
      // A caption is a piece of its own, and changes every window in which it was said.
      const after = said.segment === undefined ? null : read();
      const changed = revisable.filter((start, i) =>
        after ? after[i] !== before[i] : overlapsWords(said, start, start + WINDOW_MS),
      );
      for (const start of changed.slice(-MAX_REVISED)) this.#dirty.add(start);
    }
  }

  /**
   * Closes the windows that are due. Call it several times a second.
   * @param nowMs the server's wall clock
   * @param handledMs everything that arrived before was pushed; deadlines go by it, for what is in our own queues is not late
   */
  advance(nowMs: number, handledMs = nowMs): AlignerOutput<F, A> {
    const out: AlignerOutput<F, A> = { windows: [], skipped: null };
    if (!Object.values(this.#tracks).some((track) => track.on)) {
      this.#next = null;
      this.#closed.clear();
      return out;
    }
    this.#next ??= this.#begin(nowMs);
    out.skipped = this.#skipAhead(handledMs);
    for (;;) {
      const closedBy = this.#due(this.#next, nowMs, handledMs);
      if (!closedBy) break;
      out.windows.push(this.#close(this.#next, closedBy, nowMs));
      this.#next += WINDOW_MS;
      this.#lastEnd = this.#next;
    }
    // What is let go of, and what may be revised, depends on the oldest open window only.
    if (out.windows.length > 0 || out.skipped) this.#forget(nowMs);
    for (const start of [...this.#dirty].sort((a, b) => a - b)) this.#reclose(start, nowMs, out.windows);
    this.#dirty.clear();
    return out;
  }

  /** The first window is the one that we are in; it begins without its own beginning. */
  #begin(now: number): number {
    const first = Math.max(windowStart(now, this.#phaseMs), this.#lastEnd);
    this.#drop(
      'face-late',
      this.#frames.keep(({ mediaTime }) => mediaTime >= first),
    );
    return first;
  }

  #admit<T>(modality: 'face' | 'voice', item: Timed<T>): boolean {
    const end = item.mediaTime + item.durationMs;
    const isLate = this.#next !== null && (item.durationMs > 0 ? end <= this.#next : end < this.#next);
    if (!this.#tracks[modality].on) return this.#drop(`${modality}-off`);
    if (!(item.mediaTime <= item.arrivalMs + MAX_AHEAD_MS) || !(item.durationMs >= 0)) {
      return this.#drop(`${modality}-time`);
    }
    return isLate ? this.#drop(`${modality}-late`) : true;
  }

  #due(start: number, now: number, handledMs: number): 'watermark' | 'deadline' | null {
    const end = start + WINDOW_MS;
    if (now < end) return null; // media from the future close nothing
    if (handledMs >= end + this.#latenessMs) return 'deadline';
    const holding = [this.#tracks.face, this.#tracks.voice].filter((track) => track.holds(now, this.#stallMs));
    return holding.length > 0 && holding.every((track) => track.coveredMs >= end) ? 'watermark' : null;
  }

  #close(startMs: number, closedBy: 'watermark' | 'deadline', now: number): AlignedWindow<F, A> {
    const { face, voice } = this.#tracks;
    const state = { face: face.state(startMs), voice: voice.state(startMs), words: 'off' as TrackState };
    const closed: Closed = { startMs, revision: 0, state };
    this.#closed.set(startMs, closed);
    return this.#window(closed, closedBy, now);
  }

  #reclose(startMs: number, now: number, out: AlignedWindow<F, A>[]): void {
    const closed = this.#closed.get(startMs);
    if (!closed) return;
    closed.revision++;
    out.push(this.#window(closed, 'revision', now));
  }

  #window(closed: Closed, closedBy: AlignedWindow<F, A>['closedBy'], now: number): AlignedWindow<F, A> {
    const { startMs, revision } = closed;
    const endMs = startMs + WINDOW_MS;
    const frames = this.#frames.filter(({ mediaTime }) => mediaTime >= startMs && mediaTime < endMs);
    const audio = this.#audio
      .filter(({ item, openFrom }) => openFrom <= startMs && overlaps(item, endMs - this.#audioMs, endMs))
      .map(({ item }) => item);
    const wordsFrom = endMs - this.#wordsMs;
    const words = this.#words.in(wordsFrom, endMs);
    const inside = [...frames, ...audio.filter((item) => overlaps(item, startMs, endMs))];
    const wordsState = !this.#tracks.words.on ? 'off' : words.length > 0 ? 'live' : 'stalled';
    this.#meter.count('emostream_windows_total', { closed_by: closedBy });
    return {
      startMs,
      endMs,
      revision,
      closedBy,
      frames,
      audio,
      words,
      saidMs: this.#words.take(wordsFrom, endMs),
      state: { ...closed.state, words: wordsState },
      lastArrivalMs: newest(inside.map((item) => item.arrivalMs)),
      lastDecodedMs: newest(inside.map((item) => item.decodedMs)),
      lastMediaMs: newest(inside.map((item) => Math.min(item.mediaTime + item.durationMs, endMs))),
      closedMs: now,
    };
  }

  /** Starts of the closed windows that words which come now may still revise, in order. */
  #revisable(arrivalMs: number): number[] {
    return [...this.#closed.keys()]
      .filter((start) => start + WINDOW_MS >= arrivalMs - this.#horizonMs)
      .sort((a, b) => a - b);
  }

  #skipAhead(handledMs: number): AlignerOutput<F, A>['skipped'] {
    const startMs = this.#next as number;
    const due = windowStart(handledMs - this.#latenessMs, this.#phaseMs);
    if (due - startMs <= MAX_CATCH_UP * WINDOW_MS) return null;
    const endMs = due - WINDOW_MS;
    this.#next = endMs;
    const frames = this.#frames.filter(({ mediaTime }) => mediaTime >= startMs && mediaTime < endMs);
    this.#drop('face-skipped', frames.length);
    const audio = this.#audio.filter(({ item }) => overlaps(item, startMs, endMs));
    this.#drop('voice-skipped', audio.length);
    return { startMs, endMs };
  }

  /** Empties a modality; returns how many items had been in no window yet. */
  #clear(modality: Modality): number {
    const next = this.#next ?? -Infinity;
    let unseen: number;
    if (modality === 'face') {
      unseen = this.#frames.filter(({ mediaTime }) => mediaTime >= next).length;
      this.#frames.clear();
    } else if (modality === 'voice') {
      unseen = this.#audio.filter(({ item }) => overlaps(item, next, Infinity)).length;
      this.#audio.clear();
    } else {
      unseen = this.#words.clear();
    }
    return unseen;
  }

  /** Lets go of everything that no coming window and no revision can need. */
  #forget(now: number): void {
    const next = this.#next as number;
    const revisable = this.#tracks.words.on ? this.#horizonMs : 0;
    for (const start of this.#closed.keys()) {
      if (start + WINDOW_MS < now - revisable || revisable === 0) this.#closed.delete(start);
    }
    const oldest = Math.min(next, ...this.#closed.keys());
    this.#frames.keep(({ mediaTime }) => mediaTime >= oldest);
    this.#audio.keep(({ item }) => overlaps(item, oldest + WINDOW_MS - this.#audioMs, Infinity));
    this.#words.forgetBefore(oldest + WINDOW_MS - this.#wordsMs);
    for (const track of Object.values(this.#tracks)) track.forgetBefore(next);
  }

  #drop(reason: DropReason<'align'>, by = 1): false {
    if (by > 0) this.#meter.count('emostream_dropped_total', { stage: 'align', reason }, by);
    return false;
  }
}
