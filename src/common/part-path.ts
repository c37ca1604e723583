import { dirname, extname, join, basename } from 'node:path';

/** Where a full file of lines is put aside: `events.jsonl` as `events.1.jsonl`, `events.2.jsonl`, …, the oldest first. */
export function partPath(path: string, part: number): string {
  const end = extname(path);
  return join(dirname(path), `${basename(path, end)}.${part}${end}`);
}
