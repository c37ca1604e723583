import { expect, it } from 'vitest';
import { Utterances, type UtteranceOutput } from '../../../src/server/hosted/utterances.js';

const JOY = [0, 1];
const ANGER = [1, 0];

function run(timerMs: number, text: string): string[] {
  const utterances = new Utterances(() => timerMs);
  const outputs = [...text].flatMap((letter, second) =>
    utterances.next({
      ...{ startMs: second * 1000, endMs: second * 1000 + 1000, speech: letter !== '.' },
      scores: letter === 'j' ? JOY : letter === 'a' ? ANGER : null,
    }),
  );
  return [...outputs, ...utterances.end()].map(show);
}

function show(output: UtteranceOutput): string {
  if (output.type === 'start') return `start ${output.utterance} ${output.startMs}`;
  const span = `${output.utterance} ${output.startMs}-${output.endMs}`;
  if (output.type === 'end') return `end ${span}`;
  return `${output.trigger} #${output.measurement} ${span} ${output.scores.map((score) => score.toFixed(2)).join('/')}`;
}

it('measures every so many seconds of speech, and what is left when it ends', () => {
  expect(run(3000, '.jjjja..j')).toEqual([
    'start 0 1000',
    'interval #0 0 1000-4000 0.00/1.00',
    'speech_ended #1 0 1000-6000 0.20/0.80',
    'end 0 1000-6000',
    'start 1 8000',
    'speech_ended #2 1 8000-9000 0.00/1.00',
    'end 1 8000-9000',
  ]);
});

it('measures no more where the last measurement has just been', () => {
  expect(run(3000, 'jjj.')).toEqual(['start 0 0', 'interval #0 0 0-3000 0.00/1.00', 'end 0 0-3000']);
});

it('looks back ten seconds at most', () => {
  expect(run(10_000, `aa${'j'.repeat(18)}.`)).toEqual([
    'start 0 0',
    'interval #0 0 0-10000 0.20/0.80',
    'interval #1 0 10000-20000 0.00/1.00',
    'end 0 0-20000',
  ]);
});

it('tells nothing of seconds that could not be judged', () => {
  expect(run(1000, '?.')).toEqual(['start 0 0', 'end 0 0-1000']);
});
