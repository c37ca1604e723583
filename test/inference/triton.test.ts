import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/inference/engines.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { exportRepository } from '../../src/inference/triton/export-repository.js';
import { TritonEngine } from '../../src/inference/triton/triton-engine.js';
import type { EngineNews, Judgement } from '../../src/inference/types.js';
import { SHIPPED_MODEL } from './golden/golden-vectors.js';
import { CountMeter } from './support/count-meter.js';
import { expectGolden } from './support/expect-golden.js';
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
      expect(await engine.encodeFaces(new Uint8Array(0), 0)).toHaveLength(0);
      expect(await engine.run([])).toEqual([]);
    } finally {
      await engine.dispose();
    }
  });

  it('refuses servers that have another version of the model, and says how they get this one', async () => {
    const another = await mkdtemp(join(tmpdir(), 'emostream-another-'));
    try {
      await cp(SHIPPED_MODEL, another, { recursive: true });
      const manifest = join(another, 'model.json');
      await writeFile(manifest, JSON.stringify({ ...JSON.parse(await readFile(manifest, 'utf8')), version: '0.0.0' }));
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

  it.each(['grpcs', 'https'] as const)('by %s shows its token, and trusts whom it is told to trust', async (scheme) => {
    const door = await TlsDoor.open(scheme, scheme === 'grpcs' ? one.grpcPort : one.httpPort, 'a-token');
    const url = `${scheme}://localhost:${String(door.port)}`;
    try {
      const { load, meter, engine } = await opened([url], { ca: TLS_CERTIFICATE, token: 'a-token' });
      expect((await load()).name).toBe('emostream-fusion');
      if (scheme === 'https') await expectGolden(engine, 'triton by HTTP');
      else expect(await engine.run([fullWindow(0)])).toHaveLength(1);
      expect(meter.counted(OUTCOME, { outcome: 'ok' })).toBeGreaterThan(0);
      const stranger = await opened([url], { ca: TLS_CERTIFICATE, token: 'b-token' });
      await expect(stranger.load()).rejects.toThrow(/401/u);
      await expect(stranger.load()).rejects.not.toThrow(/b-token/u);
      const trusting = await opened([url], { token: 'a-token' });
      await expect(trusting.load()).rejects.toThrow(/self.signed/iu);
    } finally {
      door.close();
    }
  });

  it(
    'loses nothing while one of two servers hangs, or is killed in the middle of calls; says that none can be asked; and asks what is back',
    { timeout: 120_000 },
    async () => {
      const { engine, meter, until, told, load } = await opened([one.grpc, other.http], { deadlineMs: 4000 });
      await load();
      const windows = Array.from({ length: 4 }, (_, i) => fullWindow(i));
      const [expected] = await engine.run(windows);
      const expectJudged = async (calls: readonly Promise<Judgement[]>[]): Promise<void> => {
        for (const judged of await Promise.all(calls)) {
          expect(judged).toHaveLength(4);
          judged[0]!.scores.probabilities!.forEach((value, i) =>
            expect(value).toBeCloseTo(expected!.scores.probabilities![i]!, 5),
          );
        }
      };
      other.hang();
      try {
        await expectJudged(Array.from({ length: 3 }, () => engine.run(windows)));
        expect(meter.counted(OUTCOME, { outcome: 'timeout' })).toBeGreaterThan(0);
        await until(({ servers }) => !servers[1]!.up);
      } finally {
        other.goOn();
      }
      await until(({ servers }) => servers[1]!.up);

      const first = engine.run(windows);
      const calls = Array.from({ length: 11 }, () => engine.run(windows));
      // The first answer is here and the rest is under way.
      await first;
      await one.kill();
      while (meter.gauge('emostream_inference_servers', { state: 'down' }) === 0)
        await expectJudged([engine.run(windows)]);
      await expectJudged(calls);
      expect(engine.device.why).toBe('1 of 2 cannot be asked at the moment.');
      expect(meter.counted('emostream_inference_retries_total')).toBeGreaterThan(0);
      expect(meter.counted(OUTCOME, { outcome: 'unavailable' })).toBeGreaterThan(0);

      const workers = vi.spyOn(Worker.prototype, 'postMessage');
      const restarts: string[] = [];
      const threaded = await createEngine('triton', {
        remote: { urls: [other.http], deadlineMs: 4000 },
        onRestart: (why) => restarts.push(why),
      });
      await threaded.load(SHIPPED_MODEL);
      const thread = workers.mock.contexts[0] as Worker;
      workers.mockRestore();

      await other.kill();
      for (let i = 0; i < 3; i++) {
        await expect(engine.run(windows)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
      }
      await until(({ healthy }) => !healthy);
      // Named, so that its operator finds it; a client is told no more than that.
      expect(told.at(-1)!.servers[1]!.url).toBe(other.http);
      expect(engine.device.why).toBe('2 of 2 cannot be asked at the moment.');

      // Its thread dies, too: another takes its place, and waits for a server as the one before did.
      await thread.terminate();
      await expect(threaded.run(windows)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
      expect([restarts.length, threaded.healthy, threaded.hopeless]).toEqual([1, false, false]);

      await other.start();
      await until(({ healthy }) => healthy);
      await expectJudged([engine.run(windows)]);
      await expect.poll(() => threaded.healthy, { timeout: DEADLINE_MS }).toBe(true);
      await expectJudged([threaded.run(windows)]);
      await threaded.dispose();
    },
  );
});
