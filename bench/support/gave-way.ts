import type { App } from '../../src/cli/app.js';

/** Counters of the steps past capacity (docs/failures.md). */
export async function countGivenUp(meter: App['meter']): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const metric of await meter.registry.getMetricsAsJSON()) {
    for (const { value, labels } of metric.values as { value: number; labels: Record<string, string> }[]) {
      const name = givenUp(metric.name, labels);
      if (name) counts[name] = (counts[name] ?? 0) + value;
    }
  }
  return counts;
}

function givenUp(metric: string, labels: Record<string, string>): string | undefined {
  switch (metric) {
    case 'emostream_load_steps_total':
      return `changes to step ${labels['step'] ?? ''}`;
    case 'emostream_dropped_total':
      if (labels['stage'] === 'voice-encoder') return `voices not encoded in time: ${labels['reason'] ?? ''}`;
      return labels['reason']?.startsWith('load-') ? `dropped: ${labels['reason']}` : undefined;
    case 'emostream_refused_total':
      return labels['what'] === 'analysis' ? 'newcomers who had to wait' : undefined;
    default:
      return undefined;
  }
}
