const NEWLINE = 10;

/**
 * What stands in a file of lines after a write that failed in the middle: a full disk takes a part of a line. The next line must
 * not be joined to it. Pure: whoever writes tells what the disk took.
 */
export class WholeLines {
  #torn = false;

  /** The bytes to be written: on a line of their own. */
  bytesOf(text: string): Buffer {
    return Buffer.from(this.#torn ? `\n${text}` : text);
  }

  /** @param written bytes that the disk took */
  took(bytes: Buffer, written: number): void {
    if (written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
  }

  /** Lines that are not wholly there, of those in `bytes` of which so many were written. */
  lost(bytes: Buffer, written: number): number {
    let lines = 0;
    for (let at = written; at < bytes.length; at++) if (bytes[at] === NEWLINE) lines += 1;
    // That which ends the torn line before is none.
    return written === 0 && bytes[0] === NEWLINE ? lines - 1 : lines;
  }
}
