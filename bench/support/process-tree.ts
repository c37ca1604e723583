import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of proc(5) on Linux (sysconf(_SC_CLK_TCK)), the same on every architecture that Node runs on. */
const TICKS = 100;
const KIB = 1024;

export interface ProcessUsage {
  pid: number;
  /** `analysis`, `mediasoup`, `main` or the program's name. */
  part: string;
  /** User and system, all threads, since it began. */
  cpuSeconds: number;
}

/** This process and all that descend from it. One that ends meanwhile is left out. */
export function processTree(root = process.pid): ProcessUsage[] {
  return [root, ...descendants(root)].flatMap((pid) => {
    try {
      return [usageOf(pid, root)];
    } catch {
      return [];
    }
  });
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function usageOf(pid: number, root: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; the fields after it are counted from its end: 12 and 13 are utime, stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return {
    pid,
    part: partOf(pid, root, command),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

/** Resident memory, of pages that others hold too its share (PSS, proc(5) smaps_rollup); 0 of a process that ended. */
export function memoryOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * KIB;
  } catch {
    return 0;
  }
}

function partOf(pid: number, root: number, command: string): string {
  if (pid === root) return 'main';
  if (command.includes('analysis-child')) return 'analysis';
  return command.includes('mediasoup-worker') ? 'mediasoup' : (command.split(' ')[0] ?? '');
}
