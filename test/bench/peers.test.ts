import { beforeAll, describe, expect, it } from 'vitest';
import { makePictures } from '../../bench/engines/pictures.js';
import type { Pictures } from '../../bench/engines/cases.js';
import { peerFigures, withMajority } from '../../bench/peers/accuracy.js';
import { startHuman } from '../../bench/peers/human.js';
import { lendTensorflow } from '../../bench/peers/lend-tensorflow.js';
import { AS_IT_IS, type Peer } from '../../bench/peers/peer.js';
import { EMOTIONS } from '../../src/common/emotions.js';
import { FACE_SIZE } from '../../src/features/types.js';

const PIXELS = FACE_SIZE * FACE_SIZE;

describe('human, lent this project’s TensorFlow.js', () => {
  let human: Peer;
  let pictures: Pictures;
  const top = (values: ArrayLike<number>) => EMOTIONS[Array.from(values).indexOf(Math.max(...Array.from(values)))];
  beforeAll(async () => {
    await lendTensorflow('wasm');
    pictures = await makePictures();
    human = await startHuman('wasm');
  });

  it('calls a smile happy, on the whole picture and on the face alone, under each option', async () => {
    expect(top((await human.analyse(pictures.whole))!)).toBe('happy');
    for (const option of human.options) {
      const answers = await human.classify(pictures.crops.slice(0, 2 * PIXELS), FACE_SIZE, option);
      expect(answers).toHaveLength(2 * EMOTIONS.length);
      expect(top(answers.slice(EMOTIONS.length))).toBe('happy');
      expect(answers.slice(0, EMOTIONS.length).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 3);
    }
  });

  it('finds no face where there is none', async () => {
    expect(await human.analyse({ rgb: new Uint8Array(3 * 200 * 200), width: 200, height: 200 })).toBeNull();
  });
});

describe('the figures of a peer', () => {
  const images = new Uint8Array(4 * PIXELS);
  [0, 1, 2, 3].forEach((n) => images.fill(n, n * PIXELS, (n + 1) * PIXELS));
  const set = { images, targets: new Float32Array(28), majority: Int32Array.of(0, -1, 2, 3) };

  it('are of pictures with one majority among the seven', () => {
    const { images: kept, labels } = withMajority(set);
    expect(labels).toEqual([0, 2, 3]);
    expect([0, 1, 2].map((i) => kept[i * PIXELS])).toEqual([0, 2, 3]);
  });

  it('are those of the option that does best on the validation pictures', async () => {
    const better = { ...AS_IT_IS, name: 'better' };
    const peer: Peer = {
      ...{ name: 'p', version: '1', model: 'm', backend: 'wasm', options: [AS_IT_IS, better] },
      // Right under the better option, otherwise always neutral.
      classify: (crops, side, option) => {
        const answers = new Float32Array((crops.length / side / side) * 7);
        for (let i = 0; i < answers.length / 7; i++) answers[i * 7 + (option === better ? crops[i * PIXELS]! : 0)] = 1;
        return Promise.resolve(answers);
      },
      analyse: () => Promise.resolve(null),
    };
    const found = await peerFigures(peer, set, set);
    expect(found).toMatchObject({ accuracy: 1, n: 3 });
    expect(found.tried.map(({ option, accuracy }) => [option, accuracy])).toEqual([
      [AS_IT_IS.name, 0.3333],
      ['better', 1],
    ]);
    expect(found.protocol).toContain('better');
  });
});
