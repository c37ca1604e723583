import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The file descriptor under which an analysis process finds its marker. */
export const MARKER_FD = 4;
const BYTES = 8;

/**
 * The parent's end of a few bytes in which a process notes whose media it is about to touch: what it wrote last outlives it,
 * however it ended. A file without a name, so nothing is left behind.
 */
export class CrashMarker {
  readonly fd: number;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'emostream-marker-'));
    const path = join(folder, 'marker');
    this.fd = openSync(path, 'wx+', 0o600);
    rmSync(folder, { recursive: true });
    writeSync(this.fd, new Uint8Array(BYTES), 0, BYTES, 0);
  }

  /** The track whose media were being handled; null: none were. */
  read(): number | null {
    const bytes = Buffer.alloc(BYTES);
    readSync(this.fd, bytes, 0, BYTES, 0);
    const handle = bytes.readDoubleLE();
    return handle > 0 ? handle : null;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** The process's own end. Two microseconds a change, and no change while the same track goes on. */
export class MarkerWriter {
  readonly #bytes = Buffer.alloc(BYTES);
  #current = 0;

  /** @param fd of a file that outlives this process; null: nobody wants to know (tests without a process) */
  constructor(private readonly fd: number | null) {}

  /** From now on the media of this track are handled; 0: nobody's. */
  set(handle: number): void {
    if (handle === this.#current || this.fd === null) return;
    this.#current = handle;
    this.#bytes.writeDoubleLE(handle);
    writeSync(this.fd, this.#bytes, 0, BYTES, 0);
  }
}
