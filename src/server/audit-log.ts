import { open } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Consent } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { WholeLines } from '../common/whole-lines.js';

/** Who may be analysed and read, when and where. Ids only. */
export interface AuditRecord {
  event: 'join' | 'leave' | 'consent';
  room: string;
  participant: string;
  /** What may be analysed from now on. */
  consent: Consent;
  /** Whether those in the room may read their words. */
  showWords: boolean;
  /** Server wall clock, ms since the epoch. */
  atMs: number;
}

/** What a moderator or a recorder did, and which one: a token's subject, or the beginning of its digest. What somebody agreed to is by themselves. */
export interface ModerationRecord {
  event:
    | 'removed'
    | 'analysis-stopped'
    | 'analysis-allowed'
    | 'room-ended'
    | 'recording-begun'
    | 'recording-ended'
    | 'recording-agreed'
    | 'recording-refused';
  room: string;
  /** Null: everybody. */
  participant: string | null;
  by: string;
  atMs: number;
}

export interface AuditLog {
  write(record: AuditRecord | ModerationRecord): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** Lines waiting for the disk; past it new ones are dropped, counted and said in the log. */
const MAX_WAITING = 10_000;

/** One JSON line per record, appended to a file that only its owner may read. */
export class FileAuditLog implements AuditLog {
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #meter: Meter;
  readonly #logger: Logger;
  readonly #lines = new WholeLines();
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: Awaited<ReturnType<typeof open>>, meter: Meter, logger: Logger) {
    this.#file = file;
    this.#meter = meter;
    this.#logger = logger;
  }

  /** @throws EmostreamError CONFIG_INVALID when the file cannot be opened */
  static async open(path: string, deps: { meter: Meter; logger: Logger }): Promise<FileAuditLog> {
    try {
      return new FileAuditLog(await open(path, 'a', 0o600), deps.meter, deps.logger);
    } catch (cause) {
      const { code = String(cause) } = cause as NodeJS.ErrnoException;
      const message = `auditLog: ${path} cannot be opened for writing (${code}); its folder must be there, and this server's to write to`;
      throw new EmostreamError('CONFIG_INVALID', message, { cause });
    }
  }

  write(record: AuditRecord | ModerationRecord): void {
    if (this.#waiting.length >= MAX_WAITING) return this.#lost(1, 'the disk is too slow');
    this.#waiting.push(`${toLine(record)}\n`);
    this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bytes = this.#lines.bytesOf(this.#waiting.join(''));
      this.#waiting = [];
      let written = 0;
      try {
        while (written < bytes.length) written += (await this.#file.write(bytes, written)).bytesWritten;
      } catch (error) {
        this.#lost(this.#lines.lost(bytes, written), error instanceof Error ? error.message : String(error));
      }
      this.#lines.took(bytes, written);
    }
    this.#writing = undefined;
  }

  #lost(records: number, reason: string): void {
    this.#meter.count('emostream_dropped_total', { stage: 'audit', reason: 'write-failed' }, records);
    this.#logger.error({ records, reason }, 'audit records were lost');
  }
}

/** The audit in the ordinary log. */
export function loggedAudit(logger: Logger): AuditLog {
  const child = logger.child({ audit: true });
  return {
    write: (record) => child.info(record, 'audit'),
    close: () => Promise.resolve(),
  };
}

function toLine({ atMs, ...record }: AuditRecord | ModerationRecord): string {
  return JSON.stringify({ at: new Date(atMs).toISOString(), ...record });
}
