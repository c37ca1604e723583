import { expect, test } from 'vitest';
import { MediaProblems } from '../../src/sfu/media-problems.js';

function watched() {
  const told: string[] = [];
  const problems = new MediaProblems((source, problem) => told.push(`${source} ${problem ?? 'well'}`));
  return { problems, told };
}

test('a problem is told once, and once when it is over, for each source by itself', () => {
  const { problems, told } = watched();
  problems.set('camera', 'path', null);
  problems.set('camera', 'path', 'not-connected');
  problems.set('camera', 'path', 'not-connected');
  problems.set('microphone', 'path', 'no-packets');
  problems.set('camera', 'path', null);
  expect(told).toEqual(['camera not-connected', 'microphone no-packets', 'camera well']);
  expect(problems.current('camera')).toBeNull();
  expect(problems.current('microphone')).toBe('no-packets');
});

test('a track that a limit stopped is told as that, not as silent, until it is sent anew', () => {
  const { problems, told } = watched();
  problems.set('camera', 'analysis', 'picture-size');
  problems.set('camera', 'limits', 'bitrate');
  problems.set('camera', 'path', 'no-packets');
  problems.set('camera', 'path', null);
  problems.set('camera', 'limits', null);
  problems.forget('camera');
  expect(told).toEqual(['camera picture-size', 'camera bitrate', 'camera picture-size', 'camera well']);
});
