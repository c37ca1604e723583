import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { exportRepository } from '../../src/inference/triton/export-repository.js';
import { until } from '../client/support/scripted-server.js';
import { ASKED } from '../deploy/dashboard-queries.js';
import { SHIPPED_MODEL } from '../inference/golden/golden-vectors.js';
import { noTriton, TritonServer } from '../inference/support/triton-server.js';
import { NatsServer, noNatsServer } from '../support/nats-server.js';
import { Caller } from './support/caller.js';
import { NodeProcess, type NodeReport } from './support/node-process.js';

const ROOM = 'cluster-room';

if (noTriton) console.log(`nodes over NATS: tested with an engine each, not with an inference server. ${noTriton}`);

/** Asks until the answer is the one that is waited for; the test's own limit ends a wait in vain. */
async function eventually(node: NodeProcess, holds: (report: NodeReport) => boolean): Promise<void> {
  while (!holds(await node.report())) await delay(100);
}

describe.skipIf(noNatsServer)('three nodes over NATS', () => {
  let nats: NatsServer;
  let triton: TritonServer | undefined;
  const models = mkdtempSync(join(tmpdir(), 'emostream-nodes-'));
  let nodes: NodeProcess[] = [];
  const callers: Caller[] = [];
  const listeners: Caller[] = [];

  const owner = async (): Promise<NodeProcess> => {
    const rooms = await Promise.all(nodes.map(async (node) => (await node.report()).rooms));
    expect(rooms.reduce((sum, one) => sum + one)).toBe(1);
    return nodes[rooms.indexOf(1)]!;
  };
  /** Everybody sat down after that, and what they say from now on is judged. */
  const allBack = async (atMs: number): Promise<void> => {
    await until(() => callers.every((caller) => caller.backSince(atMs)));
    await allJudged();
  };
  const allJudged = async (): Promise<void> => {
    const fromMs = systemClock();
    await until(() => callers.every((caller) => caller.judgedSince(fromMs) >= 2));
  };

  beforeAll(async () => {
    nats = await NatsServer.start();
    if (!noTriton) {
      await exportRepository({ model: SHIPPED_MODEL, out: models, device: 'auto', instances: 1, log: () => undefined });
      triton = await TritonServer.start(join(models, 'python'));
    }
    const engine = triton && ['--engine', 'triton', '--engine-url', triton.grpc];
    nodes = await Promise.all([1, 2, 3].map(() => NodeProcess.start(nats.url, 0, engine)));
    await eventually(nodes[0]!, (report) => report.nodes === 3);
  }, 120_000);
  afterAll(async () => {
    for (const caller of [...callers, ...listeners]) caller.close();
    for (const { serve } of nodes) serve.kill();
    await nats?.close();
    await triton?.kill();
    rmSync(models, { recursive: true });
  });

  it('bring the people of a room together, whichever node they come to', async () => {
    callers.push(await Caller.enter(nodes[0]!.url, 'ada', ROOM));
    callers.push(await Caller.enter(nodes[1]!.url, 'bob', ROOM));
    expect(await owner()).toBe(nodes[0]);
    await allJudged();
    const heard = callers.map(({ events }) => new Set(events.map(({ participant }) => participant)));
    expect(heard.every((names) => names.has('ada') && names.has('bob'))).toBe(true);
    // Who only listens hears them at any node, and stays there.
    const listener = await Caller.listen(nodes[2]!.url, ROOM);
    listeners.push(listener);
    await until(() => new Set(listener.events.map(({ participant }) => participant)).size === 2);
    expect(listener.told).not.toContain('moved');
    const engines = new Set(listener.events.flatMap((event) => (event.type === 'emotion' ? [event.engine.name] : [])));
    expect([...engines]).toEqual([triton ? 'triton' : 'wasm']);
    // All that the dashboard asks nodes for is there.
    const asked = ASKED.filter(({ page }) => page === 'emostream: nodes');
    const names = new Set(asked.flatMap(({ expr }) => expr.match(/emostream_\w+/g) ?? []));
    expect(names.size).toBeGreaterThan(5);
    const metrics = await (await fetch(`${nodes[0]!.url}/metrics`)).text();
    const lacking = [...names].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(metrics));
    expect(lacking).toEqual([]);
  }, 60_000);

  it('go on when the one that has the room is killed: people come back by themselves, and are told of the gap', async () => {
    const struckMs = systemClock();
    nodes.shift()!.kill();
    await allBack(struckMs);
    await owner();
    // The numbering of the one that is gone has ended, nobody knows where.
    for (const { missed } of callers) expect(missed.map(({ reason }) => reason)).toContain('other-epoch');
    // So it is told to who listened elsewhere; nothing is missing without a word, nothing comes twice.
    const listener = listeners[0]!;
    await until(() => new Set(listener.events.map(({ epoch }) => epoch)).size === 2);
    expect(listener.missed.map(({ reason }) => reason)).toEqual(['other-epoch']);
    const came = listener.events.map(({ epoch, seq }) => `${epoch} ${String(seq)}`);
    expect(new Set(came).size).toBe(came.length);
  }, 60_000);

  it('move the room of one that ends to another, with a word before', async () => {
    const ending = await owner();
    const askedMs = systemClock();
    const ended = ending.end();
    await allBack(askedMs);
    for (const { told } of callers) expect(told).toContain('moved');
    expect(await ended).toBe(0);
    nodes = nodes.filter((node) => node !== ending);
    expect(await owner()).toBe(nodes[0]);
  }, 60_000);

  it('keep a call on its node while NATS hangs, and take its lease up again afterwards', async () => {
    const node = nodes[0]!;
    const seats = callers.map((caller) => caller.seats.length);
    nats.hang();
    await eventually(node, ({ unsure }) => unsure === 1);
    await allJudged();
    nats.goOn();
    await eventually(node, ({ unsure, state }) => unsure === 0 && state === 'ok');
    expect((await node.report()).rooms).toBe(1);
    expect(callers.map((caller) => caller.seats.length)).toEqual(seats);
  }, 60_000);
});
