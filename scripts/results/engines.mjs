// What `bench/RESULTS.md` says of engines, layers and other libraries.
import { peersTable } from '../readme-tables.mjs';
import { number, table, where } from './markdown.mjs';

/**
 * @typedef {{ subject: string, case: string, size: number, perSecond: number, p50: number, p95: number, spread: [number, number], n: number }} Row
 * @typedef {{ subject: string, size: number, stages: Record<string, number>, layers: { name: string, millionMacs: number, ms: number }[] }} LayerReport
 * @typedef {{ commit: string, machine: { cpu: string, cores: number, node: string }, command: string, rounds: number, model: string,
 *   subjects: { id: string, label: string, kind: string }[], notMeasured: { subject: string, label: string, reason: string }[],
 *   differences: Record<string, number>, rows: Row[], layers: LayerReport[] }} Engines
 */

const AIM_SIZE = 16;
const AIM_MS = 10;

/** @param {Engines} engines */
export function enginesText(engines) {
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
    `${where({ command, commit, machine })}; model.json ${engines.model.slice(0, 12)}.`,
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
export function layersText({ layers, subjects }) {
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
export function peersText({ rows, subjects, commit, command }, metrics, peers) {
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
