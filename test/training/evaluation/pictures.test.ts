import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionSvg } from '../../../src/training/evaluation/confusion-svg.js';
import { cellText, table } from '../../../src/training/evaluation/markdown.js';
import { reliabilitySvg } from '../../../src/training/evaluation/reliability-svg.js';
import { element, escapeXml } from '../../../src/training/evaluation/svg.js';
import { metricsText } from '../../../src/training/evaluation/report.js';

const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

describe('pictures', () => {
  it('escape what they are given', () => {
    expect(escapeXml('<a b="1">&\'\u0000')).toBe('&lt;a b=&quot;1&quot;&gt;&amp;&apos;');
    expect(element('g', { id: '"><script>' })).toBe('<g id="&quot;&gt;&lt;script&gt;"/>');
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']/u.test(escapeXml(text))));
  });

  it('of confusions have a row for each class that occurs and a cell for each answer, shares by row', () => {
    const svg = confusionSvg(
      'a & b',
      ['one', 'two', 'three'],
      [
        [3, 1, 0],
        [0, 0, 0],
        [0, 0, 300],
      ],
    );
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/u);
    expect(svg).toContain('a &amp; b');
    expect(count(svg, /<rect[^>]*class="mark"/gu)).toBe(2 * 3);
    expect(count(svg, />n \d+</gu)).toBe(2);
    for (const text of ['>75<', '>3<', '>25<', '>1<', '>100<', '>300<']) expect(svg).toContain(text);
    expect(svg).toContain('Recall: one 75 %, three 100 %');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/u);
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  it('of reliability have a mark for each bin with answers', () => {
    const bins = [
      { n: 0, right: 0, confidence: 0 },
      { n: 4, right: 1, confidence: 2 },
      { n: 2, right: 2, confidence: 1.8 },
    ];
    const svg = reliabilitySvg('set', bins, 0.2);
    expect(count(svg, /<circle/gu)).toBe(2);
    expect(count(svg, /class="bar"/gu)).toBe(2);
    expect(svg).toContain('calibration error 0.200, n 6');
    expect(svg).toContain('confidence 50 %: 25 % of 4 right');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/u);
    expect(reliabilitySvg('none', [], 0)).not.toMatch(/NaN|Infinity/u);
  });
});

describe('tables', () => {
  it('keep pipes and line ends inside their cells', () => {
    expect(cellText('a|b\n c')).toBe('a\\|b c');
    expect(table(['x', 'y'], [['1|2', 'z']])).toBe('| x | y |\n| --- | --- |\n| 1\\|2 | z |');
  });

  it('refuse a row of another length', () => {
    expect(() => table(['x', 'y'], [['1']])).toThrow(RangeError);
  });
});

it('figures are written as JSON that reads back the same, a row of a matrix on a line', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(JSON.parse(metricsText(value as never))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  const confusion = Array.from({ length: 7 }, () => [1, 2, 3, 4, 5, 6, 7]);
  expect(metricsText({ a: { confusion, protocol: 'x: y, z' } } as never)).toContain('      [1, 2, 3, 4, 5, 6, 7],\n');
});
