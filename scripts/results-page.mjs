// The text of bench/RESULTS.md, made from measured figures, so that nobody types a figure. `npm run docs` writes it.
import { speedTable } from './readme-tables.mjs';
import { capacityByEngine, capacityText, engineOf, floodText, pairsText, stepsText } from './results/calls.mjs';
import { enginesText, layersText, peersText } from './results/engines.mjs';
import { analyzeText, liveFileText, voiceEncodersText } from './results/files.mjs';
import { gpuText } from './results/gpu.mjs';
import { facesText, parityText, voiceText, wordsText } from './results/judged.mjs';
import { natsText } from './results/nats.mjs';
import { chaosText, lossText, soakText } from './results/robustness.mjs';
import { tritonText } from './results/triton.mjs';

/**
 * @param {(path: string) => any} json the figures of a file; loosely typed, as they are read for print alone; undefined of one that is not there
 * @param {{ parityTable: (report: any) => string, wordsTable: (report: any) => string }} tables as Markdown
 */
export function resultsPage(json, { parityTable, wordsTable }) {
  const of = (/** @type {string} */ name) => json(`bench/results/${name}.json`);
  const [metrics, peers] = [json('models/metrics.json'), json('models/peers.json')];
  const withTable = (/** @type {any} */ report) => ({ ...report, table: parityTable(report) });
  return [
    '# Benchmark results',
    'This page is written by `npm run docs` from `bench/results/*.json` and `models/*.json`; do not edit it.',
    '- [Engines](#engines): windows per second and latency by batch size\n- [On a GPU](#on-a-gpu)\n- [On inference servers](#on-inference-servers): the same load here and on Triton\n- [Cost by layer](#cost-by-layer)\n- [Other libraries](#other-libraries): speed and accuracy, side by side\n- [A whole call](#a-whole-call)\n- [How many people](#how-many-people): and what gives way past it\n- [Cost of a participant: the steps](#cost-of-a-participant-the-steps)\n- [One sender floods](#one-sender-floods): what the others notice\n- [Loss on long roads](#loss-on-long-roads): key frames that analysis asks for\n- [Events between nodes](#events-between-nodes): what NATS adds\n- [Chaos](#chaos): what was promised, lost and told when things break\n- [An hour](#an-hour): what grows\n- [Voice or not](#voice-or-not): sounds that are nobody’s voice, speech in noise\n- [Face or not](#face-or-not): portraits in which the face is found, pictures of nobody in which one is\n- [Words](#words): error rate, delay and cost of recognised words\n- [Voice encoders](#voice-encoders): what they cost\n- [Live parity](#live-parity): accuracy in a call beside accuracy offline\n- [Recordings](#recordings): how fast they are analysed\n- [A recording in a call](#a-recording-in-a-call): whether both say the same',
    '## Engines',
    enginesText(of('engines')),
    '## On a GPU',
    gpuText(of('gpu')),
    '## On inference servers',
    tritonText(of('triton')),
    '## Cost by layer',
    layersText(of('engines')),
    '## Other libraries',
    peersText(of('engines'), metrics, peers),
    '## A whole call',
    speedTable(of('call'), of('call-speech-off')),
    pairsText(of('call-pairs')),
    '## How many people',
    capacityByEngine([of('capacity'), of('capacity-wasm')]),
    `Without recognition of words, everybody speaking all the time as recorded, by ${engineOf(of('capacity'))}:`,
    capacityText(of('capacity'), 120),
    `The same by ${engineOf(of('capacity-wasm'))}:`,
    capacityText(of('capacity-wasm'), 120),
    `With recognition of words, a quarter of the people speaking at a time, by ${engineOf(of('capacity-speech'))}:`,
    capacityText(of('capacity-speech')),
    '## Cost of a participant: the steps',
    stepsText(of('steps')),
    '## One sender floods',
    floodText(of('flood')),
    '## Loss on long roads',
    lossText(of('loss')),
    '## Events between nodes',
    natsText(of('nats')),
    '## Chaos',
    chaosText(of('chaos')),
    '## An hour',
    soakText(of('soak')),
    '## Voice or not',
    voiceText(of('voice-activity')),
    '## Face or not',
    facesText(of('faces')),
    '## Words',
    wordsText({ ...of('words'), table: wordsTable(of('words')) }),
    '## Voice encoders',
    voiceEncodersText(of('voice-encoders')),
    '## Live parity',
    parityText({ ...withTable(of('parity')), silent: withTable(of('parity-silent-room')) }),
    '## Recordings',
    analyzeText(of('analyze')),
    '## A recording in a call',
    liveFileText(of('live-file')),
    '',
  ].join('\n\n');
}
