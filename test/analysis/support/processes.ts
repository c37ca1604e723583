import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { vi } from 'vitest';

/** Analysis processes that are children of a process, by what the kernel says (Linux). */
export function analysisChildren(parent = process.pid): number[] {
  const threads = readdirSync(`/proc/${String(parent)}/task`);
  const children = threads.flatMap((thread) => read(`/proc/${String(parent)}/task/${thread}/children`).split(' '));
  return children.filter((pid) => pid && read(`/proc/${pid}/cmdline`).includes('analysis-child')).map(Number);
}

/** What a process holds open. */
export function openFiles(pid: number): string[] {
  const folder = `/proc/${String(pid)}/fd`;
  try {
    return readdirSync(folder).map((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

/** It takes packets: its sixteen sockets are open. */
export function takesPackets(pid: number): boolean {
  return openFiles(pid).filter((file) => file.startsWith('socket:')).length >= 16;
}

/** Neither running nor stopped; a zombie has ended. */
export function hasEnded(pid: number): boolean {
  const stat = read(`/proc/${String(pid)}/stat`);
  return stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** Resolves with the process that waits beside those at work, once it takes packets. */
export function standbyOf(atWork: () => number[]): Promise<number> {
  return vi.waitUntil(() => analysisChildren().find((pid) => !atWork().includes(pid) && takesPackets(pid)), {
    timeout: 60_000,
    interval: 20,
  }) as Promise<number>;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
