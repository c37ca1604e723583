import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What is looked for: WCAG 2.2 up to AA, and what the rules' authors hold for good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Finding {
  rule: string;
  /** Selectors, through shadow roots, and what is wrong there. */
  where: string[];
}

/** Nothing in what the page shows now keeps people out, as far as axe-core can see: rules that do not need a human. */
export async function accessible(page: Page): Promise<void> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const findings = await page.evaluate<Finding[]>(`axe
    .run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => ({
      rule: id,
      where: nodes.map(({ target, failureSummary }) => target.flat().join(' ') + ': ' + failureSummary),
    })))`);
  expect(findings).toEqual([]);
}
