import { afterEach, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { pathToFileURL } from 'node:url';
import { RequestThread } from '../../src/common/request-thread.js';
import { RecogniserThread } from '../../src/speech/recogniser-thread.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { noModel } from '../speech/support/model.js';

const entry = pathToFileURL(projectFile('test/fixtures/request-thread.mjs'));
const [ANSWERS, DIES, HANGS, THROWS] = [0, 1, 2, 3];

describe('a thread that answers requests', () => {
  let thread: RecogniserThread;
  afterEach(() => thread.close());
  const setUp = (patienceMs = 20_000) => {
    const meter = new CountMeter();
    const time = { now: 0 };
    thread = new RecogniserThread({ model: noModel, meter, clock: () => time.now, entry, patienceMs });
    let id = 0;
    const piece = (what: number) =>
      thread.recognise({ id: ++id, samples: Float32Array.of(what), speechMs: 1, final: true });
    const restarts = () => meter.counted('emostream_worker_restarts_total', { worker: 'speech' });
    return { piece, restarts, time };
  };

  it('that dies of a piece is replaced for the next one', async () => {
    const { piece, restarts } = setUp();
    expect((await piece(ANSWERS)).answer.text).toBe('piece 1');
    await expect(piece(DIES)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect((await piece(ANSWERS)).answer.text).toBe('piece 3');
    expect(restarts()).toBe(1);
  });

  it('that hangs is taken for dead', async () => {
    const { piece, restarts } = setUp(300);
    await expect(piece(HANGS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(restarts()).toBe(1);
  });

  it('that dies again and again within a minute is not started any more; later deaths are forgiven', async () => {
    const { piece, time } = setUp();
    for (let death = 0; death < 6; death++) {
      time.now += 30_000;
      await expect(piece(DIES)).rejects.toMatchObject({ code: 'WORKER_DIED' });
      expect(thread.hopeless).toBe(false);
    }
    for (let death = 0; death < 3; death++) await expect(piece(DIES)).rejects.toThrow();
    expect(thread.hopeless).toBe(true);
    await expect(piece(ANSWERS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
  });

  it('that refuses a piece goes on', async () => {
    const { piece, restarts } = setUp();
    await expect(piece(THROWS)).rejects.toMatchObject({ code: 'INTERNAL' });
    await piece(ANSWERS);
    expect(restarts()).toBe(0);
  });

  it('answers nothing after it was closed', async () => {
    const { piece, restarts } = setUp();
    const answer = piece(ANSWERS);
    const closed = thread.close();
    await expect(answer).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(piece(ANSWERS)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(restarts()).toBe(0);
    await closed;
  });

  it('is closed when it has ended', async () => {
    const options = { worker: 'speech', does: 'waits', entry, meter: new CountMeter(), clock: () => 0 } as const;
    const asked = new RequestThread<Int32Array, unknown>({ ...options, patienceMs: 20_000 });
    const request = new Int32Array(new SharedArrayBuffer(8));
    await asked.ask(request, []);
    expect(request[1]).toBe(0);
    const closing = asked.close();
    expect(asked.close()).toBe(closing);
    await closing;
    expect(request[1]).toBe(1);
    await new RequestThread({ ...options, patienceMs: 20_000 }).close();
  });
});
