import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';
import { temporaryFolder } from '../support/temporary-folder.js';

describe("the set-up's lock", () => {
  const lockPath = (): string => join(temporaryFolder(), 'inner', 'setup.lock');
  const fast = { pollMs: 5 };

  it('lets one in at a time, and every one in the end', async () => {
    const path = lockPath();
    let inside = 0;
    let most = 0;
    const done: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map((number) =>
        withLock(
          path,
          async () => {
            most = Math.max(most, ++inside);
            for (let i = 0; i < 20; i++) await new Promise(setImmediate);
            inside--;
            done.push(number);
          },
          fast,
        ),
      ),
    );
    expect(most).toBe(1);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('is released when the work fails, and gives the failure on', async () => {
    const path = lockPath();
    const failing = withLock(path, () => Promise.reject(new Error('disk full')), fast);
    await expect(failing).rejects.toThrow('disk full');
    expect(existsSync(path)).toBe(false);
    expect(await withLock(path, async () => 'next', fast)).toBe('next');
  });

  it('tells whom it waits for, once', async () => {
    const path = lockPath();
    const waits: number[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = withLock(path, () => held, fast);
    const second = withLock(path, async () => 'second', { ...fast, onWait: (holder) => waits.push(holder) });
    while (waits.length === 0) await new Promise(setImmediate);
    release();
    await first;
    expect(await second).toBe('second');
    expect(waits).toEqual([process.pid]);
  });

  it('takes over what a process left that is gone', async () => {
    const path = lockPath();
    await withLock(path, async () => {}, fast);
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(path, JSON.stringify({ id: 'x', pid: gone, host: hostname() }));
    expect(await withLock(path, async () => 'taken', fast)).toBe('taken');
  });

  it('takes over what has shown no life for long, from another machine or unreadable', async () => {
    for (const content of [JSON.stringify({ id: 'x', pid: 1, host: 'elsewhere' }), '', 'null']) {
      const path = lockPath();
      await withLock(path, async () => {}, fast);
      writeFileSync(path, content);
      const longAgo = Date.now() / 1000 - 60;
      utimesSync(path, longAgo, longAgo);
      expect(await withLock(path, async () => 'taken', fast)).toBe('taken');
    }
  });

  it('lets only one of many take over a stale lock', async () => {
    const path = lockPath();
    await withLock(path, async () => {}, fast);
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(path, JSON.stringify({ id: 'x', pid: gone, host: hostname() }));
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(
          path,
          async () => {
            most = Math.max(most, ++inside);
            for (let i = 0; i < 10; i++) await new Promise(setImmediate);
            inside--;
          },
          fast,
        ),
      ),
    );
    expect(most).toBe(1);
  });
});
