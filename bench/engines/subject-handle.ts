import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EmotionScores, ModelInput } from '../../src/inference/types.js';
import type { Case, Pictures } from './cases.js';
import type { FromSubject, ToSubject } from './messages.js';
import type { Details } from './runners.js';
import type { Subject } from './subjects.js';

type Answer<T extends FromSubject['type']> = Extract<FromSubject, { type: T }>;

/** A subject in its process, as the conductor sees it. One call at a time. */
export class SubjectHandle {
  readonly subject: Subject;
  readonly #child: ChildProcess;

  private constructor(subject: Subject, child: ChildProcess) {
    this.subject = subject;
    this.#child = child;
  }

  /** @throws Error saying why it cannot run here */
  static async start(subject: Subject, pictures: Pictures): Promise<SubjectHandle> {
    const child = fork(fileURLToPath(new URL('./subject-process.js', import.meta.url)), {
      env: { ...process.env, ...subject.env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const handle = new SubjectHandle(subject, child);
    try {
      await handle.#call('started', { type: 'start', subject, pictures });
    } catch (error) {
      handle.close();
      throw error;
    }
    return handle;
  }

  async run(one: Case, times: number): Promise<{ ms: number[]; details: Details[] }> {
    return this.#call('ran', { type: 'run', one, times });
  }

  async judge(batch: ModelInput[]): Promise<EmotionScores[]> {
    return (await this.#call('judged', { type: 'judge', batch })).scores;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #call<T extends FromSubject['type']>(type: T, message: ToSubject): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
      };
      const onExit = (): void => {
        settle();
        reject(new Error(`The process of ${this.subject.label} ended.`));
      };
      const onMessage = (answer: FromSubject): void => {
        settle();
        if (answer.type === type) resolve(answer as Answer<T>);
        else reject(new Error(answer.type === 'failed' ? answer.message : `${answer.type} came instead of ${type}`));
      };
      this.#child.on('message', onMessage);
      this.#child.on('exit', onExit);
      this.#child.send(message);
    });
  }
}
