import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { watchLauncher } from './launcher.js';
import { RestartPolicy } from './restart-policy.js';
import { ALIVE_EVERY_MS, CLOSE_PATIENCE_MS, type FromServer, SILENT_LOOKS, type ToServer } from './supervision.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SupervisorOptions {
  flags: Record<string, unknown>;
  file?: string;
  policy?: RestartPolicy;
  /** Where it says what happened to the server. */
  say?: (sentence: string) => void;
}

/**
 * Runs the server in a process of its own and starts another when it ends unasked, by a crash or because its state was in
 * doubt; one that hangs is ended. It does nothing else, so that it has nothing to fail at. Signals are handed on; a server whose supervisor is gone
 * notices that by the channel between them, and ends as well.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  readonly #say: (sentence: string) => void;
  readonly #developmentSecret = randomBytes(32).toString('hex');
  #child: ChildProcess | undefined;
  #ending = false;
  #restarts = 0;
  #httpPort: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  #silentLooks = 0;
  #finish: (status: number) => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#policy = options.policy ?? new RestartPolicy();
    this.#say = options.say ?? ((sentence) => process.stderr.write(`emostream: ${sentence}\n`));
  }

  /** Resolves with the exit status when the server has ended for good. */
  async run(): Promise<number> {
    const handlers = SIGNALS.map((signal) => ({ signal, handler: () => this.#onSignal(signal) }));
    for (const { signal, handler } of handlers) process.on(signal, handler);
    const stopWatching = watchLauncher(() => this.#onSignal('SIGTERM'));
    try {
      return await new Promise<number>((resolve) => {
        this.#finish = resolve;
        this.#start();
      });
    } finally {
      clearTimeout(this.#timer);
      stopWatching();
      for (const { signal, handler } of handlers) process.off(signal, handler);
    }
  }

  #start(): void {
    const { flags, file } = this.#options;
    const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), [], {
      stdio: 'inherit',
      // In a process group of its own: Ctrl-C and other signals to the group come here alone, and media workers do not end by
      // them before everybody was told.
      detached: true,
    });
    this.#child = child;
    let gone = false;
    const onGone = (status: number, how: string) => {
      if (gone) return;
      gone = true;
      this.#onEnded(status, how);
    };
    child.on('message', (message) => this.#onMessage(child, message as FromServer));
    // Could not be started, or a message not be sent: its exit, if there is one, tells the rest.
    child.on('error', (error) => {
      if (child.pid === undefined) onGone(1, error.message);
    });
    child.once('exit', (code, signal) =>
      onGone(code ?? 128 + (signal ? constants.signals[signal] : 0), signal ?? `status ${code}`),
    );
    const start: ToServer = {
      type: 'start',
      flags,
      ...(file === undefined ? {} : { file }),
      developmentSecret: this.#developmentSecret,
      restarts: this.#restarts,
      ...(this.#httpPort === undefined ? {} : { httpPort: this.#httpPort }),
    };
    child.send(start, () => undefined);
  }

  #onMessage(child: ChildProcess, message: FromServer): void {
    this.#silentLooks = 0;
    switch (message.type) {
      case 'ready':
        this.#policy.ready(performance.now());
        this.#httpPort = message.httpPort;
        this.#looks = setInterval(() => this.#look(child), ALIVE_EVERY_MS);
        break;
      case 'alive':
        break;
      case 'ending':
        this.#ending = true;
        break;
      case 'doubtful':
        this.#say('the state of the server is in doubt: it closes, and another takes its place');
        this.#killLater(child);
        break;
    }
  }

  #onSignal(signal: NodeJS.Signals): void {
    this.#ending = true;
    if (!this.#child) return this.#finish(0);
    // The child knows the same wish handed on twice from a second one.
    this.#child.kill(signal);
    this.#killLater(this.#child);
  }

  #onEnded(status: number, how: string): void {
    this.#child = undefined;
    clearTimeout(this.#timer);
    clearInterval(this.#looks);
    if (this.#ending) return this.#finish(status);
    const delayMs = this.#policy.ended(performance.now());
    if (delayMs === null) {
      if (this.#restarts > 0)
        this.#say('the server cannot be started any more: giving up; what keeps it is said above');
      return this.#finish(status || 1);
    }
    this.#restarts += 1;
    this.#say(`the server ended (${how}); another is started in ${delayMs / 1000} s`);
    this.#timer = setTimeout(() => this.#start(), delayMs);
  }

  #look(child: ChildProcess): void {
    this.#silentLooks += 1;
    if (this.#silentLooks !== SILENT_LOOKS) return;
    this.#say('the server hangs: it is ended, and another takes its place');
    child.kill('SIGKILL');
  }

  #killLater(child: ChildProcess): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_PATIENCE_MS);
  }
}
