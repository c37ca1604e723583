import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, so that none of them is left for the end, when it would run alone. Those with browsers
 * are apart from each other, as well as an order can do that: calls are real time, and the cores are few. Firefox and Chromium, which
 * draw in software, come when the long call is over.
 */
const FIRST = [
  'e2e/call.e2e',
  'packages/server',
  'cli/supervisor',
  'cli/serve-endings',
  'media/real-sizes',
  'files/analyse-file',
  'files/faces',
  'cluster/cluster',
  'deploy/dashboards-live',
  'training/evaluation/evaluate',
  'analysis/call-states',
  'e2e/whip.e2e',
  'server/connections',
  'media/long-road',
  'analysis/process-crash',
  'fuzz/fuzz',
  'e2e/firefox.e2e',
  'streams/alignment-proof',
  'cli/speech',
  'packages/join',
  'analysis/consent-live',
  'cli/analyze',
  'setup/handshake',
  'analysis/set-aside',
  'telemetry/traces',
  'sfu/rates',
  'embed/attach',
  'packages/client',
  'analysis/process-leftovers',
  'inference/onnx-engine',
  'e2e/report.e2e',
  'parity/live-parity',
  'cli/log-lines',
  'analysis/speech-live',
  'deploy/prometheus',
  'e2e/stories.e2e',
  'server/socket-cost',
  'media/clock-trips',
  'cli/engine',
  'analysis/process-hang',
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
