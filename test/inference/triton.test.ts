import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/inference/engines.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { TfjsEngine } from '../../src/inference/tfjs-engine.js';
import { exportRepository } from '../../src/inference/triton/export-repository.js';
import { TritonEngine } from '../../src/inference/triton/triton-engine.js';
import type { EngineNews } from '../../src/inference/types.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { SHIPPED_MODEL } from './golden/golden-vectors.js';
import { CountMeter } from './support/count-meter.js';
import { expectGolden } from './support/expect-golden.js';
import { someLayers, written } from './support/random-networks.js';
import { TlsDoor, TLS_CERTIFICATE } from './support/tls-door.js';
import { noTriton, TritonServer } from './support/triton-server.js';

if (noTriton) console.log(`the engine triton: not tested with a real server. ${noTriton}`);

/** Longer than a busy machine keeps an answer that comes; a hang is found by it. */
const DEADLINE_MS = 20_000;
const OUTCOME = 'emostream_inference_requests_total';

describe.skipIf(noTriton !== null)('the engine triton, with real servers', () => {
  let folder: string;
  let one: TritonServer;
  let other: TritonServer;
  const engines: TritonEngine[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emostream-triton-'));
    await exportRepository({ model: SHIPPED_MODEL, out: folder, device: 'auto', instances: 1, log: () => {} });
    [one, other] = await Promise.all([
      TritonServer.start(join(folder, 'python')),
      TritonServer.start(join(folder, 'python')),
    ]);
  }, 120_000);
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.dispose();
  });
  afterAll(async () => {
    await Promise.all([one?.kill(), other?.kill()]);
    await rm(folder, { recursive: true });
  });

  /** An engine that has the model, and what it told. */
  async function opened(urls: readonly string[], options: { token?: string; ca?: string; deadlineMs?: number } = {}) {
    const meter = new CountMeter();
    const told: EngineNews[] = [];
    let tell = (): void => {};
    const engine = new TritonEngine(
      { urls, deadlineMs: DEADLINE_MS, ...options },
      {
        meter,
        onNews(news) {
          told.push(news);
          tell();
        },
      },
    );
    engines.push(engine);
    const until = async (reached: (news: EngineNews) => boolean): Promise<void> => {
      while (!reached(told.at(-1)!)) await new Promise<void>((resolve) => (tell = resolve));
    };
    return { engine, meter, told, until, load: () => engine.load(SHIPPED_MODEL) };
  }

  it('says by gRPC, in its thread, what the golden vectors say', { timeout: 60_000 }, async () => {
    const engine = await createEngine('triton', { remote: { urls: [one.grpc], deadlineMs: DEADLINE_MS } });
    try {
      expect(engine.device).toEqual({ kind: 'remote', name: 'inference server' });
      expect((await engine.load(SHIPPED_MODEL)).hears).toBe(true);
      await engine.warmUp([1]);
      expect([engine.lanes, engine.healthy]).toEqual([2, true]);
      await expectGolden(engine, 'triton by gRPC');
    } finally {
      await engine.dispose();
    }
  });

  it('says by HTTP what the golden vectors say', { timeout: 60_000 }, async () => {
    const { engine, load } = await opened([one.http]);
    await load();
    await expectGolden(engine, 'triton by HTTP');
  });

  it('refuses servers that have another model, and says how they get this one', async () => {
    await useWasmBackend();
    const another = await written('triton-another', someLayers());
    try {
      for (const url of [one.grpc, one.http]) {
        const { engine } = await opened([url]);
        await expect(engine.load(another)).rejects.toMatchObject({
          code: 'ENGINE_UNAVAILABLE',
          message: expect.stringMatching(/unknown model.*emostream model export --format triton/u) as string,
        });
        await expect(engine.run([fullWindow(0)])).rejects.toMatchObject({ code: 'WRONG_STATE' });
      }
    } finally {
      await rm(another, { recursive: true });
    }
  });

  it.each(['grpc', 'http'] as const)(
    'loses nothing by %s when one of two servers is killed in the middle of calls, and asks it again when it is back',
    { timeout: 120_000 },
    async (by) => {
      const { engine, meter, until, load } = await opened([one[by], other[by]]);
      await load();
      const windows = Array.from({ length: 4 }, (_, i) => fullWindow(i));
      const [expected] = await engine.run([windows[0]!]);
      const first = engine.run(windows);
      const calls = Array.from({ length: 11 }, () => engine.run(windows));
      // The first answer is here and the rest is under way.
      await first;
      await one.kill();
      while (meter.gauge('emostream_inference_servers', { state: 'down' }) === 0) calls.push(engine.run(windows));
      for (const judged of await Promise.all(calls)) {
        expect(judged).toHaveLength(4);
        judged[0]!.scores.probabilities!.forEach((value, i) =>
          expect(value).toBeCloseTo(expected!.scores.probabilities![i]!, 5),
        );
      }
      expect(engine.device.why).toBe('1 of 2 cannot be asked at the moment.');
      expect(meter.counted('emostream_inference_retries_total')).toBeGreaterThan(0);
      expect(meter.counted(OUTCOME, { outcome: 'unavailable' })).toBeGreaterThan(0);
      await one.start();
      await until(({ servers }) => servers.every(({ up }) => up));
      expect(engine.device.why).toBeUndefined();
    },
  );

  it(
    'asks another server while one hangs, and gives that up before its time is over',
    { timeout: 120_000 },
    async () => {
      const { engine, meter, until, load } = await opened([one.grpc, other.grpc], { deadlineMs: 4000 });
      await load();
      one.hang();
      try {
        const calls = Array.from({ length: 3 }, () => engine.run([fullWindow(0)]));
        for (const judged of await Promise.all(calls)) expect(judged).toHaveLength(1);
        expect(meter.counted(OUTCOME, { outcome: 'timeout' })).toBeGreaterThan(0);
        await until(({ servers }) => !servers[0]!.up);
      } finally {
        one.goOn();
      }
      await until(({ servers }) => servers[0]!.up);
    },
  );

  it(
    'says within a call’s time that no server can be asked, and answers when one can',
    { timeout: 120_000 },
    async () => {
      const { engine, until, told, load } = await opened([other.http], { deadlineMs: 3000 });
      await load();
      await other.kill();
      try {
        for (let i = 0; i < 3; i++) {
          await expect(engine.run([fullWindow(0)])).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
        }
        await until(({ healthy }) => !healthy);
        // Named, so that its operator finds it; a client is told no more than that.
        expect(told.at(-1)!.servers[0]!.url).toBe(other.http);
        expect(engine.device.why).toBe('1 of 1 cannot be asked at the moment.');
      } finally {
        await other.start();
      }
      await until(({ healthy }) => healthy);
      expect(await engine.run([fullWindow(0)])).toHaveLength(1);
    },
  );

  it.each(['grpcs', 'https'] as const)('by %s shows its token, and trusts whom it is told to trust', async (scheme) => {
    const door = await TlsDoor.open(scheme, scheme === 'grpcs' ? one.grpcPort : one.httpPort, 'a-token');
    const url = `${scheme}://localhost:${String(door.port)}`;
    try {
      const { load, meter, engine } = await opened([url], { ca: TLS_CERTIFICATE, token: 'a-token' });
      expect((await load()).name).toBe('emostream-fusion');
      expect(await engine.run([fullWindow(0)])).toHaveLength(1);
      expect(meter.counted(OUTCOME, { outcome: 'ok' })).toBeGreaterThan(0);
      const stranger = await opened([url], { ca: TLS_CERTIFICATE, token: 'b-token' });
      await expect(stranger.load()).rejects.toThrow(/401/u);
      await expect(stranger.load()).rejects.not.toThrow(/b-token/u);
      const trusting = await opened([url], { token: 'a-token' });
      await expect(trusting.load()).rejects.toThrow(/the connection failed \(\w*SELF_SIGNED\w*\)/u);
    } finally {
      door.close();
    }
  });

  it('says what the embedded engine says, of a model with weights as they come', { timeout: 60_000 }, async () => {
    await useWasmBackend();
    const wasm = new TfjsEngine('wasm');
    await wasm.load(SHIPPED_MODEL);
    const { engine, load } = await opened([one.grpc, one.http]);
    await load();
    const crops = fullWindow(1).face!.crops as Uint8Array;
    const [mine, its] = [await engine.encodeFaces(crops, 2), await wasm.encodeFaces(crops, 2)];
    mine.forEach((value, i) => expect(value).toBeCloseTo(its[i]!, 4));
    expect(await engine.encodeFaces(new Uint8Array(0), 0)).toHaveLength(0);
    expect(await engine.run([])).toEqual([]);
    await wasm.dispose();
  });
});
