import type { MetricName } from '../../src/common/metrics.js';

/** What Prometheus and prom-client say of a server, as far as the pages ask for it. */
type Foreign = 'up' | 'ALERTS' | 'process_resident_memory_bytes' | 'process_open_fds' | 'process_max_fds';
type Scraped = MetricName | `${MetricName}_${'bucket' | 'sum' | 'count'}` | Foreign;

export interface Query {
  expr: string;
  /** What its series are called: text and `{{label}}`. */
  legend: string;
}

/** The series of a metric, of the servers that are chosen on the page. A name that does not exist does not compile. */
export const of = (name: Scraped, matchers = ''): string =>
  `${name}{instance=~"$instance"${matchers ? `,${matchers}` : ''}}`;

/** Per second; Grafana knows how long a rate must look back at the scrape interval. */
export const rate = (name: Scraped, matchers = ''): string => `rate(${of(name, matchers)}[$__rate_interval])`;

export const increase = (name: Scraped, matchers = ''): string => `increase(${of(name, matchers)}[$__rate_interval])`;

/** One line for each value of a label. */
export const by = (labels: string, expr: string): string => `sum by (${labels}) (${expr})`;

/** Quantiles of a histogram, a line each. */
export const quantiles = (name: MetricName, wanted: readonly number[], matchers = ''): Query[] =>
  wanted.map((quantile) => ({
    expr: quantileBy(name, quantile, '', matchers),
    legend: `p${Math.round(100 * quantile)}`,
  }));

/** One quantile, a line for each value of a label. */
export const quantileBy = (name: MetricName, quantile: number, label: string, matchers = ''): string =>
  `histogram_quantile(${quantile}, ${by(label ? `le, ${label}` : 'le', rate(`${name}_bucket`, matchers))})`;
