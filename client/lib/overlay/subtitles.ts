import type { Words } from '../../../src/server/protocol.js';

/** A piece of speech as it is to be read now. */
export interface SubtitlePart {
  text: string;
  /** BCP 47; null: not known. */
  language: string | null;
}

interface Piece {
  segment: number;
  text: string;
  startMs: number;
  final: boolean;
  language: string | null;
  /** It came in one go, so that nobody has read any of it yet. */
  whole: boolean;
  /** When it came, and when it last changed: the page's own clock, ms. */
  cameMs: number;
  changedMs: number;
}

/** Without anything new, the last words stay so long, ms. */
const STAY_MS = 5000;
/** What comes in one go is shown page by page, at about the pace of broadcast subtitles: 15 characters a second. */
const READ_MS_PER_CHARACTER = 65;
const LEAST_PAGE_MS = 1500;
/** Reading lags behind what was said by no more than this, ms: then pages are skipped. */
const MOST_LAG_MS = 10_000;
const MOST_PIECES = 6;

/**
 * What may be read of what one participant says. Partial words grow and are replaced by final ones; a late final text corrects
 * what is still to be read. Pure: words and the page's own time come in; times of the server are compared with each other only.
 */
export class SubtitleModel {
  #pieces: Piece[] = [];

  push({ segment, text, startMs, final, language }: Words, nowMs: number): void {
    const known = this.#pieces.find((piece) => piece.segment === segment);
    if (!known) return this.#add({ segment, text, startMs, final, language }, nowMs);
    // A partial text that a final one overtook says nothing new.
    if (known.final && !final) return;
    if (known.text !== text) known.changedMs = nowMs;
    Object.assign(known, { text, startMs, final, language });
    if (text === '') this.#pieces = this.#pieces.filter((piece) => piece !== known);
  }

  /** Their speaker took them back. */
  clear(): void {
    this.#pieces = [];
  }

  /**
   * What is to be read now: the newest words last, of which as many are to be seen as there is room for.
   * @param room for how many characters, see `roomFor`
   */
  view(nowMs: number, room: number): SubtitlePart[] {
    const parts: SubtitlePart[] = [];
    const kept: Piece[] = [];
    // Until then somebody reads what came before.
    let readUntilMs = -Infinity;
    for (const piece of this.#pieces) {
      const beginMs = Math.min(piece.cameMs + MOST_LAG_MS, Math.max(piece.cameMs, readUntilMs));
      const pages = piece.whole ? pagesOf(piece.text, room) : [piece.text];
      const paged = pages.length > 1;
      const endMs = paged ? beginMs + sum(pages.map(readingMs)) : Math.max(beginMs, piece.changedMs);
      if (paged) readUntilMs = endMs;
      if (nowMs >= endMs + STAY_MS) continue;
      kept.push(piece);
      if (nowMs >= beginMs) parts.push({ text: pageAt(pages, nowMs - beginMs), language: piece.language });
    }
    this.#pieces = kept;
    return parts;
  }

  #add(said: Pick<Piece, 'segment' | 'text' | 'startMs' | 'final' | 'language'>, nowMs: number): void {
    if (said.text === '') return;
    const after = this.#pieces.findLastIndex(({ startMs }) => startMs <= said.startMs);
    this.#pieces.splice(after + 1, 0, { ...said, whole: said.final, cameMs: nowMs, changedMs: nowMs });
    if (this.#pieces.length > MOST_PIECES) this.#pieces.shift();
  }
}

/** As the style sheet has it: the text's size by the overlay's width, and what lies beside it, px. */
const FONT = { least: 14, share: 0.033, most: 24 };
const BESIDE = 44;
/** Widths of letters differ: so much of a line is counted on, in units of the text's size. */
const LETTER = 0.55;
const LINES = 2;
const LEAST_ROOM = 24;

/** How many characters there is room for in an overlay of this width, px. */
export function roomFor(width: number): number {
  const font = Math.min(FONT.most, Math.max(FONT.least, FONT.share * width));
  return Math.max(LEAST_ROOM, Math.floor((LINES * (width - BESIDE)) / (LETTER * font)));
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const readingMs = (page: string): number => Math.max(LEAST_PAGE_MS, page.length * READ_MS_PER_CHARACTER);

function pageAt(pages: readonly string[], elapsedMs: number): string {
  let left = elapsedMs;
  return pages.find((page) => (left -= readingMs(page)) < 0) ?? pages.at(-1) ?? '';
}

/** Cut between words where there are any. */
function pagesOf(text: string, length: number): string[] {
  const pages: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const cut = rest.lastIndexOf(' ', length);
    const at = cut > length / 2 ? cut : length;
    pages.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return rest ? [...pages, rest] : pages;
}
