import { readdirSync, readFileSync } from 'node:fs';
import { Inspector } from '../support/inspector.js';
import type { ServedCall } from '../support/served-call.js';
import { processTree } from '../support/process-tree.js';

/** What is measured, by process and name, such as `server: file descriptors`. */
export type Values = Record<string, number>;

const KIB = 1024;
const LOOK = `(() => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const active = {};
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
  return { heapUsed, external, arrayBuffers, active };
})()`;
/** Of the product's metrics: what may only grow so far. */
const GAUGES = {
  emostream_tensors: 'tensors',
  emostream_journal_bytes: 'journal, bytes',
  emostream_rooms: 'rooms',
  emostream_participants: 'participants',
  emostream_subscribers: 'subscribers',
} as const;

/** Reads all processes of a server from outside: their memory, files and threads, and in Node's also heap, timers and handles. */
export class Reader {
  readonly #call: ServedCall;
  readonly #names = new Map<number, string>();
  readonly #inspectors = new Map<number, Promise<Inspector>>();

  constructor(call: ServedCall) {
    this.#call = call;
  }

  /** Processes that were seen, by name: one that was replaced has left its name to nobody. */
  get processes(): readonly string[] {
    return [...this.#names.values()];
  }

  /** @param alive garbage is collected first, and what is alive then is read, too: a heap with its garbage says little */
  async read(alive: boolean): Promise<Values> {
    const values: Values = {};
    for (const { pid, part } of processTree(this.#call.server.pid)) {
      const name = this.#nameOf(pid, part);
      try {
        values[`${name}: private memory, bytes`] = privateMemory(pid);
        values[`${name}: file descriptors`] = readdirSync(`/proc/${String(pid)}/fd`).length;
        values[`${name}: threads`] = readdirSync(`/proc/${String(pid)}/task`).length;
        if (name === 'supervisor' || part === 'mediasoup') continue;
        const inspector = await this.inspector(pid);
        if (alive) await inspector.collectGarbage();
        const { heapUsed, external, arrayBuffers, active } = await inspector.evaluate<Look>(LOOK);
        if (alive) {
          values[`${name}: JavaScript heap, alive, bytes`] = heapUsed;
          values[`${name}: memory outside of it, alive, bytes`] = external;
          values[`${name}: array buffers, alive, bytes`] = arrayBuffers;
        }
        values[`${name}: timers`] = (active['Timeout'] ?? 0) + (active['Immediate'] ?? 0);
        values[`${name}: other active handles`] = sum(Object.values(active)) - (values[`${name}: timers`] ?? 0);
      } catch {
        // It ended meanwhile; that another took its place is told.
      }
    }
    const metrics = await this.#call.metrics();
    for (const [metric, name] of Object.entries(GAUGES)) {
      const value = metrics.get(metric);
      if (value !== undefined) values[`server: ${name}`] = value;
    }
    return values;
  }

  /** Of the server process, and the analysis processes. */
  inspected(): { name: string; pid: number }[] {
    return processTree(this.#call.server.pid).flatMap(({ pid, part }) => {
      const name = this.#nameOf(pid, part);
      return name === 'server' || part === 'analysis' ? [{ name, pid }] : [];
    });
  }

  inspector(pid: number): Promise<Inspector> {
    if (pid === this.#call.serverPid) return this.#call.inspector();
    const known = this.#inspectors.get(pid);
    if (known) return known;
    const attached = Inspector.attach(pid);
    attached.catch(() => this.#inspectors.delete(pid));
    this.#inspectors.set(pid, attached);
    return attached;
  }

  close(): void {
    for (const each of this.#inspectors.values()) {
      each.then(
        (inspector) => inspector.close(),
        () => undefined,
      );
    }
  }

  #nameOf(pid: number, part: string): string {
    const known = this.#names.get(pid);
    if (known) return known;
    const base = pid === this.#call.server.pid ? 'supervisor' : pid === this.#call.serverPid ? 'server' : part;
    const before = [...this.#names.values()].filter((name) => name === base || name.startsWith(`${base} `)).length;
    const name = before === 0 ? base : `${base} ${String(before + 1)}`;
    this.#names.set(pid, name);
    return name;
  }
}

interface Look {
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  active: Record<string, number>;
}

/** Pages that are this process's alone and written to, in memory or swapped out: what a leak is made of (proc(5), smaps_rollup). */
function privateMemory(pid: number): number {
  const rollup = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const of = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) * KIB;
  return of('Private_Dirty') + of('Swap');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
