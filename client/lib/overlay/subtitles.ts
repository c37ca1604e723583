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
  /** When reading of it begins, and when it last changed: the page's own clock, ms. */
  beginMs: number;
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
   * @param pageLength how many characters there is room for
   */
  view(nowMs: number, pageLength: number): SubtitlePart[] {
    this.#pieces = this.#pieces.filter((piece) => nowMs < readMs(piece, pageLength) + STAY_MS);
    return this.#pieces
      .filter(({ beginMs }) => beginMs <= nowMs)
      .map((piece) => ({ text: pageAt(piece, nowMs, pageLength), language: piece.language }));
  }

  #add(said: Pick<Piece, 'segment' | 'text' | 'startMs' | 'final' | 'language'>, nowMs: number): void {
    if (said.text === '') return;
    const piece: Piece = { ...said, whole: said.final, beginMs: nowMs, changedMs: nowMs };
    const after = this.#pieces.findLastIndex(({ startMs }) => startMs <= said.startMs);
    const before = this.#pieces[after];
    // Somebody is still reading what came before.
    if (before?.whole)
      piece.beginMs = Math.min(nowMs + MOST_LAG_MS, Math.max(nowMs, before.beginMs + readingMs(before)));
    this.#pieces.splice(after + 1, 0, piece);
    if (this.#pieces.length > MOST_PIECES) this.#pieces.shift();
  }
}

const readingMs = ({ text }: Piece): number => Math.max(LEAST_PAGE_MS, text.length * READ_MS_PER_CHARACTER);

/** When all of it was there to be read. */
function readMs(piece: Piece, pageLength: number): number {
  const paged = piece.whole && piece.text.length > pageLength;
  return Math.max(piece.changedMs, piece.beginMs + (paged ? readingMs(piece) : 0));
}

function pageAt(piece: Piece, nowMs: number, pageLength: number): string {
  if (!piece.whole || piece.text.length <= pageLength) return piece.text;
  const pages = pagesOf(piece.text, pageLength);
  let elapsed = nowMs - piece.beginMs;
  for (const page of pages) {
    elapsed -= Math.max(LEAST_PAGE_MS, page.length * READ_MS_PER_CHARACTER);
    if (elapsed < 0) return page;
  }
  return pages.at(-1) ?? '';
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
