import { processTree } from '../support/process-tree.js';
import { Inspector } from '../support/inspector.js';
import type { ServedCall } from '../support/served-call.js';
import { Drill } from './drill.js';
import { alwaysChecks, check, type Row } from './row.js';

const RESTARTS = (worker: string) => `emostream_worker_restarts_total{worker="${worker}"}`;
/** How long a return is waited for before it is taken for none, ms. */
const PATIENCE_MS = 150_000;
/** Evaluated in a thread: it waits for ever, without using the machine, as a lock that is never released. */
const HANG = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
const END = 'process.exit(1)';

interface FaultOptions {
  /** By which restarts are counted. */
  worker: string;
  /** At most so many seconds of one person's without an event in a row, by what is promised. */
  longest: number;
  /** Who should tell is who hangs: it may take so long until those who listen take it for gone, s. Default 0. */
  unheard?: number;
  /** What must be told: an entry of what was told begins so. */
  told?: readonly string[];
  strike: (call: ServedCall) => Promise<void>;
}

const fault = (id: string, what: string, promised: string, options: FaultOptions): Row => ({
  id,
  what,
  promised,
  run: async (call) => {
    const drill = await Drill.begin(call);
    const before = drill.before.get(RESTARTS(options.worker)) ?? 0;
    const from = performance.now();
    await options.strike(call);
    const again = await drill.recovered(
      async () => ((await call.metrics()).get(RESTARTS(options.worker)) ?? 0) > before,
      PATIENCE_MS,
    );
    const backS = (performance.now() - from) / 1000;
    const found = await drill.end();
    const told = (options.told ?? []).map((begins) => {
      const entry = Object.entries(found.told).find(([name]) => name.startsWith(begins));
      return check(`told: ${begins}`, entry !== undefined, entry?.[1] ?? 0);
    });
    return {
      found,
      figures: { backAfterSeconds: backS },
      checks: [
        ...alwaysChecks(found, (options.unheard ?? 0) * call.people.length),
        check('everybody is analysed again', again, again ? `${backS.toFixed(1)} s with 4 s of calm` : 'no'),
        check(
          `its restart is counted`,
          (found.counted[RESTARTS(options.worker).replace('emostream_', '')] ?? 0) > 0,
          '',
        ),
        check(
          `at most ${String(options.longest)} s without an event`,
          found.longest <= options.longest,
          `${found.longest.toFixed(1)} s`,
        ),
        ...told,
      ],
    };
  },
});

const signal = (part: 'server' | 'mediasoup' | 'analysis', name: NodeJS.Signals) => async (call: ServedCall) => {
  const pids = {
    server: () => [call.serverPid],
    mediasoup: () => processTree(call.server.pid).flatMap((each) => (each.part === 'mediasoup' ? [each.pid] : [])),
    // One more waits to take the place of any: it is those that hold people that are struck.
    analysis: () => call.analysisPids(),
  };
  const [pid] = await pids[part]();
  if (!pid) throw new Error(`there is no process that is ${part}`);
  process.kill(pid, name);
};

const inServer = (program: string, expression: string) => async (call: ServedCall) => {
  const inspector = await call.inspector();
  // Each of them, so that none takes over.
  for (let left = await inspector.threads(program); left > 0; left--)
    await inspector.inThread(program, expression, left - 1);
};

const inAnalysis = (program: string, expression: string) => async (call: ServedCall) => {
  for (const pid of await call.analysisPids()) {
    const inspector = await Inspector.attach(pid);
    if ((await inspector.threads(program)) > 0) await inspector.inThread(program, expression);
    inspector.close();
  }
};

export const FAULTS: readonly Row[] = [
  fault(
    'media-worker-killed',
    'the media worker is killed',
    'noticed at once; its rooms are joined again by themselves',
    {
      worker: 'mediasoup',
      longest: 10,
      told: ['end: worker-died', 'came back by themselves'],
      strike: signal('mediasoup', 'SIGKILL'),
    },
  ),
  fault('media-worker-hung', 'the media worker hangs', 'noticed within 25 s; then the same', {
    worker: 'mediasoup',
    longest: 35,
    told: ['end: worker-died', 'came back by themselves'],
    strike: signal('mediasoup', 'SIGSTOP'),
  }),
  fault('analysis-killed', 'the analysis process is killed', 'another takes its people at once; a gap of 2 s at most', {
    worker: 'analysis',
    // Another may be so fast that no whole second is lost: then there is nothing to tell.
    longest: 3,
    strike: signal('analysis', 'SIGKILL'),
  }),
  fault('analysis-hung', 'the analysis process hangs', 'noticed within 8 s; then the same', {
    worker: 'analysis',
    longest: 11,
    told: ['gap: analysis-restarted'],
    strike: signal('analysis', 'SIGSTOP'),
  }),
  fault('engine-killed', 'all inference threads end', 'replaced; seconds without one are told as gaps', {
    worker: 'inference',
    longest: 15,
    strike: inServer('engine-worker', END),
  }),
  fault('engine-hung', 'all inference threads hang', 'noticed within 5 s; then the same', {
    worker: 'inference',
    longest: 20,
    told: ['gap: '],
    strike: inServer('engine-worker', HANG),
  }),
  fault('recogniser-killed', 'the thread that recognises speech ends', 'events go on; only words are lost', {
    worker: 'speech',
    longest: 0,
    strike: inAnalysis('recogniser-worker', END),
  }),
  fault('recogniser-hung', 'the thread that recognises speech hangs', 'noticed within 20 s; events go on', {
    worker: 'speech',
    longest: 0,
    strike: inAnalysis('recogniser-worker', HANG),
  }),
  fault('voice-encoder-killed', 'the thread that encodes voices ends', 'events go on, judged by log-mel meanwhile', {
    worker: 'voice-encoder',
    longest: 0,
    strike: inAnalysis('voice-encoder-worker', END),
  }),
  fault('voice-encoder-hung', 'the thread that encodes voices hangs', 'noticed within 20 s; events go on', {
    worker: 'voice-encoder',
    longest: 0,
    strike: inAnalysis('voice-encoder-worker', HANG),
  }),
  fault(
    'server-killed',
    'the server process is killed',
    'another in 0.1 s and its start; people come back by themselves',
    {
      worker: 'server',
      longest: 30,
      told: ['sockets closed', 'missed: other-epoch', 'came back by themselves'],
      strike: signal('server', 'SIGKILL'),
    },
  ),
  fault('server-hung', 'the server process hangs', 'noticed within 15 s; then the same', {
    worker: 'server',
    longest: 45,
    unheard: 15,
    told: ['sockets closed', 'missed: other-epoch', 'came back by themselves'],
    strike: signal('server', 'SIGSTOP'),
  }),
];
