import { toEmostreamError } from '../../src/common/errors.js';
import type { FromSubject, ToSubject } from './messages.js';
import { startRunner, type Details, type Once, type Runner } from './runners.js';

/** Entry of the process of one subject. */
let runner: Runner | undefined;
const prepared = new Map<string, Once>();

const answer = (message: FromSubject): void => void process.send!(message);

process.on('message', (message: ToSubject) => {
  handle(message).then(answer, (error: unknown) =>
    answer({ type: 'failed', message: toEmostreamError(error).message }),
  );
});
process.on('disconnect', () => process.exit());

async function handle(message: ToSubject): Promise<FromSubject> {
  if (message.type === 'start') {
    runner = await startRunner(message.subject, message.pictures);
    return { type: 'started' };
  }
  if (!runner) throw new Error('not started');
  if (message.type === 'judge') {
    if (!runner.judge) throw new Error('It runs another network.');
    return { type: 'judged', scores: await runner.judge(message.batch) };
  }
  const { one, times } = message;
  const key = `${one.name}/${one.size}`;
  const once = prepared.get(key) ?? runner.prepare(one);
  prepared.set(key, once);
  const ms: number[] = [];
  const details: Details[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    const detail = await once();
    ms.push(performance.now() - from);
    if (detail) details.push(detail);
  }
  return { type: 'ran', ms, details };
}
