// What many people would take, for docs/growth.md.
import { table } from './markdown.mjs';

const WAYS = /** @type {Record<string, string>} */ ({
  here: 'on each node',
  'triton-cpu': 'Triton, 2 cores each',
  'triton-gpu': 'Triton, an H100 each',
});
/** A table of words. @param {string[]} head @param {(string | number)[][]} rows */
const texts = (head, rows) => table(head, rows).replaceAll('--:|', '---|');
const thousands = (/** @type {number} */ value) => Math.round(value).toLocaleString('en-US');
const cents = (/** @type {number} */ dollars) => (100 * dollars).toFixed(2);
const rate = (/** @type {number} */ value) => (value < 100 ? value.toFixed(1) : thousands(value));

/** @param {any} growth what `npm run bench:growth` writes */
export function growthText({ commit, command, assumptions, egressTiers, measured, queueModel, capacities, rows }) {
  const { here, 'triton-gpu': gpu, 'triton-cpu': cpu } = capacities;
  const client =
    measured.remoteClientMs === null
      ? `${assumptions.remoteClientMs.value} ms a window, a guess`
      : `${measured.remoteClientMs.toFixed(2)} ms a window, measured`;
  return [
    `\`${command}\` at commit ${commit}; nothing of it was tried with so many people. Service times are of ${measured.sources.map((/** @type {string} */ one) => `\`${one.replace(':', '`:')}`).join('; ')}.`,
    table(
      [
        ...['people', 'judged', 'nodes', 'Triton', 'NATS servers', 'events into NATS, /s', 'leases, /s', 'NATS, MB/s'],
        ...['media out, Gbit/s', '¢ a participant-hour', 'of it nodes', 'Triton', 'NATS', 'media out'],
      ],
      rows.map((/** @type {any} */ row) => [
        ...[
          thousands(row.people),
          WAYS[row.way] ?? row.way,
          thousands(row.nodes),
          row.replicas || '–',
          row.natsServers,
        ],
        ...[thousands(row.natsEvents), thousands(row.natsLeases), rate(row.natsMBps), rate(row.mediaGbps)],
        ...[cents(row.cost.all), cents(row.cost.nodes), row.replicas ? cents(row.cost.replicas) : '–'],
        ...[cents(row.cost.nats), cents(row.cost.media)],
      ]),
    ),
    '**What one of each carries**, in the order in which it is full:',
    texts(
      ['', 'people', 'by'],
      [
        [
          'node of two cores that judges itself',
          here.node,
          `${measured.nodePeople} measured, each of whom received nobody; here each receives ${assumptions.roomPeople.value - 1} others (${measured.trackMs.toFixed(2)} ms of CPU a track and second). Analysis is what fills it: of ${measured.allMs.toFixed(1)} ms a participant-second ${measured.inferenceMs.toFixed(1)} are judging. Recognition of words would add ${measured.wordsMs.toFixed(1)}`,
        ],
        ['the same, judging elsewhere', gpu.node, `asking costs ${client}`],
        [
          'Triton, two cores',
          thousands(cpu.replica),
          `a queue with measured batch times: 95 % answered in ${assumptions.answerMs.value} ms`,
        ],
        [
          'Triton, one H100',
          thousands(gpu.replica),
          `the same. The queue gives ${queueModel.simulatedP95Ms.toFixed(0)} ms for ${thousands(queueModel.people)} people, for whom ${queueModel.measuredP95Ms.toFixed(0)} ms were measured in one process; Triton itself on a GPU was not measured`,
        ],
        [
          'one stream of events, three copies',
          thousands(here.eventStream),
          `${thousands(assumptions.natsStreamRate.value)} messages a second: ${assumptions.natsStreamRate.source}`,
        ],
        ['one bucket of leases, three copies', thousands(here.leaseBucket), 'the same'],
      ],
    ),
    '**What is assumed**:',
    texts(
      ['', '', 'source'],
      [
        ...Object.values(assumptions).map((/** @type {any} */ { what, value, unit, source }) => [
          what,
          `${value.toLocaleString('en-US', { maximumFractionDigits: 4 })} ${unit}`,
          source,
        ]),
        [
          'what leaves the cloud, of a month',
          egressTiers
            .map((/** @type {any} */ { upToGB, dollars }) =>
              upToGB === null ? `then ${dollars} $/GB` : `to ${thousands(upToGB)} GB ${dollars} $/GB`,
            )
            .join(', '),
          assumptions.addressDollars.source,
        ],
      ],
    ),
  ].join('\n\n');
}
