import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../bench/support/project-file.js';
import { Recorder } from '../sfu/support/recorder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export const RULES = projectFile('deploy/prometheus/emostream.rules.yml');
export const CONFIG = projectFile('deploy/prometheus/prometheus.yml');

/** What a query finds at one moment, or over a time. */
export interface Found {
  metric: Record<string, string>;
  value: number;
}
export interface FoundRange {
  metric: Record<string, string>;
  /** Unix time in seconds, and the value then. */
  values: [number, number][];
}

interface Answer {
  status: string;
  error?: string;
  data?: {
    result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
  };
}

/** A Prometheus that scrapes one server every second, with the rules as they are shipped. */
export class PrometheusProcess extends Recorder {
  readonly child: ChildProcess;
  output = '';

  constructor(program: string, target: number) {
    super();
    const folder = temporaryFolder();
    copyFileSync(RULES, join(folder, 'emostream.rules.yml'));
    const config = readFileSync(CONFIG, 'utf8')
      .replace(/scrape_interval: \w+/, 'scrape_interval: 1s')
      .replace(/evaluation_interval: \w+/, 'evaluation_interval: 1s')
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${target}`);
    writeFileSync(join(folder, 'prometheus.yml'), config);
    this.child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
      this.changed();
    });
  }

  /** @returns the labels and values of what a query finds now */
  async ask(query: string): Promise<Found[]> {
    const { data } = await this.#get('query', { query });
    return (data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
  }

  /** @param time from when to when, Unix time in seconds, and in what steps @throws what Prometheus says of a bad query */
  async askRange(query: string, time: { start: number; end: number; step: number }): Promise<FoundRange[]> {
    const { start, end, step } = time;
    const answer = await this.#get('query_range', { query, start: `${start}`, end: `${end}`, step: `${step}` });
    if (answer.status !== 'success') throw new Error(`${query}: ${answer.error ?? answer.status}`);
    return (answer.data?.result ?? []).map(({ metric, values = [] }) => ({
      metric,
      values: values.map(([at, value]) => [at, Number(value)]),
    }));
  }

  /** Asks until the answer is as wanted. */
  async askUntil(query: string, enough: (result: readonly Found[]) => boolean) {
    for (;;) {
      const result = await this.ask(query);
      if (enough(result)) return result;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #get(path: string, parameters: Record<string, string>): Promise<Answer> {
    const address = await this.until(() => /msg="Listening on" address=([\d.:]+)/.exec(this.output)?.[1]);
    const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    // It listens before its storage is ready.
    return response.status === 503 ? { status: 'not ready' } : ((await response.json()) as Answer);
  }
}
