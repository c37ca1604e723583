import { existsSync, readFileSync } from 'node:fs';
import { ASSUMPTIONS, EGRESS_TIERS } from './growth/assumptions.js';
import { measuredCosts } from './growth/measured-costs.js';
import { capacities, given, growthOf, WAYS } from './growth/model.js';
import { replicaP95 } from './growth/replica-queue.js';
import { commitId } from './support/commit.js';
import { projectFile } from './support/project-file.js';
import { seeded } from './support/random.js';
import { writeJson } from './support/write-json.js';

/** `npm run bench:growth`: what many people would take, by service times that were measured. It measures nothing itself. */
const PEOPLE = [1000, 10_000, 100_000];
const SEED = 18;

const costs = measuredCosts((name) => {
  const path = projectFile(`bench/results/${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
});
const rows = PEOPLE.flatMap((people) => WAYS.map((way) => growthOf(people, way, costs)));
const round = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
const { people, p95 } = costs.gpuMeasured;
const simulated = replicaP95({
  windowsPerSecond: people * costs.windowsPerSecond,
  ...{ batches: costs.gpuBatches, windows: 40_000, random: seeded(SEED) },
});
writeJson(
  projectFile('bench/results/growth.json'),
  JSON.parse(
    JSON.stringify(
      {
        ...{ benchmark: 'growth', commit: commitId(), command: 'npm run bench:growth' },
        ...{ assumptions: ASSUMPTIONS, egressTiers: EGRESS_TIERS, measured: costs },
        queueModel: { people, measuredP95Ms: p95, simulatedP95Ms: simulated },
        capacities: Object.fromEntries(WAYS.map((way) => [way, capacities(costs, given(), way)])),
        rows,
      },
      (_, value: unknown) => round(value),
    ),
  ),
);
for (const { way, nodes, replicas, natsServers, natsMBps, mediaGbps, cost, ...row } of rows) {
  console.log(
    `${String(row.people)} people, judged ${way}: ${String(nodes)} nodes, ${String(replicas)} replicas, ${String(natsServers)} NATS servers, ` +
      `NATS ${natsMBps.toFixed(1)} MB/s, media ${mediaGbps.toFixed(1)} Gbit/s, $${cost.all.toFixed(4)} a participant-hour`,
  );
}
