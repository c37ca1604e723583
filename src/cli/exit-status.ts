import type { ErrorCode } from '../common/errors.js';

/** How commands about files end; docs/files.md has the table. 130 is what a shell says of Ctrl-C. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreadable: 3, partly: 4, interrupted: 130 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Partial<Record<ErrorCode, ExitStatus>> = {
  CONFIG_INVALID: EXIT.usage,
  NOT_FOUND: EXIT.usage,
  MEDIA_CORRUPT: EXIT.unreadable,
  MEDIA_EMPTY: EXIT.unreadable,
  MEDIA_ENCRYPTED: EXIT.unreadable,
  UNSUPPORTED_MEDIA: EXIT.unreadable,
  WORKER_DIED: EXIT.unreadable,
};

export const exitStatusOf = (code: ErrorCode): ExitStatus => BY_CODE[code] ?? EXIT.failed;

/** What to say of several: the first of these that there is. */
const WORST: readonly ExitStatus[] = [130, 1, 2, 3, 4, 0];
export const worstOf = (statuses: readonly ExitStatus[]): ExitStatus =>
  WORST.find((status) => statuses.includes(status)) ?? EXIT.done;
