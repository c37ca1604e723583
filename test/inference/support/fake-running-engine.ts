import { EmostreamError } from '../../../src/common/errors.js';
import type { EngineStatus } from '../../../src/inference/available-engines.js';
import type { RunningEngine } from '../../../src/inference/engines.js';
import {
  ENGINE_NAMES,
  PROCESSOR,
  type EngineDevice,
  type EngineInput,
  type EngineName,
  type Judgement,
} from '../../../src/inference/types.js';
import { FakeEngine } from './fake-engine.js';

/** A fake engine by any name, of which a test may take the GPU away. */
export class FakeRunningEngine implements RunningEngine {
  readonly lanes = 1;
  healthy = true;
  hopeless = false;
  disposed = false;
  /** What its calls throw. */
  failure: EmostreamError | null = null;
  readonly inner = new FakeEngine();

  constructor(
    readonly name: EngineName,
    readonly onDeath: (reason: string) => void,
    readonly device: EngineDevice = PROCESSOR,
  ) {}

  load = (model: string) => this.inner.load(model);
  warmUp = (sizes: readonly number[]) => this.inner.warmUp(sizes);
  memory = () => this.inner.memory();
  encodeFaces = (crops: Uint8Array, count: number) => this.#answer(() => this.inner.encodeFaces(crops, count));
  run = (batch: readonly EngineInput[]): Promise<Judgement[]> => this.#answer(() => this.inner.run(batch));

  /** No thread of it will be there again. */
  die(): void {
    this.hopeless = true;
    this.healthy = false;
    this.failure = new EmostreamError('WORKER_DIED', 'The GPU is gone.');
  }

  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  #answer<T>(make: () => Promise<T>): Promise<T> {
    if (this.disposed) return Promise.reject(new EmostreamError('CLOSED', 'The engine was disposed.'));
    return this.failure ? Promise.reject(this.failure) : make();
  }
}

/** A machine on which so many engines are installed. */
export class FakeMachine {
  readonly started: FakeRunningEngine[] = [];
  /** Why an engine does not start. */
  readonly refused = new Map<EngineName, EmostreamError>();
  readonly devices = new Map<EngineName, EngineDevice>();

  constructor(readonly installed: readonly EngineName[]) {}

  readonly start = (name: EngineName, onDeath: (reason: string) => void): Promise<FakeRunningEngine> => {
    const refused = this.refused.get(name);
    if (refused) return Promise.reject(refused);
    const engine = new FakeRunningEngine(name, onDeath, this.devices.get(name));
    this.started.push(engine);
    return Promise.resolve(engine);
  };

  readonly list = (): EngineStatus[] =>
    ENGINE_NAMES.map((name) => {
      const available = this.installed.includes(name);
      const [reason, advice] = available ? ['', ''] : ['It is not installed.', `Install ${name}.`];
      return { name, description: name, available, reason, advice };
    });

  /** The newest by a name. */
  of(name: EngineName): FakeRunningEngine {
    return this.started.findLast((engine) => engine.name === name)!;
  }
}
