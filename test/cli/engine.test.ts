import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp } from '../../src/cli/app.js';
import { userCache } from '../../src/common/install/user-cache.js';
import { doctorCommand } from '../../src/cli/doctor.js';
import { configSchema } from '../../src/config/schema.js';
import { listEngines } from '../../src/inference/available-engines.js';
import { ENGINE_NAMES } from '../../src/inference/types.js';

const CONFIG = { httpPort: 0, jwtSecret: 'a-secret-for-tests-of-32-characters!', rtcWorkers: 1, analysisProcesses: 1 };

function logger() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { logger: pino({ level: 'info' }, stream), lines };
}

it('/readyz, a metric and the log of a running server name the engine', async () => {
  const { logger: log, lines } = logger();
  const app = await startApp(configSchema.parse({ ...CONFIG, engine: 'wasm' }), log);
  try {
    const { model } = app.engine;
    expect(await (await fetch(`${app.server.url}/readyz`)).json()).toMatchObject({ engine: 'wasm', model });
    expect(await (await fetch(`${app.server.url}/metrics`)).text()).toContain(
      `emostream_engine_info{engine="wasm",model="${model}"} 1`,
    );
    expect(lines.find(({ msg }) => msg === 'engine ready')).toMatchObject({ engine: 'wasm', model });
  } finally {
    await app.close();
  }
});

describe('without optional engines', () => {
  let cache: string;
  const { exitCode } = process;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'emostream-cli-engines-'));
    // No server starts without voice activity; the engines are elsewhere.
    await mkdir(join(cache, 'emostream'));
    await symlink(join(userCache(), 'speech'), join(cache, 'emostream', 'speech'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  it.each(['tensorflow', 'webgpu', 'tensorflow-gpu', 'onnx'] as const)(
    'a server that is to use %s does not start, and says how to get it',
    async (engine) => {
      await expect(startApp(configSchema.parse({ ...CONFIG, engine }), logger().logger)).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringContaining(`npx emostream engine install ${engine}`) as string,
      });
    },
  );

  it('a server that is to choose takes the embedded one, and says everywhere why not a better one', async () => {
    const { logger: log, lines } = logger();
    const app = await startApp(configSchema.parse(CONFIG), log);
    try {
      const better = ENGINE_NAMES.filter((name) => name !== 'wasm').map((engine) => ({ engine, why: 'missing' }));
      const get = async (path: string) => (await fetch(`${app.server.url}${path}`)).text();
      const ready = JSON.parse(await get('/readyz')) as { passedOver: { engine: string; reason: string }[] };
      expect(ready).toMatchObject({ engine: 'wasm', engineDevice: { kind: 'cpu' }, passedOver: better });
      for (const { engine, reason } of ready.passedOver) expect(reason).toContain(`engine install ${engine}`);
      expect(JSON.parse(await get('/api/info'))).toMatchObject({
        ...{ engine: 'wasm', engineDevice: { kind: 'cpu', name: 'CPU' }, passedOver: better },
      });
      const metrics = await get('/metrics');
      for (const name of ENGINE_NAMES) {
        expect(metrics).toContain(
          `emostream_engine_passed_over{engine="${name}",why="missing"} ${name === 'wasm' ? 0 : 1}`,
        );
      }
      expect(metrics).toContain('emostream_engine_switches_total{why="lost"} 0');
      expect(lines.find(({ msg }) => msg === 'engine ready')).toMatchObject({ engine: 'wasm', passedOver: better });
      // As this machine's speed has it.
      const { maxBatch } = lines.find(({ msg }) => msg === 'engine ready') as { maxBatch: number };
      expect(maxBatch).toBeGreaterThanOrEqual(4);
    } finally {
      await app.close();
    }
  });

  it('doctor lists every engine: the one that can run with its speed, the others with why not and what to do', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await doctorCommand().parseAsync(['--json'], { from: 'user' });
    const { checks } = JSON.parse(String(print.mock.calls.at(-1)![0])) as {
      checks: { name: string; state: string; detail: string; advice: string }[];
    };
    for (const { name, available, reason, advice } of listEngines()) {
      const check = checks.find((one) => one.name === `engine ${name}`);
      if (available) expect(check).toMatchObject({ state: 'ok', detail: expect.stringMatching(/batch 1: .* ms/) });
      else expect(check).toMatchObject({ state: 'missing', detail: reason, advice });
    }
    expect(listEngines().filter(({ available }) => available)).toHaveLength(1);
    expect(ENGINE_NAMES.every((name) => checks.some((check) => check.name === `engine ${name}`))).toBe(true);
  });
});
