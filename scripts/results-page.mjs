// The text of bench/RESULTS.md, made from measured figures, so that nobody types a figure. `npm run docs` writes it.
import { peersTable, speedTable } from './readme-tables.mjs';

/**
 * @typedef {{ subject: string, case: string, size: number, perSecond: number, p50: number, p95: number, spread: [number, number], n: number }} Row
 * @typedef {{ subject: string, size: number, stages: Record<string, number>, layers: { name: string, millionMacs: number, ms: number }[] }} LayerReport
 * @typedef {{ commit: string, machine: { cpu: string, cores: number, node: string }, command: string, rounds: number, model: string,
 *   subjects: { id: string, label: string, kind: string }[], notMeasured: { subject: string, label: string, reason: string }[],
 *   differences: Record<string, number>, rows: Row[], layers: LayerReport[] }} Engines
 */

const AIM_SIZE = 16;
const AIM_MS = 10;

/** @param {string[]} head @param {(string | number)[][]} rows */
function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i ? '--:|' : '---|')).join('')}`, ...rows.map(line)].join('\n');
}

/** @param {number} value */
const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3);

/** @typedef {{ note: string, steps: { what: string, before: number, after: number, unit: string, command: string, commit: string }[] }} Steps */

/**
 * @param {(path: string) => any} json the figures of a file; loosely typed, as they are read for print alone
 * @param {{ parityTable: (report: any) => string, wordsTable: (report: any) => string }} tables as Markdown
 */
export function resultsPage(json, { parityTable, wordsTable }) {
  const of = (/** @type {string} */ name) => json(`bench/results/${name}.json`);
  const [metrics, peers] = [json('models/metrics.json'), json('models/peers.json')];
  const withTable = (/** @type {any} */ report) => ({ ...report, table: parityTable(report) });
  return [
    '# Benchmark results',
    'This page is written by `npm run docs` from `bench/results/*.json` and `models/*.json`; do not edit it.',
    '- [Engines](#engines): windows per second and latency by batch size\n- [On a GPU](#on-a-gpu)\n- [Cost by layer](#cost-by-layer)\n- [Other libraries](#other-libraries): speed and accuracy, side by side\n- [A whole call](#a-whole-call)\n- [How many people](#how-many-people): and what gives way past it\n- [Cost of a participant: the steps](#cost-of-a-participant-the-steps)\n- [One sender floods](#one-sender-floods): what the others notice\n- [Loss on long roads](#loss-on-long-roads): key frames that analysis asks for\n- [Chaos](#chaos): what was promised, lost and told when things break\n- [Voice or not](#voice-or-not): sounds that are nobody’s voice, speech in noise\n- [Face or not](#face-or-not): portraits in which the face is found, pictures of nobody in which one is\n- [Words](#words): error rate, delay and cost of recognised words\n- [Live parity](#live-parity): accuracy in a call beside accuracy offline',
    '## Engines',
    enginesText(of('engines')),
    '## On a GPU',
    gpuText(of('gpu')),
    '## Cost by layer',
    layersText(of('engines')),
    '## Other libraries',
    peersText(of('engines'), metrics, peers),
    '## A whole call',
    speedTable(of('call'), of('call-speech-off')),
    pairsText(of('call-pairs')),
    '## How many people',
    'Without recognition of words, everybody speaking all the time as recorded:',
    capacityText(of('capacity'), 120),
    'With recognition of words, a quarter of the people speaking at a time:',
    capacityText(of('capacity-speech')),
    '## Cost of a participant: the steps',
    stepsText(of('steps')),
    '## One sender floods',
    floodText(of('flood')),
    '## Loss on long roads',
    lossText(of('loss')),
    '## Chaos',
    chaosText(of('chaos')),
    '## Voice or not',
    voiceText(of('voice-activity')),
    '## Face or not',
    facesText(of('faces')),
    '## Words',
    wordsText({ ...of('words'), table: wordsTable(of('words')) }),
    '## Live parity',
    parityText({ ...withTable(of('parity')), silent: withTable(of('parity-silent-room')) }),
    '',
  ].join('\n\n');
}

/** @param {any} pairs what `npm run bench:call-pairs` writes; loosely typed, as it is read for print alone */
function pairsText({ commit, against, machine, command, participants, ratios, cpuMs, mainMs, p95Ms, missing }) {
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
function capacityText({ commit, machine, command, promise, most, runs, past, room }, aim) {
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
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}. The load generator runs on the same cores. The promise: a whole event for every second, 95 % within ${promise.p95Ms} ms of the window’s end. *Kept up to ${most} people*${aim ? ` (aim: ${aim}: ${most >= aim ? 'met' : 'NOT met'})` : ''}. After them a run at twice that: what gives way are pictures, then faces; every call goes on.${room ? ` Last, one room in which everybody receives everybody else (${room.consumers} tracks).` : ''}`,
    table([...head, 'CPU ms a participant-second', 'cores', 'MiB'], [...runs, past, ...(room ? [room] : [])].map(row)),
  ].join('\n\n');
}

/** @param {Steps} steps */
function stepsText({ note, steps }) {
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
function floodText({ machine, command, commit, participants, seconds, pairs, aim, floods, again = null }) {
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
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}. ${participants} synthetic participants in the real server; one more sender floods it from a process of its own on the same cores, for a half of ${seconds} s that is compared with the half beside it; ${pairs} pairs each, in changing order.`,
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

/** @param {any} words what `npm run bench:words` writes, with its table as Markdown */
function wordsText({ machine, command, commit, model, language, table }) {
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}; ${model} (${language}), no hot words. Clips are drawn by a fixed seed and spoken one after the other at the microphones of people in a real call (Opus, RTP, mediasoup, taps, analysis process); offline they go through the same voice activity, pieces and recogniser, each piece once. Case and punctuation do not count, numbers are written out. When a word was said is estimated from its clip: by letters, within the loud parts. What goes to the recogniser around a piece (how much before it, silence, the pause that ends it) was chosen by looking at clips of the same actors, some of them among these: the corpus has no part that was kept apart for it. Its clips were coded as Opus once before; the call codes them again, which alone makes about as many words wrong as the cutting does.`,
    table,
  ].join('\n\n');
}

/** @param {any} loss what `npm run bench:loss` writes */
function lossText({ machine, command, commit, people, seconds, lossPercent, roundTripMs, shortWaitMs, cameras }) {
  const cell =
    (/** @type {(of: any) => number} */ figure) =>
    (/** @type {any} */ { short, own }) =>
      `${number(figure(short))} → ${number(figure(own))}`;
  const requests = cell(({ requestsAMinute }) => requestsAMinute);
  const pictures = cell(({ picturesASecond }) => picturesASecond);
  const gap = cell(({ longestGapMs }) => longestGapMs);
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}. ${people} cameras for ${seconds} s each, through the real media worker, tap and decoder, on a road of ${roundTripMs} ms there and back that loses ${lossPercent} % of all packets each way; they send again what is asked for, and a key frame only when one is.`,
    `What it costs to wait for what is lost only ${shortWaitMs} ms, as sound is waited for → as long as pictures are; at the same time on the same machine, each person. (The process that sends and receives was itself late by ${Math.min(...cameras.map((/** @type {any} */ { lateMs }) => lateMs))} to ${Math.max(...cameras.map((/** @type {any} */ { lateMs }) => lateMs))} ms, p99.)`,
    table(
      ['camera', 'key frame requests a minute', 'pictures decoded a second', 'longest time without one, ms'],
      cameras.map((/** @type {any} */ one) => [one.what, requests(one), pictures(one), gap(one)]),
    ),
  ].join('\n\n');
}

/** @param {any} chaos what `npm run chaos` writes */
function chaosText({ machine, command, commit, people, seconds, load, rows }) {
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
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}: ${people} people in two rooms of \`emostream serve\`, by signalling, with real RTP on links that are impaired in user space; each road for ${seconds} s. Load average ${load[0]} at the end. Everything that was counted is in [\`results/chaos.json\`](results/chaos.json). It was stopped before its end: of the rows that this table lacks (most of the processes and threads that are killed or hang, stalled subscribers, a full disk) nothing was measured at this commit, and no hour of \`npm run soak\` was brought to its end.`,
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

/** @param {any} voice what `npm run bench:voice-activity` writes; `before` null where nothing was measured beside it */
function voiceText({ commit, against, machine, command, split, sounds, speech, laughs, cpu }) {
  /** @typedef {{ windows: number, before: number | null, after: number }} Found */
  const share = (/** @type {number} */ part, /** @type {number} */ windows) =>
    `${((100 * part) / windows).toFixed(1)} %`;
  const cells = (/** @type {Found} */ { windows, before, after }) => [
    windows,
    before === null ? '–' : share(before, windows),
    share(after, windows),
  ];
  const most = Math.max(...sounds.map((/** @type {Found} */ { windows, after }) => after / windows));
  const missed = speech.filter((/** @type {{ snrDb: number }} */ { snrDb }) => snrDb === 20);
  const worst = Math.max(...missed.map((/** @type {Found} */ { windows, after }) => after / windows));
  const head = ['', 'seconds', against ? `commit ${against}` : 'before', 'now'];
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}; beside it, in the same run, what was there before: a rule of energy and its variation. As in a call: chunks of 20 ms, voice activity (Silero), log-mel, windows of a second.`,
    `Seconds in which a voice is found where there is none. *Aim: at most 5 % of each synthetic sound: ${most <= 0.05 ? 'met' : 'NOT met'}.* The last row is real laughter (EmoGator, class amusement, every third speaker): voice activity takes much of it for speech, and what is left of that after the rule of repetition is judged.`,
    table(head, [
      ...sounds.map((/** @type {Found & { name: string }} */ of) => [of.name, ...cells(of)]),
      ...(laughs ? [['real laughter', ...cells(laughs)]] : []),
    ]),
    `Seconds of speech (at least 200 ms within 25 dB of the clip's loudest) that are missed, speakers of the ${split} set, white noise under the clip's mean power. *Aim: at most 3 % at 20 dB: ${worst <= 0.03 ? 'met' : 'NOT met'}.*`,
    table(
      head,
      speech.map((/** @type {Found & { corpus: string, snrDb: number }} */ of) => [
        `${of.corpus} at ${of.snrDb} dB`,
        ...cells(of),
      ]),
    ),
    `CPU of all of that (voice activity, log-mel, features) per second of sound, over ${cpu.seconds} s: ${cpu.before ?? '–'} → ${cpu.after} ms. In silence nothing but a look at the samples is done.`,
  ].join('\n\n');
}

/** @param {any} faces what `npm run bench:faces` writes; `before` null where nothing was measured beside it */
function facesText({ commit, against, machine, command, rooms, faces, empty, note }) {
  /** @typedef {{ first: number, soon: number, astray: number, firstMs: number, allMs: number }} Counts */
  /** @typedef {{ what: string, tuned: boolean, pictures: number, before: Counts | null, after: Counts }} Row */
  const both = (/** @type {Row} */ { before, after }, /** @type {(of: Counts) => string} */ of) =>
    `${before ? `${of(before)} → ` : ''}${of(after)}`;
  const share = (/** @type {Row} */ row, /** @type {'first' | 'soon' | 'astray'} */ key) =>
    both(row, (of) => `${((100 * of[key]) / row.pictures).toFixed(1)} %`);
  const name = (/** @type {Row} */ { what, tuned }) => `${what}${tuned ? ', *chosen on*' : ''}`;
  const whole = faces.find((/** @type {Row} */ { what, tuned }) => !tuned && what === 'as it is');
  const found = whole.after.soon / whole.pictures;
  const judged = empty.filter((/** @type {Row} */ { tuned }) => !tuned);
  const more =
    note?.after > note?.before ||
    judged.some((/** @type {Row} */ { before, after }) => before && after.soon > before.soon);
  const slower =
    note?.slower ||
    [...faces, ...judged].some(
      (/** @type {Row} */ { before, after }) => before && after.firstMs > 1.05 * before.firstMs,
    );
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}${against ? `; commit ${against} → now, picture by picture in turn` : ''}. Pictures stand still and go through the search, the close-up that confirms it and the start of the track, as a call's do: at once, and with the three searches of the first two seconds, the third at full detail. Thresholds were chosen on every fourth person and every fourth file, whose rows say so.`,
    `Portraits (the collection muxspace, press photographs cut around the head to 160 pixels) in which the face is found. *Aim: at least 98.5 % of them as they are: ${found >= 0.985 ? 'met' : 'NOT met'}.* "Elsewhere": what is found is not in the middle of the picture, or is smaller than a third of it; counted among the found.`,
    table(
      ['', 'pictures', 'first search', 'within three', 'of it elsewhere', 'CPU of the first search, ms'],
      faces.map((/** @type {Row} */ row) => [
        name(row),
        row.pictures,
        share(row, 'first'),
        share(row, 'soon'),
        share(row, 'astray'),
        both(row, ({ firstMs }) => number(firstMs)),
      ]),
    ),
    `Pictures of nobody in which a face is found (parts cut at random of ${rooms.files} pictures: ${rooms.are}; and drawn ones: noise, gradients, checkerboards, stripes, waves, tiles, clouds, blobs). *Aim: no more than before: ${more ? 'NOT met' : 'met'}. No slower: ${slower ? 'NOT met' : 'met'}.*${note ? ` ${note.text}` : ''}`,
    table(
      ['', 'pictures', 'first search', 'within three', 'CPU of the first search, ms', 'of all three, ms'],
      empty.map((/** @type {Row} */ row) => [
        name(row),
        row.pictures,
        both(row, ({ first }) => String(first)),
        both(row, ({ soon }) => String(soon)),
        both(row, ({ firstMs }) => number(firstMs)),
        both(row, ({ allMs }) => number(allMs)),
      ]),
    ),
  ].join('\n\n');
}

/** @param {any} parity what `npm run bench:parity -- --json` writes, and the same as a table; `silent`: likewise, without the noise of a room */
function parityText(parity) {
  const { lost, examples } = parity.results.face;
  const lostFaces = Math.round((100 * lost) / examples);
  return [
    'Test examples of the accuracy page sent through the real media path (encoded, sent as RTP into a real mediasoup worker, tapped, decoded, put into windows, judged by the engine) and the same examples offline. *Aim: accuracy in the call within 2 points of offline.* The interval is of the difference.',
    `\`${parity.command}\` on ${parity.machine.cores} cores (${parity.machine.cpu}), Node ${parity.machine.node}:`,
    parity.table,
    'The clips that are judged offline have digital silence around them; a room has not. The same voices in a room without any noise:',
    `\`${parity.silent.command}\`:`,
    parity.silent.table,
    `Offline in the same windows → live, the accuracy of voices changes by ${changeOfSound(parity)} points in that room and by ${changeOfSound(parity.silent)} in a silent one.`,
    `*Lost*: the call gave no answer (no face found, no voice heard, or a window without an event). *Voice, offline in the same windows*: the clips cut offline where the call cut them; what is left to the call is what coding and decoding do. FER+ pictures are cut close, without hair, ears and neck; pasted into a room, the face finder misses ${lostFaces} % of them. So "all" says little of faces in a call, which have a head.`,
  ].join('\n\n');
}

/** @param {any} parity @returns {string} what the call's sound does to a voice, where it is cut being the same */
function changeOfSound({ results }) {
  const { offline, live } = results['voice, offline in the same windows'].answered;
  const points = 100 * (live - offline);
  return `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
}

/** @param {Engines} engines */
function enginesText(engines) {
  const { machine, command, commit, rounds } = engines;
  const of = (/** @type {string} */ subject, /** @type {string} */ name, /** @type {number} */ size) =>
    engines.rows.find((row) => row.subject === subject && row.case === name && row.size === size);
  const aimed = of('wasm', 'window', AIM_SIZE);
  const inThread = of('wasm-thread', 'window', AIM_SIZE);
  const onnx = of('onnx', 'window', AIM_SIZE);
  const tensorflow = of('tensorflow', 'window', AIM_SIZE);
  const perWindow = (/** @type {Row | undefined} */ row) => (row ? row.p50 / row.size : NaN);
  const spreads = engines.rows.map(({ p50, spread: [least, most] }) => (most - least) / p50).sort((a, b) => a - b);
  const spread = (100 * (spreads[Math.floor(spreads.length / 2)] ?? NaN)).toFixed(0);
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}; model.json ${engines.model.slice(0, 12)}.`,
    `Everything below was timed in one run, each subject in a process of its own and one at a time, in ${rounds} rounds: in each of them everybody has a turn at every case, rivals right after one another. So ratios hold where the machine's speed does not. Medians of the rounds' medians; p95 of all single batches. Half of all rows have rounds whose medians lie within ${spread} % of each other; least and largest are in [\`results/engines.json\`](results/engines.json).`,
    'A *full window* has 4 face crops, 3 s of voice and 32 words: the dearest there is (a call sends 2 crops by default). "In its thread" is how the server runs an engine: the batch is copied to the thread and the answer back. "Bare" is the engine in the calling thread.',
    `**Aim: a full window in under ${AIM_MS} ms at batch ${AIM_SIZE} with wasm on one core. Measured: ${number(perWindow(aimed))} ms a window bare, ${number(perWindow(inThread))} ms in its thread: ${Math.max(perWindow(aimed), perWindow(inThread)) < AIM_MS ? 'met' : 'NOT met'}.**`,
    `What the choice of TensorFlow.js costs, at batch ${AIM_SIZE} on one core: ONNX Runtime runs the same network in ${number(perWindow(onnx))} ms a window, ${number(perWindow(aimed) / perWindow(onnx))} times as fast as wasm and ${number(perWindow(tensorflow) / perWindow(onnx))} times as fast as TensorFlow.`,
    '### Full windows',
    sizesTables(engines, 'window'),
    '### Faces alone',
    'The face path of such windows: 4 crops each, the other modalities absent.',
    sizesTables(engines, 'face'),
    '### Not measured',
    engines.notMeasured.length
      ? table(
          ['engine', 'why'],
          engines.notMeasured.map(({ label, reason }) => [label, `not measured: ${reason}`]),
        )
      : 'Nothing.',
    '### The same numbers',
    'Largest relative difference of a probability to the golden vectors (`test/inference/golden`, made by the plain JavaScript backend), checked before timing; above 1e-4 a subject is not timed:',
    table(
      ['engine', 'largest difference'],
      engines.subjects
        .filter(({ id }) => id in engines.differences)
        .map(({ id, label }) => [label, (engines.differences[id] ?? NaN).toExponential(1)]),
    ),
  ].join('\n\n');
}

/**
 * @typedef {{ size: number, windowMs: { p50: number, p95: number }, windowsPerSecond: number, cropsMs: number }} GpuSize
 * @typedef {{ maxBatch: number, maxQueueDelay: number, people: number, windows: number, dropped: number, p50: number, p95: number,
 *   p99: number, cpuMs: number, lateP95: number }} GpuLoad
 * @typedef {{ engine: string, device: { name: string, kind: string }, difference: number, loadS: number, warmUpS: number,
 *   gpuMiB: number | null, rssMiB: number, sizes: GpuSize[], loads: GpuLoad[] }} GpuEngine
 */

/** The load at which the aim is set, and the most that 95 % of its windows may wait and take, ms. */
const GPU_AIM = { people: 1000, p95: 100 };

/**
 * @param {{ commit: string, command: string, secondsOfLoad: number, model: string, engines: GpuEngine[],
 *   machine: { cpu: string, cores: number, node: string, gpu: { name: string, driver: string } | null },
 *   notMeasured: { engine: string, reason: string }[], notes?: string[] }} gpu what `npm run bench:gpu` writes
 */
function gpuText({ commit, command, secondsOfLoad, model, engines, machine, notMeasured, notes = [] }) {
  const device = machine.gpu ? `${machine.gpu.name} (driver ${machine.gpu.driver})` : 'no GPU';
  const sizes = [...new Set(engines.flatMap((engine) => engine.sizes.map(({ size }) => size)))].sort((a, b) => a - b);
  const atAim = engines.flatMap(({ engine, device: { kind }, loads }) =>
    loads.filter(({ people }) => kind === 'gpu' && people === GPU_AIM.people).map((load) => ({ engine, ...load })),
  );
  const met = atAim.filter(({ p95, dropped }) => p95 <= GPU_AIM.p95 && dropped === 0);
  const told = atAim.map(
    ({ engine, maxBatch, p95, dropped }) =>
      `${engine}, batches of up to ${maxBatch}: ${dropped ? `${dropped} windows had no answer` : `${number(p95)} ms`}`,
  );
  const metBy = [...new Set(met.map(({ engine }) => engine))].join(', ');
  return [
    `\`${command}\` at commit ${commit} on ${device}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}; model.json ${model.slice(0, 12)}. Each engine in a process of its own, in its thread, as the server runs it. ${notes.join(' ')}`.trim(),
    `**Aim: the windows of ${GPU_AIM.people} people a second on one H100, 95 % of them through queue and inference in at most ${GPU_AIM.p95} ms. Measured: ${told.join('; ') || 'not measured'}. ${metBy ? `Met by ${metBy}` : 'NOT met'}.**`,
    'Full windows a second by batch size (4 face crops, 3 s of voice with what the encoders hear in it, 32 words):',
    table(
      ['engine', ...sizes.map(String)],
      engines.map(({ engine, sizes: own }) => [
        engine,
        ...sizes.map((size) => own.find((row) => row.size === size)?.windowsPerSecond ?? 'not measured'),
      ]),
    ),
    'Time of such a batch from call to answer, ms, p50 / p95:',
    table(
      ['engine', ...sizes.map(String)],
      engines.map(({ engine, sizes: own }) => [
        engine,
        ...sizes.map((size) => {
          const row = own.find((each) => each.size === size);
          return row ? `${number(row.windowMs.p50)} / ${number(row.windowMs.p95)}` : 'not measured';
        }),
      ]),
    ),
    `Under load: so many people, each at a phase of their own, two face crops and a window with face, voice and words every second, and every five seconds words that revise two windows; ${secondsOfLoad} s each after 3 s that are not counted. What a window waits in the queue and takes, ms; "late" is how late the simulation itself was (p95, ms), which counts in none of the others, and the CPU time is of the whole process, the simulation too.`,
    table(
      [
        'engine, largest batch',
        'people',
        'windows',
        'dropped',
        'p50',
        'p95',
        'p99',
        'CPU ms a person and second',
        'late',
      ],
      engines.flatMap(({ engine, loads }) =>
        loads.map((load) => [
          `${engine}, ${load.maxBatch}`,
          ...[load.people, load.windows, load.dropped, load.p50, load.p95, load.p99, load.cpuMs, load.lateP95],
        ]),
      ),
    ),
    table(
      [
        'engine',
        'computes on',
        'start, s',
        'warm-up, s',
        'memory of the GPU, MiB',
        'of the process, MiB',
        'largest difference to the golden vectors',
      ],
      engines.map((engine) => [
        engine.engine,
        engine.device.name,
        engine.loadS,
        engine.warmUpS,
        engine.gpuMiB ?? 'not told',
        engine.rssMiB,
        engine.difference.toExponential(1),
      ]),
    ),
    ...(notMeasured.length > 0
      ? [
          table(
            ['engine', 'why'],
            notMeasured.map(({ engine, reason }) => [engine, `not measured: ${reason}`]),
          ),
        ]
      : []),
  ].join('\n\n');
}

/** @param {Engines} engines @param {string} name */
function sizesTables({ rows, subjects, notMeasured }, name) {
  const mine = rows.filter((row) => row.case === name);
  const sizes = [...new Set(mine.map(({ size }) => size))].sort((a, b) => a - b);
  const timed = subjects.filter(({ id }) => mine.some(({ subject }) => subject === id));
  const absent = notMeasured.filter(({ subject }) => !/human|face-api/.test(subject));
  const body = (/** @type {(row: Row) => string} */ cell) => [
    ...timed.map(({ id, label }) => [
      label,
      ...sizes.map((size) => {
        const row = mine.find((one) => one.subject === id && one.size === size);
        return row ? cell(row) : '–';
      }),
    ]),
    ...absent.map(({ label }) => [label, ...sizes.map(() => 'not measured')]),
  ];
  return [
    'Windows per second by batch size:',
    table(
      ['engine', ...sizes.map(String)],
      body(({ perSecond }) => number(perSecond)),
    ),
    'Time of a batch from call to answer, ms, p50 / p95:',
    table(
      ['engine', ...sizes.map(String)],
      body(({ p50, p95 }) => `${number(p50)} / ${number(p95)}`),
    ),
  ].join('\n\n');
}

/** @param {Engines} engines */
function layersText({ layers, subjects }) {
  const [first] = layers;
  if (!first) return 'Not measured.';
  const label = (/** @type {string} */ id) => subjects.find((subject) => subject.id === id)?.label ?? id;
  const labels = layers.map(({ subject }) => label(subject));
  const macs = first.layers.reduce((sum, layer) => sum + layer.millionMacs, 0);
  const stages = Object.keys(first.stages).filter((name) => name !== 'whole');
  /** @param {string} stage */
  const work = (stage) => {
    const part = stage.split(' ')[0] ?? '';
    const encoder = stage.endsWith('encoder');
    const inside = first.layers.filter(({ name }) => {
      const head = /crop-score|logits|affect/.test(name) || name.startsWith('fusion/');
      return encoder ? name.startsWith(`${part}/`) && !head : stage.startsWith('crop attention') && head;
    });
    return inside.reduce((sum, layer) => sum + layer.millionMacs, 0) / first.size;
  };
  const own = first.layers.filter((layer) =>
    layers.some(
      ({ layers }) => (layers.find(({ name }) => name === layer.name)?.ms ?? 0) >= 0.01 * (first.stages['whole'] ?? 0),
    ),
  );
  return [
    `Batches of ${first.size} full windows on one core; all figures for one window. ${number(macs / first.size)} million multiply-adds (MFLOP: twice as many) counted from the shapes. The time of a layer includes its bias and activation; pooling, residual sums and attention are in their stage only.`,
    '### By stage',
    table(
      ['stage', 'million multiply-adds', ...labels.map((name) => `${name}, ms`)],
      [
        ...stages.map((stage) => [
          stage,
          number(work(stage)),
          ...layers.map(({ stages: of, size }) => number((of[stage] ?? NaN) / size)),
        ]),
        [
          'the whole network',
          number(macs / first.size),
          ...layers.map(({ stages: of, size }) => number((of['whole'] ?? NaN) / size)),
        ],
      ],
    ),
    '### By layer',
    'Layers that take at least 1 % of the time on one of the engines; `words/ngrams` is a table look-up.',
    table(
      ['layer', 'million multiply-adds', 'MFLOP', ...labels.flatMap((name) => [`${name}, ms`, 'GFLOP/s'])],
      own.map(({ name, millionMacs }) => [
        `\`${name}\``,
        number(millionMacs / first.size),
        number((2 * millionMacs) / first.size),
        ...layers.flatMap(({ layers: list, size }) => {
          const ms = list.find((layer) => layer.name === name)?.ms ?? NaN;
          return [number(ms / size), millionMacs > 0 ? number((2 * millionMacs) / ms) : '–'];
        }),
      ]),
    ),
  ].join('\n\n');
}

/** @param {Engines} engines @param {any} metrics @param {any} peers */
function peersText({ rows, subjects, commit, command }, metrics, peers) {
  const find = (/** @type {string} */ subject, /** @type {string} */ name, /** @type {number} */ size) =>
    rows.find((row) => row.subject === subject && row.case === name && row.size === size);
  /** @param {string} subject @param {string} name @param {number} size */
  const cell = (subject, name, size) => {
    const row = find(subject, name, size);
    return row ? number(row.p50 / size) : '–';
  };
  const ids = [...subjects.filter(({ kind }) => kind === 'engine'), ...subjects.filter(({ kind }) => kind === 'peer')];
  return [
    `From the same run (\`${command}\` at commit ${commit}), on the same pictures, both sides on the same TensorFlow.js backends; ms for one picture, median. The peers run with what tells emotions and nothing else (no mesh, iris, age or description), without skipping pictures.`,
    [
      '- *One crop*: a 48 × 48 grey face picture, already cut out; scaled as the library does it, the emotion net, the answer read back. For ours: a window with this face alone through the whole engine, fusion included.',
      `- *${AIM_SIZE} crops*: the same for ${AIM_SIZE} pictures at once. \`human\` itself takes one face at a time; its net was given the batch directly.`,
      "- *Whole picture*: 512 × 512 RGB, face found, cut out and judged, by the library's own call (`human.detect`; `face-api.detectSingleFace` with its faster detector). For ours: the face finder's full search (a call tracks in between), the crop, the engine.",
      '- *Full window*: ours alone: 4 crops, voice and words.',
    ].join('\n'),
    table(
      [
        '',
        'one crop',
        `${AIM_SIZE} crops, each`,
        'whole picture',
        'full window, batch 1',
        `full window, batch ${AIM_SIZE}, each`,
      ],
      ids.map(({ id, label, kind }) => [
        kind === 'peer' ? label : `emostream, ${label}`,
        cell(id, 'crop', 1),
        cell(id, 'crop', AIM_SIZE),
        cell(id, 'picture', 1),
        cell(id, 'window', 1),
        cell(id, 'window', AIM_SIZE),
      ]),
    ),
    'Accuracy on the same FER+ test pictures:',
    peersTable(metrics, peers),
  ].join('\n\n');
}
