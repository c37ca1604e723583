import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { egressDollars } from '../../bench/growth/assumptions.js';
import { measuredCosts, type MeasuredCosts } from '../../bench/growth/measured-costs.js';
import { capacities, given, growthOf, WAYS } from '../../bench/growth/model.js';
import { nodesFor, refusedShare, roomSize } from '../../bench/growth/place-rooms.js';
import { batchMs, bestBatch, replicaP95, replicaRate } from '../../bench/growth/replica-queue.js';
import { seeded } from '../../bench/support/index.js';
import { projectFile } from '../../bench/support/project-file.js';

const BATCHES = [
  { size: 1, ms: 10 },
  { size: 4, ms: 16 },
  { size: 8, ms: 40 },
];

describe('a queue before an inference server', () => {
  it('takes batches as they were measured, and between them by a straight line', () => {
    expect([1, 2, 4, 6].map((size) => batchMs(BATCHES, size))).toEqual([10, 12, 16, 28]);
    expect(() => batchMs(BATCHES, 9)).toThrow(RangeError);
    expect(bestBatch(BATCHES).size).toBe(4);
  });

  it('answers who comes alone in the time of a batch of one, and never takes more than its best batch', () => {
    const load = { batches: BATCHES, windows: 4000, random: seeded(1) };
    // So seldom that nobody waits for another.
    expect(replicaP95({ ...load, windowsPerSecond: 0.1 })).toBe(10);
    // More than 4 windows in 16 ms are not judged: the queue grows with every one that comes.
    expect(replicaP95({ ...load, windowsPerSecond: 260 })).toBeGreaterThan(150);
    const rate = replicaRate(load, 100);
    expect(rate).toBeGreaterThan(100);
    expect(rate).toBeLessThan(250);
  });
});

describe('rooms on nodes', () => {
  it('are of the mean that is asked for, and of 2 to 16 people', () => {
    const random = seeded(2);
    const sizes = Array.from({ length: 20_000 }, () => roomSize(4, random));
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([2, 16]);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    // Those of more than 16 are of 16.
    expect(mean).toBeGreaterThan(3.85);
    expect(mean).toBeLessThan(4.05);
  });

  it('find no node where there are half as many as people need, and one where there are twice as many', () => {
    const placing = { people: 400, roomPeople: 4, nodePeople: 40, random: seeded(3) };
    expect(refusedShare({ ...placing, nodes: 5 })).toBeGreaterThan(0.3);
    expect(refusedShare({ ...placing, nodes: 20 })).toBe(0);
    const nodes = nodesFor(placing, 0.001);
    expect(nodes).toBeGreaterThan(10);
    expect(nodes).toBeLessThanOrEqual(20);
  });
});

it('what leaves costs as the tiers say', () => {
  expect(egressDollars(1000)).toBeCloseTo(90);
  expect(egressDollars(60_000)).toBeCloseTo(10_000 * 0.09 + 40_000 * 0.085 + 10_000 * 0.07);
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
      expect(egressDollars(a + b)).toBeLessThanOrEqual(egressDollars(a) + egressDollars(b) + 1e-6);
    }),
  );
});

describe('growth', () => {
  /** Round figures: what comes of them can be said beforehand. */
  const costs: MeasuredCosts = {
    ...{ sources: [], nodePeople: 50, nodeCores: 2, allMs: 28, generatorMs: 2, inferenceMs: 4, trackMs: 0.5 },
    ...{ windowsPerSecond: 1, cpuBatches: BATCHES, gpuBatches: BATCHES, remoteClientMs: 1, wordsMs: 10 },
    gpuMeasured: { people: 1, p95: 1 },
  };

  it('fills a node with as much work as it had when it was measured', () => {
    // 1500 ms of work a second: 28 and six tracks make 31 a person, and judging elsewhere takes 3 of them off.
    expect(capacities(costs, given(), 'here').node).toBe(Math.floor(1500 / 31));
    const remote = capacities(costs, given(), 'triton-cpu');
    expect(remote.node).toBe(Math.floor(1500 / 28));
    expect(remote.replica).toBeGreaterThan(100);
    expect(remote.eventStream).toBe(20_000);
  });

  it('takes nodes with one to spare, three servers of NATS and more where streams are full, and adds up its cost', () => {
    const few = growthOf(500, 'here', costs);
    expect(few.nodes).toBeGreaterThan(Math.ceil(500 / 48));
    expect([few.replicas, few.natsServers, few.eventStreams]).toEqual([0, 3, 1]);
    const { nodes, replicas, nats, media, all } = few.cost;
    expect(nodes + replicas + nats + media).toBeCloseTo(all);
    // Three others at 352 kbit/s each.
    expect(few.mediaGbps).toBeCloseTo((500 * 3 * 352) / 1e6);
    const many = growthOf(90_000, 'triton-cpu', costs);
    expect([many.eventStreams, many.leaseBuckets, many.natsServers]).toEqual([5, 1, 6]);
    expect(many.replicas).toBeGreaterThan(90_000 / 250);
  });

  it('reads what was measured', () => {
    const read = (name: string): unknown => {
      const path = projectFile(`bench/results/${name}.json`);
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
    };
    const found = measuredCosts(read);
    for (const [name, value] of Object.entries(found)) {
      if (typeof value === 'number') expect(value, name).toBeGreaterThan(0);
    }
    expect(found.allMs).toBeGreaterThan(found.inferenceMs);
    for (const way of WAYS) expect(capacities(found, given(), way).node).toBeGreaterThan(5);
  });
});
