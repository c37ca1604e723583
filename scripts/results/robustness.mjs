// What `bench/RESULTS.md` says of bad roads and of what breaks.
import { number, table, where } from './markdown.mjs';

/** @param {any} loss what `npm run bench:loss` writes */
export function lossText({
  machine,
  command,
  commit,
  people,
  seconds,
  lossPercent,
  roundTripMs,
  shortWaitMs,
  cameras,
}) {
  const cell =
    (/** @type {(of: any) => number} */ figure) =>
    (/** @type {any} */ { short, own }) =>
      `${number(figure(short))} → ${number(figure(own))}`;
  const requests = cell(({ requestsAMinute }) => requestsAMinute);
  const pictures = cell(({ picturesASecond }) => picturesASecond);
  const gap = cell(({ longestGapMs }) => longestGapMs);
  return [
    `${where({ command, commit, machine })}. ${people} cameras for ${seconds} s each, through the real media worker, tap and decoder, on a road of ${roundTripMs} ms there and back that loses ${lossPercent} % of all packets each way; they send again what is asked for, and a key frame only when one is.`,
    `What it costs to wait for what is lost only ${shortWaitMs} ms, as sound is waited for → as long as pictures are; at the same time on the same machine, each person. (The process that sends and receives was itself late by ${Math.min(...cameras.map((/** @type {any} */ { lateMs }) => lateMs))} to ${Math.max(...cameras.map((/** @type {any} */ { lateMs }) => lateMs))} ms, p99.)`,
    table(
      ['camera', 'key frame requests a minute', 'pictures decoded a second', 'longest time without one, ms'],
      cameras.map((/** @type {any} */ one) => [one.what, requests(one), pictures(one), gap(one)]),
    ),
  ].join('\n\n');
}

/** @param {any} chaos what `npm run chaos` writes */
export function chaosText({ machine, people, seconds, rows }) {
  const list = (/** @type {Record<string, number>} */ counts) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const lost = (/** @type {any} */ { expected, judged, whole, away, silent, longest }) =>
    `${judged} of ${expected} s have an event, ${whole} with face and voice; ${away.toFixed(0)} s away, ${silent.toFixed(1)} s silent; longest ${longest.toFixed(1)} s`;
  const verdict = (/** @type {any} */ { passed, checks }) =>
    passed
      ? 'pass'
      : `**fail**: ${checks
          .filter((/** @type {any} */ one) => !one.passed)
          .map((/** @type {any} */ one) => `${one.what}: ${one.found}`)
          .join('; ')}`;
  const all = [...new Set(rows.map((/** @type {any} */ { commit }) => commit))];
  const idsOf = (/** @type {string} */ one) =>
    rows.flatMap((/** @type {any} */ { commit, id }) => (commit === one ? [id] : [])).join(', ');
  const commits = all
    .map((commit) => (all.length === 1 ? `commit ${commit}` : `commit ${commit} (${idsOf(commit)})`))
    .join(' and ');
  const busy = rows.filter((/** @type {any} */ { load }) => load > machine.cores);
  const beside = busy.length
    ? ` The machine had other work (load up to ${Math.max(...busy.map((/** @type {any} */ { load }) => load))}) in: ${busy.map((/** @type {any} */ { id }) => id).join(', ')}.`
    : '';
  return [
    `\`npm run chaos\` at ${commits} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}: ${people} people in two rooms of \`emostream serve\`, by signalling, with real RTP on links that are impaired in user space; each road for ${seconds} s. In the rows of nodes they type, by the client library, without media.${beside} Everything that was counted is in [\`results/chaos.json\`](results/chaos.json).`,
    table(
      ['what goes wrong', 'promised', 'lost', 'told', 'verdict'],
      rows.map((/** @type {any} */ row) => {
        if (row.notMeasured) return [row.what, row.promised, 'not measured', '', row.notMeasured];
        if (row.broke) return [row.what, row.promised, 'did not begin, or did not end', '', `**fail**: ${row.broke}`];
        return [row.what, row.promised, lost(row.found), list(row.found.told) || '–', verdict(row)];
      }),
    ),
  ].join('\n\n');
}

const MIB = 1024 * 1024;

/** @param {any} soak what `npm run soak` writes */
export function soakText({
  machine,
  command,
  commit,
  beside,
  minutes,
  people,
  guests,
  crowd,
  workersThatDied,
  notDone,
  events,
  growing,
  unclear,
  trends,
  census,
}) {
  const amount = (/** @type {string} */ name, /** @type {number} */ value) =>
    name.endsWith('bytes')
      ? `${(value / MIB).toFixed(1)} MiB`
      : Number.isInteger(value)
        ? String(value)
        : value.toFixed(2);
  const held = (/** @type {any} */ { maps, sets, entries }) => `${maps + sets} maps and sets with ${entries} entries`;
  const before = crowd
    ? ` (and ${crowd} more, a few at a time, before anything was counted: each leaves holes in the allocator’s heap, until there are holes for all that comes)`
    : '';
  const unmet = growing.length > 0 || minutes < 60;
  // What cannot be said is not met.
  const aim = unmet ? 'NOT met' : unclear.length > 0 ? 'nothing is seen to grow, not shown for all' : 'met';
  return [
    `${where({ command, commit, machine })}: ${people} people stayed in the real server for ${minutes} minutes, ${guests} guests came and went beside them, by signalling and RTP${before}.${beside ? ` Beside it: ${beside}.` : ''} Everything that could grow is read all the while, in every process (*alive*: after garbage was collected, which is done ${crowd ? 'each half a minute' : 'each minute and a half'} for it); the slope is the median of all pairs' (Theil–Sen) with its 95 % interval, *flat* where all of that is of no matter (2 % of the memory an hour, at least 4 MiB; of what is counted less than one).`,
    `*Aim: an hour without growth: ${aim}*${growing.length ? ` (grows: ${growing.join('; ')})` : ''}${unclear.length ? `; too restless to say: ${unclear.join('; ')}` : ''}. Of ${events.expected} seconds of those who stayed ${events.judged} had an event, ${events.gaps} were told as gaps, ${events.away.toFixed(0)} s as not analysed, ${events.silent.toFixed(1)} s were silent; ${events.numbersLost} events were lost on the way to the subscriber; ${workersThatDied} processes died; ${notDone} things could not be done.`,
    table(
      ['', 'at first', 'at last', 'change an hour [95 %]', ''],
      [
        ...Object.entries(trends).map(([name, { first, last, slope, low, high, verdict }]) => [
          name.replace(', bytes', ''),
          amount(name, first),
          amount(name, last),
          `${amount(name, slope)} [${amount(name, low)}, ${amount(name, high)}]`,
          verdict,
        ]),
        ...census.map((/** @type {any} */ { process, before, after, verdict }) => [
          `${process}, everybody gone`,
          held(before),
          held(after),
          '',
          verdict,
        ]),
      ],
    ),
  ].join('\n\n');
}
