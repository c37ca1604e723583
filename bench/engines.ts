import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { toEmostreamError } from '../src/common/errors.js';
import { largestDifference, modelDigest, readInputs, readOutputs } from '../test/inference/golden/golden-vectors.js';
import { shippedModelFolder } from '../src/common/version.js';
import { obstacle } from './engines/availability.js';
import { layerReport } from './engines/layer-report.js';
import { makePictures } from './engines/pictures.js';
import { timeInRounds } from './engines/rounds.js';
import { SubjectHandle } from './engines/subject-handle.js';
import { subjects } from './engines/subjects.js';
import { benchPackages } from './support/bench-packages.js';
import { measured } from './support/measured.js';
import { projectFile } from './support/project-file.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:engines`: every engine that can run here, ONNX Runtime and other libraries, timed side by side on the same
 * pictures. Writes bench/results/engines.json, from which `npm run docs` makes the tables of bench/RESULTS.md.
 */
const options = new Command('bench:engines')
  .option('-r, --rounds <count>', 'rounds in which everybody has a turn', '12')
  .option('--json <file>', 'where the figures go', projectFile('bench/results/engines.json'))
  .parse()
  .opts<{ rounds: string; json: string }>();

/** Of float32 sums in another order: on probabilities, relative. */
const BOUND = 1e-4;

const cores = availableParallelism();
const pictures = await makePictures();
const notMeasured: { subject: string; label: string; reason: string }[] = [];
const handles: SubjectHandle[] = [];
const differences: Record<string, number> = {};
const golden = { inputs: (await readInputs()).inputs, outputs: await readOutputs() };
// Before the processes start, which would each fetch them.
await benchPackages().catch((error: unknown) => console.log(toEmostreamError(error).message));

for (const subject of subjects(cores)) {
  const { id, label } = subject;
  const skip = (reason: string): void => {
    notMeasured.push({ subject: id, label, reason });
    console.log(`not measured: ${label}: ${reason}`);
  };
  const reason = obstacle(subject);
  if (reason !== null) {
    skip(reason);
    continue;
  }
  try {
    const handle = await SubjectHandle.start(subject, pictures);
    handles.push(handle);
    if (subject.kind === 'peer') continue;
    differences[id] = largestDifference(await handle.judge(golden.inputs), golden.outputs.scores).probabilities;
    if (!(differences[id] < BOUND)) throw new Error(`${label} differs from the golden vectors by ${differences[id]}.`);
  } catch (error) {
    skip(error instanceof Error ? error.message : String(error));
    handles.filter((handle) => handle.subject === subject).forEach((handle) => handle.close());
    handles.splice(0, handles.length, ...handles.filter((handle) => handle.subject !== subject));
  }
}

const { rows, details } = await timeInRounds(handles, Number(options.rounds), (line) => console.log(line));
handles.forEach((handle) => handle.close());
writeJson(options.json, {
  benchmark: 'engines',
  ...measured('bench:engines'),
  rounds: Number(options.rounds),
  model: await modelDigest(shippedModelFolder()),
  subjects: handles.map(({ subject: { id, label, kind } }) => ({ id, label, kind })),
  notMeasured,
  /** Largest relative difference of a probability to the golden vectors. */
  differences,
  rows,
  layers: [...details].map(([subject, found]) => layerReport(subject, found)),
});
