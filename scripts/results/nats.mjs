// What `bench/RESULTS.md` says of events that go over NATS.
import { table, where } from './markdown.mjs';

/** @param {any} nats what `npm run bench:nats` writes */
export function natsText({
  machine,
  command,
  commit,
  participants,
  rooms,
  seconds,
  events,
  missing,
  eventBytes,
  load,
  localMs,
  remoteMs,
  addedMs,
  aimsMs,
}) {
  const ms = (/** @type {number} */ value) => value.toFixed(2);
  const row = (/** @type {string} */ name, /** @type {any} */ figures) => [
    name,
    ...[figures.p50, figures.p95, figures.p99, figures.max].map(ms),
  ];
  return [
    `${where({ command, commit, machine })}. ${participants} people in ${rooms} rooms, an event of ${eventBytes} bytes a second each, for ${seconds} s, from one process through one NATS server on loopback to another process that listens to all rooms; load of the machine before ${load.before[0]}, after ${load.after[0]}. ${missing} of ${events} events did not come. Aimed at: under ${aimsMs.p50} ms (p50) and ${aimsMs.p99} ms (p99) more than on the way that an event has to who listens at its own node.`,
    table(
      ['from publishing to the listener, ms', 'p50', 'p95', 'p99', 'most'],
      [row('at the same node', localMs), row('at another node', remoteMs), row('more', addedMs)],
    ),
  ].join('\n\n');
}
