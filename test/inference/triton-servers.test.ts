import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/inference/triton/circuit-breaker.js';
import { InferenceServers } from '../../src/inference/triton/inference-servers.js';
import type { Part } from '../../src/inference/network/upload.js';
import { NETWORK_PARTS } from '../../src/inference/parts/network-parts.js';
import { differsFrom, modelDigest, remoteModel } from '../../src/inference/triton/remote-model.js';
import { ServerFailure, type FailedRequest } from '../../src/inference/triton/server-failure.js';
import type { InferenceTransport, InferRequest, ModelMetadata } from '../../src/inference/triton/transport.js';
import type { ServerState } from '../../src/inference/types.js';
import { CountMeter } from './support/count-meter.js';

describe('a circuit', () => {
  it('opens after three failures running, and the time to the next trial grows to a bound', () => {
    const breaker = new CircuitBreaker(() => 0);
    expect(breaker.open).toBe(true);
    breaker.close();
    expect([breaker.failed(false), breaker.failed(false)]).toEqual([false, false]);
    breaker.succeeded();
    expect([breaker.failed(false), breaker.failed(false), breaker.failed(false)]).toEqual([false, false, true]);
    expect(breaker.failed(false)).toBe(false);
    expect(Array.from({ length: 7 }, () => breaker.nextTrial())).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('opens at once for what would fail again, and begins anew with short times where it has lasted', () => {
    let now = 0;
    const breaker = new CircuitBreaker(() => now);
    const closedFor = (ms: number): number => {
      breaker.close();
      now += ms;
      expect(breaker.failed(true)).toBe(true);
      return breaker.nextTrial();
    };
    expect([closedFor(30_000), closedFor(29_999), closedFor(10), closedFor(30_000)]).toEqual([500, 1000, 2000, 500]);
  });
});

const manifest = { name: 'a', version: '1', weights: { file: 'w', bytes: 1, sha256: 'x', tensors: [] } };
const model = remoteModel(manifest, true);

const metadataOf = (part: keyof typeof NETWORK_PARTS): ModelMetadata => {
  const { inputs, output } = NETWORK_PARTS[part];
  const open = (shape: readonly (number | string)[]) => shape.map((side) => (typeof side === 'number' ? side : -1));
  return {
    inputs: Object.entries(inputs).map(([name, { shape, type }]) => ({
      ...{ name, shape: open(shape), datatype: type === 'int32' ? 'INT32' : 'FP32' },
    })),
    outputs: [{ name: output.name, shape: open(output.shape), datatype: 'FP32' }],
  };
};

describe('the model that servers must have', () => {
  it('has another name for every other model, version, weight and shape', () => {
    const others = [
      { ...manifest, name: 'b' },
      { ...manifest, version: '2' },
      { ...manifest, weights: { ...manifest.weights, sha256: 'y' } },
    ].map(modelDigest);
    expect(new Set([modelDigest(manifest), ...others]).size).toBe(4);
    expect(modelDigest({ ...manifest })).toBe(modelDigest(manifest));
    expect(model.names.get('face')).toBe(`emostream-face-${modelDigest(manifest)}`);
    expect(remoteModel(manifest, false).names.has('voice-heard')).toBe(false);
  });

  it('has its inputs and its output, by name, type and shape', () => {
    const metadata = metadataOf('words');
    expect(differsFrom('words', metadata)).toBeNull();
    const [text, meta] = metadata.inputs;
    expect(differsFrom('words', { ...metadata, inputs: [meta!, text!] })).toBeNull();
    expect(differsFrom('words', { ...metadata, inputs: [text!] })).toBe('the input meta');
    expect(differsFrom('words', { ...metadata, inputs: [{ ...text!, datatype: 'INT64' }, meta!] })).toBe(
      'the input text',
    );
    expect(differsFrom('words', { ...metadata, inputs: [text!, { ...meta!, shape: [-1, 5] }] })).toBe('the input meta');
    expect(differsFrom('words', { ...metadata, inputs: [...metadata.inputs, { ...meta!, name: 'x' }] })).toBe(
      'its inputs',
    );
    expect(differsFrom('words', { ...metadata, outputs: [] })).toBe('the output');
  });
});

/** A server that answers as a test says. */
class FakeServer implements InferenceTransport {
  failure: FailedRequest | null = null;
  /** Calls that wait until `answer`; null: none does. */
  held: (() => void)[] | null = null;
  wrong = false;
  value = 0;
  readonly asked: number[] = [];
  resets = 0;

  metadata(name: string): Promise<ModelMetadata> {
    const part = [...model.names].find(([, own]) => own === name)![0];
    return this.#or(() => (this.wrong ? { inputs: [], outputs: [] } : metadataOf(part)));
  }

  async infer({ shape }: InferRequest, timeoutMs: number): Promise<Float32Array> {
    this.asked.push(timeoutMs);
    if (this.held) await new Promise<void>((resolve) => this.held!.push(resolve));
    return this.#or(() => new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(this.value));
  }

  reset(): void {
    this.resets++;
  }

  #or<T>(make: () => T): Promise<T> {
    return this.failure ? Promise.reject(new ServerFailure(this.failure, 'it failed')) : Promise.resolve(make());
  }
}

const voice: Part[] = [{ values: new Float32Array(2 * 300 * 64), shape: [2, 300, 64, 1] }];
const REQUESTS = 'emostream_inference_requests_total';

function serversOf(...transports: FakeServer[]) {
  const meter = new CountMeter();
  const planned: { ms: number; run: () => void }[] = [];
  const told: ServerState[][] = [];
  const servers = new InferenceServers({
    servers: transports.map((transport, i) => ({ url: `grpc://server-${String(i)}`, transport })),
    ...{ model, meter, clock: () => 0, onChange: (states) => told.push(states) },
    later(ms, run) {
      const plan = { ms, run };
      planned.push(plan);
      return () => planned.splice(planned.indexOf(plan), 1);
    },
  });
  const ask = () => servers.infer('voice', voice, 1000);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { servers, meter, planned, told, ask, settled };
}

describe('inference servers', () => {
  it('are asked each for as many, and a request that fails is made of another within its time', async () => {
    const [a, b] = [new FakeServer(), new FakeServer()];
    const { servers, meter, ask } = serversOf(a, b);
    await servers.open(5000);
    [a.held, b.held] = [[], []];
    const calls = [ask(), ask(), ask(), ask()];
    expect([a.held.length, b.held.length]).toEqual([2, 2]);
    // Half of the time is left for another.
    expect(a.asked.at(-1)).toBe(500);
    a.failure = 'refused';
    for (const answer of a.held.splice(0)) answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.held).toHaveLength(4);
    expect(b.asked.at(-1)).toBe(1000);
    for (const answer of b.held) answer();
    expect((await Promise.all(calls)).map(({ length }) => length)).toEqual([128, 128, 128, 128]);
    expect(meter.counted('emostream_inference_retries_total')).toBe(2);
    expect([meter.counted(REQUESTS, { outcome: 'refused' }), meter.counted(REQUESTS, { outcome: 'ok' })]).toEqual([
      2, 4,
    ]);
  });

  it('are tried twice for a request and no more, and one that is alone only after a connection that broke', async () => {
    const all = [new FakeServer(), new FakeServer(), new FakeServer()];
    const three = serversOf(...all);
    await three.servers.open(5000);
    for (const server of all) server.failure = 'timeout';
    const before = all.flatMap(({ asked }) => asked).length;
    await expect(three.ask()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(all.flatMap(({ asked }) => asked).length - before).toBe(2);

    for (const [outcome, times] of [
      ['timeout', 1],
      ['unavailable', 2],
    ] as const) {
      const server = new FakeServer();
      const { servers, ask } = serversOf(server);
      await servers.open(5000);
      server.failure = outcome;
      const asked = server.asked.length;
      await expect(ask()).rejects.toThrow(/it failed/u);
      expect(server.asked.length - asked).toBe(times);
    }
  });

  it('are left alone while they fail, tried without anybody’s window, and asked again when that went well', async () => {
    const [a, b] = [new FakeServer(), new FakeServer()];
    const { servers, meter, planned, told, ask, settled } = serversOf(a, b);
    await servers.open(5000);
    a.failure = 'broken';
    for (let i = 0; i < 6; i++) await ask();
    expect(servers.states).toMatchObject([
      { up: false, reason: 'it failed' },
      { up: true, reason: '' },
    ]);
    expect(a.resets).toBe(1);
    expect(meter.gauge('emostream_inference_servers', { state: 'down' })).toBe(1);
    const asked = a.asked.length;
    await ask();
    expect(a.asked).toHaveLength(asked);
    expect(planned.map(({ ms }) => ms)).toEqual([500]);
    planned.shift()!.run();
    await settled();
    expect(planned.map(({ ms }) => ms)).toEqual([1000]);
    a.failure = null;
    planned.shift()!.run();
    await settled();
    expect(told.at(-1)!.every(({ up }) => up)).toBe(true);
    expect(planned).toEqual([]);
  });

  it('that answer with what is no number are asked no more, and others in their place', async () => {
    const [a, b] = [new FakeServer(), new FakeServer()];
    const { servers, meter, planned, ask, settled } = serversOf(a, b);
    await servers.open(5000);
    a.value = NaN;
    for (let i = 0; i < 6; i++) expect((await ask()).every(Number.isFinite)).toBe(true);
    expect(meter.counted(REQUESTS, { outcome: 'broken' })).toBe(3);
    // Nor does it come back as long as it does so.
    planned.shift()!.run();
    await settled();
    expect(servers.states[0]).toMatchObject({ up: false, reason: expect.stringContaining('not finite') as string });
  });

  it('with another model are down at once, and where none is left everything says why', async () => {
    const [a, b] = [new FakeServer(), new FakeServer()];
    a.wrong = true;
    const { servers, planned, ask } = serversOf(a, b);
    await servers.open(5000);
    expect(servers.states[0]).toMatchObject({ up: false, reason: expect.stringContaining('is another') as string });
    b.failure = 'missing';
    await expect(ask()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    await expect(ask()).rejects.toThrow(/server-0: its model .* is another.*server-1: it failed.*model export/u);
    servers.close();
    expect(planned).toEqual([]);
  });

  it('of which none can be asked are no engine', async () => {
    const [a, b] = [new FakeServer(), new FakeServer()];
    [a.failure, b.failure] = ['unavailable', 'unauthorised'];
    const { servers } = serversOf(a, b);
    await expect(servers.open(5000)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    servers.close();
  });
});
