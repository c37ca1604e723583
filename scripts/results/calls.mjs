// What `bench/RESULTS.md` says of whole calls: cost, capacity, floods.
import { number, table, where } from './markdown.mjs';

/** @typedef {{ note: string, steps: { what: string, before: number, after: number, unit: string, command: string, commit: string }[] }} Steps */

/** @param {any} pairs what `npm run bench:call-pairs` writes; loosely typed, as it is read for print alone */
export function pairsText({ commit, against, machine, command, participants, ratios, cpuMs, mainMs, p95Ms, missing }) {
  const sorted = [...ratios].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const ms = (/** @type {{ before: number, after: number }} */ { before, after }) =>
    `${before.toFixed(1)} → ${after.toFixed(1)} ms`;
  return [
    `Beside commit ${against}, in turn, ${participants} people (\`${command}\` at commit ${commit}, ${machine.cpu}): *aim: half the CPU or less: ${middle <= 0.5 ? 'met' : 'NOT met'}.* Ratios of the pairs: ${ratios.map((/** @type {number} */ ratio) => ratio.toFixed(2)).join(', ')}.`,
    table(
      ['', 'before → now'],
      [
        ['CPU per participant-second, all processes', ms(cpuMs)],
        ['of it the thread that answers WebSockets (taps by DirectTransport → by PlainTransport)', ms(mainMs)],
        ['p95 of the event after its window’s end', ms(p95Ms)],
        ['windows without a whole event, all runs', `${missing.before} → ${missing.after}`],
      ],
    ),
  ].join('\n\n');
}

/** @param {any} capacity what `npm run bench:capacity` writes @param {number} [aim] people */
export function capacityText({ commit, machine, command, note = '', promise, most, runs, past, room }, aim) {
  const row = (/** @type {any} */ { participants, events, delayMs, partsMs, cpu, memory, picturesPerSecond }) => [
    participants,
    events.missing,
    delayMs.p95.toFixed(0),
    ['close', 'queue', 'inference'].map((part) => partsMs[part].p95.toFixed(0)).join(' / '),
    picturesPerSecond.toFixed(1),
    (1000 * cpu.perParticipantSecond['all, without the load generator']).toFixed(1),
    cpu.cores.toFixed(2),
    memory.peakMiB,
  ];
  const head = ['people', 'missing', 'p95, ms', 'of it close / queue / inference', 'pictures a second'];
  return [
    `${where({ command, commit, machine })}. The load generator runs on the same cores. ${note ? `${note} ` : ''}The promise: a whole event for every second, 95 % within ${promise.p95Ms} ms of the window’s end. *Kept up to ${most} people*${aim ? ` (aim: ${aim}: ${most >= aim ? 'met' : 'NOT met'})` : ''}. After them a run at twice that: what gives way are pictures, then faces; every call goes on.${room ? ` Last, one room in which everybody receives everybody else (${room.consumers} tracks).` : ''}`,
    table([...head, 'CPU ms a participant-second', 'cores', 'MiB'], [...runs, past, ...(room ? [room] : [])].map(row)),
  ].join('\n\n');
}

/** @param {any} capacity what `npm run bench:capacity` writes @returns {string} */
export const engineOf = ({ runs }) => runs[0].engine.split(',')[0];

/** @param {any[]} all what `npm run bench:capacity` wrote with one engine after the other */
export function capacityByEngine(all) {
  const sizes = all.map(({ runs }) => runs.map((/** @type {any} */ { participants }) => participants));
  const [first] = sizes;
  const alike = Math.max(
    ...(first ?? []).filter((/** @type {number} */ each) => sizes.every((of) => of.includes(each))),
  );
  const rows = all.map(({ most, runs }) => {
    const { delayMs, cpu, memory, partsMs } = runs.find(
      (/** @type {any} */ { participants }) => participants === alike,
    );
    return [
      engineOf({ runs }),
      most,
      delayMs.p95.toFixed(0),
      partsMs.inference.p95.toFixed(0),
      (1000 * cpu.perParticipantSecond['all, without the load generator']).toFixed(1),
      memory.peakMiB,
    ];
  });
  const of = `with ${String(alike)} people:`;
  return table(
    ['engine', 'people at most', `${of} p95, ms`, 'of it inference', 'CPU ms a participant-second', 'MiB'],
    rows,
  );
}

/** @param {Steps} steps */
export function stepsText({ note, steps }) {
  const commands = [...new Set(steps.map(({ command }) => command))].map((command) => `\`${command}\``).join(', ');
  return [
    `${note} By ${commands}.`,
    table(
      ['step', 'before', 'after', 'ratio', 'unit', 'commit'],
      steps.map(({ what, before, after, unit, commit }) => [
        what,
        number(before),
        number(after),
        (after / before).toFixed(2),
        unit,
        commit,
      ]),
    ),
  ].join('\n\n');
}

/** @param {any} flood what `npm run bench:flood` writes; `again` is another run, of which the pairs count as well */
export function floodText({ machine, command, commit, participants, seconds, pairs, aim, floods, again = null }) {
  const cell = (/** @type {{ without: number, with: number }} */ { without, with: during }) =>
    `${number(without)} → ${number(during)}`;
  const ratio = (/** @type {number} */ value) => value.toFixed(2);
  const rows = (/** @type {any[]} */ all) =>
    table(
      ['flood', 'p50', 'p95', 'median ratio', 'ratios', 'missing'],
      all.map((one) => [
        one.what,
        cell(one.p50Ms),
        cell(one.p95Ms),
        ratio(one.medianRatio),
        one.ratios.map(ratio).join(' '),
        `${one.missing.without} → ${one.missing.with}`,
      ]),
    );
  const ofBoth = (/** @type {string} */ name) => {
    const same = [...floods, ...(again?.floods ?? [])].filter(({ flood }) => flood === name);
    const sorted = same.flatMap(({ ratios }) => ratios).sort((a, b) => a - b);
    return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  };
  const names = floods.map((/** @type {any} */ { flood }) => flood);
  const medians = names.map((/** @type {string} */ name) => `${name} ${ratio(ofBoth(name))}`).join(', ');
  const met = names.every((/** @type {string} */ name) => name === 'nothing' || ofBoth(name) <= aim);
  return [
    `${where({ command, commit, machine })}. ${participants} synthetic participants in the real server; one more sender floods it from a process of its own on the same cores, for a half of ${seconds} s that is compared with the half beside it; ${pairs} pairs each, in changing order.`,
    "Delay of the others' events, from a window's end to the arrival at a subscriber, ms without → with the flood (medians of the halves), and the ratio of p95 by pair. Where nothing floods the ratios show what the machine and its other work do.",
    rows(floods),
    ...(again
      ? [
          `Those that were over the aim, and nothing to compare with, again, with ${again.pairs} pairs each, at real-time priority so that other work of the machine does not disturb (\`${again.command}\` at commit ${again.commit}):`,
          rows(again.floods),
        ]
      : []),
    `*Aim: a median ratio of at most ${ratio(aim)}: ${met ? 'met' : 'NOT met'}*, over all pairs: ${medians}.`,
  ].join('\n\n');
}
