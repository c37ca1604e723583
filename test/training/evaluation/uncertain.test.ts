import { describe, expect, it } from 'vitest';
import { riskSvg } from '../../../src/training/evaluation/risk-svg.js';
import { riskByCoverage, tradeOffs } from '../../../src/training/evaluation/trade-off.js';
import { riskCurves, uncertainSection } from '../../../src/training/evaluation/uncertain-page.js';
import type { TestFigures } from '../../../src/training/evaluation/test-figures.js';

/** Of so many answers, in order of confidence, the surest are right. */
const answers = (count: number, right: number) =>
  Array.from({ length: count }, (_, i) => ({ confidence: 1 - i / count, right: i < right }));

describe('risk by coverage', () => {
  it('is what is wrong of the surest answers, whatever their order', () => {
    const risk = riskByCoverage([...answers(100, 50)].reverse());
    expect(risk).toHaveLength(20);
    expect(risk.slice(0, 10)).toEqual(new Array(10).fill(0));
    expect(risk.at(-1)).toBe(0.5);
    // 75 surest: 25 wrong.
    expect(risk[14]).toBeCloseTo(1 / 3);
  });

  it('of fewer answers than it has points is still of whole answers', () => {
    expect(riskByCoverage(answers(2, 1))).toEqual([...new Array(14).fill(0), ...new Array(6).fill(0.5)]);
  });
});

describe('what a threshold is worth', () => {
  const each = { valid: answers(100, 80), test: { some_test: answers(10, 5) } };
  const rows = tradeOffs(
    { face: 0.505, voice: 0.905, words: 0, fused: 1 },
    { face: each, voice: each, words: { ...each, test: { other_test: answers(4, 4) } } },
  );

  it('is told by modality: the shipped threshold is that of the modality', () => {
    const shipped = rows.filter(({ wanted }) => wanted === null);
    expect(shipped.map(({ modality, valid }) => [modality, valid.coverage])).toEqual([
      ['face', 0.5],
      ['voice', 0.1],
      ['words', 1],
    ]);
    expect(shipped[0]!.test).toEqual({ some_test: { coverage: 0.5, accuracy: 1 } });
  });

  it('stands on the page with the curves of the sets of each modality', () => {
    const figures = { risk_by_coverage: [0, 0.5] } as TestFigures;
    const results = {
      ferplus_test: figures,
      nemo_left_out: figures,
      meld_test: figures,
      synthetic_triples_test: figures,
    };
    expect(riskCurves('voice', results)).toEqual([{ name: 'nemo_left_out', risk: [0, 0.5] }]);
    const page = uncertainSection(rows, results);
    expect(page).toContain('### Voice');
    expect(page).toContain('(risk-coverage-words.svg)');
    expect(page).toContain('| wanted accuracy | threshold | validation | other_test |');
    expect(riskSvg('Wrong by answered, voice', riskCurves('voice', results))).toContain(
      'nemo_left_out: 0 % wrong of the surest half, 50 % of all',
    );
  });
});
