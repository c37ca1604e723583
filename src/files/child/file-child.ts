import { toEmostreamError } from '../../common/errors.js';
import { collectSeldom } from '../../common/heap.js';
import { type FileJob, type FromFile, MOST_ON_THE_WAY, type ToFile } from '../messages.js';
import { FileAnalysis } from './file-analysis.js';
import { StageMeter } from './stage-meter.js';

/**
 * Entry of the process that reads one recording: it decodes foreign media, and holds nothing else. It ends by itself when the command
 * is gone.
 */
collectSeldom();
// Of a terminal's Ctrl-C the whole group hears; the command says when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

let onTheWay = 0;
let onRoom: () => void = () => undefined;

process.on('message', (message: ToFile) => {
  if (message.type === 'start') {
    run(message.job).then(end, (error: unknown) => {
      const { code, message } = toEmostreamError(error);
      end({ type: 'failed', code, message });
    });
    return;
  }
  onTheWay -= message.windows;
  onRoom();
});

async function run(job: FileJob): Promise<FromFile> {
  const meter = new StageMeter();
  const analysis = await FileAnalysis.open(job, {
    meter,
    onOutput: (output) => {
      if (output.type === 'window') onTheWay += 1;
      send({ type: 'output', output });
    },
    room: async () => {
      while (onTheWay >= MOST_ON_THE_WAY) await new Promise<void>((resolve) => (onRoom = resolve));
    },
  });
  send({ type: 'opened', info: analysis.info });
  try {
    const done = await analysis.run();
    const { user, system } = process.cpuUsage();
    return { type: 'done', ...done, stages: meter.stages, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await analysis.close();
  }
}

function send(message: FromFile): void {
  // It fails only when the command is gone, which `disconnect` tells.
  process.send?.(message, undefined, {}, () => undefined);
}

/** The last message, and what was sent before, is on its way first. */
function end(last: FromFile): void {
  process.send?.(last, undefined, {}, () => process.connected && process.disconnect());
}
