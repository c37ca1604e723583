import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../analysis/child-environment.js';
import { workerUrl } from '../common/worker-url.js';
import type { FileJob, FromFile, ToFile } from './messages.js';

/** The command's end of the process that reads one recording: foreign bytes are decoded there, and can end nothing else. */
export class FileProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #closed = false;
  #over = false;

  /** @param take messages in order; the last is `done` or `failed`, also of a process that died */
  constructor(job: FileJob, take: (message: FromFile) => void) {
    this.#child = fork(fileURLToPath(workerUrl(import.meta.url, './child/file-child.js')), {
      env: childEnvironment(process.env),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromFile) => {
      if (this.#closed || this.#over) return;
      this.#over = message.type === 'done' || message.type === 'failed';
      take(message);
    });
    const died = (how: string): void => {
      if (this.#closed || this.#over) return;
      this.#over = true;
      const message = `The process that decodes ${job.name} ended (${how}): the recording may be made to do that. What came before is kept.`;
      take({ type: 'failed', code: 'WORKER_DIED', message });
    };
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (status, signal) => {
        died(signal ?? `status ${String(status)}`);
        resolve();
      });
      this.#child.once('error', (error) => {
        died(error.message);
        resolve();
      });
    });
    this.#send({ type: 'start', job });
  }

  /** So many windows need no room any more. */
  taken(windows: number): void {
    this.#send({ type: 'taken', windows });
  }

  /** Ends it at once, if it has not ended by itself. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #send(message: ToFile): void {
    if (!this.#closed && !this.#over && this.#child.connected) this.#child.send(message, () => undefined);
  }
}
