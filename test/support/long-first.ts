import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, so that none of them is left for the end, when it would run alone. Those with browsers
 * are apart from each other, as well as an order can do that: calls are real time, and the cores are few.
 */
const FIRST = [
  'e2e/call.e2e',
  'packages/server',
  'cli/supervisor',
  'cli/serve-endings',
  'media/real-sizes',
  'analysis/process-crash',
  'e2e/firefox.e2e',
  'fuzz/fuzz',
  'training/evaluation/evaluate',
  'analysis/call-states',
  'e2e/whip.e2e',
  'files/analyse-file',
  'files/faces',
  'deploy/dashboards-live',
  'server/connections',
  'analysis/consent-rule',
];

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return index < 0 ? FIRST.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
