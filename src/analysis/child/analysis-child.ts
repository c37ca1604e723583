import { fstatSync } from 'node:fs';
import { systemClock, systemTime } from '../../common/clock.js';
import { toEmostreamError } from '../../common/errors.js';
import { collectSeldom } from '../../common/heap.js';
import { belowTheCall } from '../../common/niceness.js';
import { waitAtMost } from '../../common/wait-at-most.js';
import { MARKER_FD, MarkerWriter } from '../crash-marker.js';
import type { FromAnalysis, ToAnalysis } from '../messages.js';
import { AnalysisHost } from './analysis-host.js';
import { ParentChannel } from './parent-channel.js';

/** How long threads that recognise or encode speech may take to end, ms: within what the main process waits for this one's end. */
const THREADS_PATIENCE_MS = 1000;

/**
 * Entry of an analysis process: decodes foreign media, and holds nothing else. The main process starts it, tells it everything by
 * messages, and ends it; it ends by itself when that is gone.
 */
collectSeldom();
const channel = new ParentChannel();
// Of a terminal's Ctrl-C the whole group hears; the main process says when to end, and in which order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', endAtOnce);

belowTheCall();

let host: AnalysisHost | null = null;
process.on('message', (messages: ToAnalysis[]) => {
  for (const message of messages) {
    if (message.type === 'start') start(message).catch(refuse);
    else if (message.type === 'stop') stop();
    else host?.handle(message);
  }
});

async function start({ options, aheadMs }: Extract<ToAnalysis, { type: 'start' }>): Promise<void> {
  systemTime.adopt(aheadMs);
  const marker = new MarkerWriter(isOpen(MARKER_FD) ? MARKER_FD : null);
  host = await AnalysisHost.create({ options, send: (message) => channel.send(message), marker, clock: systemClock });
  channel.send({ type: 'ready', ports: host.ports } satisfies FromAnalysis);
}

function refuse(error: unknown): void {
  channel.send({ type: 'failed', message: toEmostreamError(error).message });
  channel.close();
}

function stop(): void {
  const end = (): void => channel.close();
  waitAtMost(THREADS_PATIENCE_MS, Promise.resolve(host?.close())).then(end, end);
}

/**
 * `process.exit` stops threads wherever they are, and libraries that are at work in one then abort with a message on stderr
 * ("terminate called …"); nothing is left to be saved here.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
