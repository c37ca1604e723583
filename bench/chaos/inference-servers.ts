import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedModelFolder } from '../../src/common/version.js';
import { exportRepository } from '../../src/inference/triton/export-repository.js';
import { noTriton, TritonServer } from '../../test/inference/support/triton-server.js';
import type { ServedCall } from '../support/served-call.js';
import { Drill } from './drill.js';
import { alwaysChecks, check, type Row } from './row.js';

/** The one at the machine's end of the call comes up within this time, and the servers are tried again after half a minute, ms. */
const PATIENCE_MS = 150_000;
/** Three requests that take all of their time, five more failures, and the start of the other engine. */
const LONGEST_S = 20;

let folder: string | undefined;
let triton: TritonServer | undefined;

const isUsed = async (call: ServedCall, engine: string): Promise<boolean> =>
  [...(await call.metrics())].some(
    ([name, value]) => name.startsWith(`emostream_engine_info{engine="${engine}"`) && value === 1,
  );

interface Loss {
  strike: (server: TritonServer) => Promise<void> | void;
  mend: (server: TritonServer) => Promise<void> | void;
}

const loss = (id: string, what: string, { strike, mend }: Loss): Row => ({
  id,
  what,
  promised: 'an engine of the machine takes over after eight failures, and the server is asked again when it is back',
  cannot: () => noTriton ?? undefined,
  ownCall: async (start) => {
    folder = mkdtempSync(join(tmpdir(), 'emostream-chaos-triton-'));
    await exportRepository({ model: shippedModelFolder(), out: folder, device: 'cpu', instances: 1, log: () => {} });
    triton = await TritonServer.start(join(folder, 'python'));
    return start({ flags: ['--engine', 'triton', '--engine-url', triton.grpc, '--engine-fallback', 'wasm'] });
  },
  run: async (call) => {
    const [server, judgedByIt] = [triton!, await isUsed(call, 'triton')];
    const drill = await Drill.begin(call);
    const from = performance.now();
    await strike(server);
    const other = await drill.recovered(() => isUsed(call, 'wasm'), PATIENCE_MS);
    const otherS = (performance.now() - from) / 1000;
    await mend(server);
    const mended = performance.now();
    const again = await drill.recovered(() => isUsed(call, 'triton'), PATIENCE_MS);
    const againS = (performance.now() - mended) / 1000;
    const found = await drill.end();
    return {
      found,
      figures: { otherEngineAfterSeconds: otherS, askedAgainAfterSeconds: againS },
      checks: [
        ...alwaysChecks(found),
        check('the server judged before', judgedByIt, ''),
        check(
          'everybody is judged by the other engine',
          other,
          other ? `${otherS.toFixed(1)} s with 4 s of calm` : 'no',
        ),
        check(
          'everybody is judged by the server again',
          again,
          again ? `${againS.toFixed(1)} s after it was back` : 'no',
        ),
        check(
          `at most ${String(LONGEST_S)} s without an event`,
          found.longest <= LONGEST_S,
          `${found.longest.toFixed(1)} s`,
        ),
      ],
    };
  },
  after: () => {
    // The signal goes out at once.
    triton?.kill().catch(() => undefined);
    if (folder) rmSync(folder, { recursive: true });
    folder = triton = undefined;
  },
});

export const INFERENCE_SERVERS: readonly Row[] = [
  loss('inference-server-killed', 'the only inference server is killed, and started again', {
    strike: (server) => server.kill(),
    mend: (server) => server.start(),
  }),
  loss('inference-server-hung', 'the only inference server hangs, and goes on', {
    strike: (server) => server.hang(),
    mend: (server) => server.goOn(),
  }),
];
