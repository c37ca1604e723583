import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../../src/common/emotions.js';
import { shippedModelFolder } from '../../../src/common/version.js';
import { greyOf } from '../../../src/features/picture.js';
import { createWasmEngine } from '../../../src/inference/wasm-backend.js';
import type { Engine } from '../../../src/inference/types.js';
import { portraitSet, type PortraitSet } from '../../../src/training/data/muxspace.js';
import { writePrepared } from '../../../src/training/data/prepared.js';
import {
  judgePortraits,
  portraitFigures,
  portraitsSection,
  type PortraitAnswer,
} from '../../../src/training/evaluation/portraits.js';
import { astronaut, windowOf } from '../../features/support/pictures.js';

const answer = (person: number, happy: boolean, top: string, certain = true): PortraitAnswer => ({
  ...{ person, happy, certain, top: EMOTIONS.indexOf(top as (typeof EMOTIONS)[number]) },
});

describe('figures of portraits', () => {
  it('count happy against anything else, whatever that is', () => {
    const answers = [
      ...[answer(1, true, 'happy'), answer(1, true, 'neutral'), answer(2, true, 'happy'), answer(3, true, 'happy')],
      ...[answer(4, false, 'sad'), answer(4, false, 'happy')],
    ];
    expect(portraitFigures(answers, 8)).toMatchObject({
      ...{ n: 8, persons: 4, found: 0.75, recall_happy: 0.75, recall_rest: 0.5, balanced_accuracy: 0.625 },
      ...{ uncertain: 0, certain_balanced_accuracy: 0.625 },
    });
  });

  it('tell how the certain answers do', () => {
    const answers = [answer(1, true, 'happy'), answer(2, true, 'sad', false), answer(3, false, 'angry')];
    expect(portraitFigures(answers, 3)).toMatchObject({ uncertain: 0.3333, certain_balanced_accuracy: 1 });
  });

  it('draw persons for the interval: ten pictures of one say no more than one', () => {
    const pictures = (persons: number) =>
      Array.from({ length: 40 }, (_, i) =>
        answer(i % persons, i % 2 === 0, i % persons < persons / 2 ? 'happy' : 'sad'),
      );
    const width = ([low, high]: readonly [number, number]) => high - low;
    expect(width(portraitFigures(pictures(4), 40).ci95)).toBeGreaterThan(width(portraitFigures(pictures(40), 40).ci95));
  });

  it('stand on the page, or that they were not measured', () => {
    expect(portraitsSection(null)).toContain('Not measured');
    expect(portraitsSection(portraitFigures([answer(1, true, 'happy'), answer(2, false, 'sad')], 4))).toContain(
      '| 4 | 2 | 50.0 |',
    );
  });
});

describe('judging portraits', () => {
  let folder: string;
  let engine: Engine;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portraits-'));
    engine = await createWasmEngine();
    await engine.load(shippedModelFolder());
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });
  const judge = () =>
    judgePortraits(
      { engine, encoder: null, uncertainBelow: { face: 0.4, voice: 1, words: 1, fused: 1 }, log: () => undefined },
      folder,
    );

  it('answers null where none are prepared', async () => {
    expect(await judge()).toBeNull();
  });

  it('finds the smile of the portrait, frames it as a call does, and counts a wall as not found', async () => {
    const smile = windowOf(astronaut(), 145, 45, 160, 160);
    const wall = { ...smile, rgb: smile.rgb.map((_, i) => Math.floor(i / 3) % 160) };
    const grey = [smile, wall].flatMap((each) => [...greyOf(each).samples]);
    const set: PortraitSet = {
      grey: Uint8Array.from(grey, Math.round),
      offsets: Int32Array.of(0, 25_600, 51_200),
      widths: Int32Array.of(160, 160),
      heights: Int32Array.of(160, 160),
      happy: Int32Array.of(1, 0),
      persons: Int32Array.of(1, 2),
    };
    await writePrepared(folder, portraitSet('valid'), { ...set });
    expect(await judge()).toMatchObject({ n: 2, persons: 1, found: 0.5, recall_happy: 1 });
  });
});
