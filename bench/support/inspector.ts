import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';

/** With it a process asked by SIGUSR1 listens for an inspector on any free port (nodejs.org/api/cli.html, `--inspect-port`). */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=0' };

/** While it starts its inspector, a process that is busy may let wait. */
const OPEN_PATIENCE_MS = 30_000;

interface RemoteObject {
  value?: unknown;
  objectId?: string;
  description?: string;
}
interface Evaluated {
  result: RemoteObject;
  exceptionDetails?: { text: string; exception?: { description?: string } };
}
interface Thread {
  sessionId: string;
  url: string;
}

/**
 * Looks into, and meddles with, a Node process that knows nothing of it, as a debugger does (Chrome DevTools Protocol, with
 * Node's own domain `NodeWorker`). So the product needs no switches for drills.
 */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>();
  readonly #threads = new Map<string, Thread>();
  #nextId = 1;
  #listensForThreads = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString()) as Record<string, never>));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const answer of this.#pending.values()) answer({ error: { message: 'the process is gone' } });
      this.#pending.clear();
    });
  }

  /** @throws Error when the process does not open its inspector, or is gone */
  static async attach(pid: number): Promise<Inspector> {
    const until = performance.now() + OPEN_PATIENCE_MS;
    for (;;) {
      const before = listeningPorts(pid);
      for (const port of before) {
        const url = await debuggerAt(port);
        if (url) return new Inspector(await connect(url));
      }
      if (performance.now() > until) throw new Error(`process ${String(pid)} does not open its inspector`);
      process.kill(pid, 'SIGUSR1');
      await delay(100);
    }
  }

  /** Runs an expression in the main thread, in the midst of what it does, a promise awaited. @throws Error what it throws */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.#ask<Evaluated>('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    return valueOf(answer) as T;
  }

  /**
   * Loads a module into the process, the same one as the program's own import of it, and calls one of its functions, in a turn of its
   * own: an expression runs in the midst of whatever function runs just then (V8 is interrupted for it), and a request to a media worker,
   * made while another was half written, has ended that worker.
   */
  call<T>(file: string, name: string, ...args: unknown[]): Promise<T> {
    const load = `process.getBuiltinModule('module').createRequire(${JSON.stringify(file)})(${JSON.stringify(file)})`;
    return this.evaluate<T>(`new Promise(setImmediate).then(() => ${load}.${name}(...${JSON.stringify(args)}))`);
  }

  /** Of the main thread. */
  async collectGarbage(): Promise<void> {
    await this.#ask('HeapProfiler.collectGarbage', {});
  }

  /**
   * Runs a function over all objects of a kind that are alive, after garbage was collected: slow, the process stands still.
   * @param prototype an expression, such as `Map.prototype` @param reduce the source of a function of the list of them
   */
  async overAll<T>(prototype: string, reduce: string): Promise<T> {
    const objectGroup = 'all';
    const found = await this.#ask<Evaluated>('Runtime.evaluate', { expression: prototype, objectGroup });
    const { objects } = await this.#ask<{ objects: RemoteObject }>('Runtime.queryObjects', {
      prototypeObjectId: found.result.objectId,
      objectGroup,
    });
    const answer = await this.#ask<Evaluated>('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function () { return (${reduce})(this); }`,
      returnByValue: true,
    });
    await this.#ask('Runtime.releaseObjectGroup', { objectGroup });
    return valueOf(answer) as T;
  }

  /** Threads of the process whose program's address holds this. */
  async threads(program: string): Promise<number> {
    await this.#listenForThreads();
    return [...this.#threads.values()].filter(({ url }) => url.includes(program)).length;
  }

  /**
   * Runs an expression in one of the threads of that program (the oldest is 0), as soon as the thread takes it. Its answer is not waited
   * for: it may end the thread, or never end.
   */
  async inThread(program: string, expression: string, which = 0): Promise<void> {
    await this.#listenForThreads();
    const thread = [...this.#threads.values()].filter(({ url }) => url.includes(program))[which];
    if (!thread) throw new Error(`no thread runs ${program}`);
    const message = JSON.stringify({ id: this.#nextId++, method: 'Runtime.evaluate', params: { expression } });
    await this.#ask('NodeWorker.sendMessageToWorker', { sessionId: thread.sessionId, message });
  }

  /** A process that somebody inspects waits for them before it ends. */
  close(): void {
    this.#socket.terminate();
  }

  async #listenForThreads(): Promise<void> {
    if (this.#listensForThreads) return;
    this.#listensForThreads = true;
    await this.#ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  #ask<T>(method: string, params: object): Promise<T> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result as T);
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive(message: {
    id?: number;
    method?: string;
    params?: { sessionId: string; workerInfo?: { url: string } };
  }): void {
    if (message.id !== undefined) {
      this.#pending.get(message.id)?.(message as never);
      this.#pending.delete(message.id);
      return;
    }
    const { sessionId = '', workerInfo } = message.params ?? {};
    if (message.method === 'NodeWorker.attachedToWorker') {
      this.#threads.set(sessionId, { sessionId, url: workerInfo?.url ?? '' });
    } else if (message.method === 'NodeWorker.detachedFromWorker') this.#threads.delete(sessionId);
  }
}

function valueOf({ result, exceptionDetails }: Evaluated): unknown {
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

async function debuggerAt(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/json/list`, { signal: AbortSignal.timeout(2000) });
    const list = (await answer.json()) as { webSocketDebuggerUrl?: string }[];
    return list[0]?.webSocketDebuggerUrl;
  } catch {
    // Some other port of the process.
    return undefined;
  }
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** TCP ports of 127.0.0.1 that a process listens on: proc(5), /proc/pid/net/tcp by the inodes of its descriptors. */
function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${String(pid)}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${String(pid)}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return readFileSync(`/proc/${String(pid)}/net/tcp`, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const isListening = state === '0A' && local.startsWith('0100007F') && inodes.has(inode);
      return isListening ? [parseInt(local.split(':')[1] ?? '', 16)] : [];
    });
}
