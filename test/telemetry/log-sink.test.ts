import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { LogSink } from '../../src/telemetry/log-sink.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const open: number[] = [];
afterEach(() => open.splice(0).forEach((fd) => closeSync(fd)));

function opened(path: string, flags: string | number): number {
  const fd = openSync(path, flags);
  open.push(fd);
  return fd;
}

it('writes lines in their order, and at the end what still waits', async () => {
  const path = join(temporaryFolder(), 'log');
  const sink = new LogSink(opened(path, 'a'));
  for (let i = 0; i < 100; i++) sink.write(`${i}\n`);
  await expect.poll(() => readFileSync(path, 'utf8')).toBe(Array.from({ length: 100 }, (_, i) => `${i}\n`).join(''));
  sink.write('last words\n');
  sink.flush();
  expect(readFileSync(path, 'utf8')).toContain('99\nlast words\n');
});

it('loses and counts what a full disk does not take, and goes on when there is room', async () => {
  let lost = 0;
  let now = 0;
  const sink = new LogSink(opened('/dev/full', 'w'), { onLost: (lines) => (lost += lines), clock: () => now });
  sink.write('one\n');
  sink.write('two\n');
  await expect.poll(() => lost).toBe(2);
  // Not tried again for each line …
  sink.write('three\n');
  expect(lost).toBe(3);
  // … but after a while; and the end of the process is no other case.
  now += 1000;
  sink.write('four\n');
  sink.flush();
  expect(lost).toBe(4);
});

it('waits for no reader that has stopped to read: it holds a bound, and counts what is past it', async () => {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = opened(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  let lost = 0;
  const sink = new LogSink(opened(pipe, constants.O_WRONLY), { onLost: (lines) => (lost += lines), maxWaiting: 1000 });
  const line = `${'x'.repeat(99)}\n`;
  // A pipe takes 64 KiB by default (pipe(7)): this is more by far, and comes in one turn of the loop after the other.
  for (let i = 0; i < 2000; i++) {
    sink.write(line);
    if (i % 10 === 9) await new Promise(setImmediate);
  }
  await expect.poll(() => lost).toBeGreaterThan(0);
  sink.flush();
  // Every line is either lost or comes out whole at the other end.
  const buffer = Buffer.alloc(1_000_000);
  let read = 0;
  await expect
    .poll(() => {
      try {
        read += readSync(reader, buffer, read, buffer.length - read, null);
      } catch {
        // EAGAIN: nothing there at the moment.
      }
      return read / line.length + lost;
    })
    .toBe(2000);
  expect(buffer.subarray(0, read).toString()).toBe(line.repeat(read / line.length));
});
