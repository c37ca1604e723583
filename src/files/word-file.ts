import { existsSync } from 'node:fs';
import { type Words, wordsSchema } from '../server/protocol.js';
import type { TimedWords } from '../streams/index.js';
import { cutAfter, LineFile, linesOf } from './line-file.js';
import type { Caption } from './messages.js';

/** Words of a line; null where it is none. */
export function readWords(line: string): Words | null {
  try {
    return wordsSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * What was said in the end: of each piece of speech the newest final text, and none where that is empty. A number names a piece of one
 * seat, and who takes a seat again begins with 1: pieces are the same where their times meet, too.
 */
export function wordsOf(path: string): Words[] {
  const pieces = new Map<string, Words[]>();
  for (const line of linesOf(path)) {
    const words = readWords(line);
    if (!words?.final) continue;
    const key = `${words.participant} ${words.segment}`;
    const known = pieces.get(key) ?? [];
    pieces.set(key, known);
    const last = known.at(-1);
    if (last && words.startMs <= last.endMs && words.endMs >= last.startMs) known.pop();
    known.push(words);
  }
  return [...pieces.values()].flat().filter(({ text }) => text !== '');
}

/** The words of a recording, a piece of speech on a line each, in the form in which a call's are told. */
export class WordFile {
  readonly #file: LineFile;
  readonly #who: { room: string; participant: string };
  readonly #language: string | null;
  /** Pieces that are told. */
  readonly #told = new Set<number>();

  /** @param language BCP 47 tag of what is recognised; null: not known @param goOn keeps what an earlier run told */
  constructor(path: string, who: { room: string; participant: string }, language: string | null, goOn: boolean) {
    const known = goOn && existsSync(path);
    if (known) {
      cutAfter(path, (line) => {
        const words = readWords(line);
        if (words) this.#told.add(words.segment);
        return words !== null;
      });
    }
    this.#file = new LineFile(path, known);
    this.#who = who;
    this.#language = language;
  }

  recognised({ segment = 0, text, startMs, endMs }: TimedWords): void {
    this.#tell({ segment, text, startMs, endMs, source: 'voice', language: this.#language });
  }

  caption(segment: number, { text, startMs, endMs }: Caption): void {
    this.#tell({ segment, text, startMs, endMs, source: 'caption', language: null });
  }

  close(): void {
    this.#file.close();
  }

  #tell(words: Omit<Words, 'type' | 'room' | 'participant' | 'final'>): void {
    if (this.#told.has(words.segment) || words.text === '') return;
    this.#told.add(words.segment);
    const { segment, text, startMs, endMs, source, language } = words;
    const told: Words = { type: 'words', ...this.#who, segment, text, startMs, endMs, final: true, source, language };
    this.#file.write(told);
  }
}
