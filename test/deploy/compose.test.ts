import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { CLOSE_PATIENCE_MS } from '../../src/cli/supervision.js';
import { configSchema } from '../../src/config/schema.js';
import { parseYaml } from '../support/yaml.js';
import { OPTIONS, dockerStages, fileText } from './support.js';

interface Service {
  command?: string[];
  image: string;
  read_only?: boolean;
  cap_drop: string[];
  security_opt: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes: string[];
  depends_on?: Record<string, { condition: string }>;
  stop_grace_period?: string;
}

let services: Record<'models' | 'emostream' | 'prometheus' | 'grafana', Service>;
let volumes: string[];
beforeAll(async () => {
  const file = (await parseYaml(fileText('deploy/compose.yaml'))) as unknown as {
    services: typeof services;
    volumes: Record<string, null>;
  };
  services = file.services;
  volumes = Object.keys(file.volumes);
});

const withDefaults = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

it('the server has options that there are, and its image’s volumes', () => {
  const { environment = {}, volumes: mounted } = services.emostream;
  const options = Object.keys(environment);
  expect(options.length).toBeGreaterThan(3);
  for (const option of options) expect(OPTIONS).toContain(option);
  const rest = dockerStages(fileText('Dockerfile'))
    .at(-1)
    ?.find(({ name }) => name === 'VOLUME')?.rest;
  expect(mounted.map((volume) => volume.split(':')[1])).toEqual(JSON.parse(rest ?? '[]'));
  expect(environment.EMOSTREAM_AUDIT_LOG).toMatch(/^\/var\/lib\/emostream\//);
});

it('the page’s port and those of all media workers are published, UDP and TCP, each as it is inside', () => {
  const { environment = {}, ports = [] } = services.emostream;
  const { httpPort } = configSchema.parse({});
  const first = Number(environment.EMOSTREAM_RTC_PORT);
  const range = `${first}-${first + Number(environment.EMOSTREAM_RTC_WORKERS) - 1}`;
  // That of the metrics is not among them: it is open to whoever reaches it.
  expect(ports.map(withDefaults)).toEqual([
    `127.0.0.1:${httpPort}:${httpPort}`,
    `${range}:${range}/udp`,
    `${range}:${range}/tcp`,
  ]);
});

it('nobody has rights that they do not need, and the server is given the time that it takes to close', () => {
  for (const [name, service] of Object.entries(services)) {
    expect(service.cap_drop, name).toEqual(['ALL']);
    expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
    if (name !== 'grafana') expect(service.read_only, name).toBe(true);
  }
  expect(1000 * Number.parseInt(services.emostream.stop_grace_period ?? '', 10)).toBeGreaterThan(CLOSE_PATIENCE_MS);
});

it('the models are fetched before, by a command that there is', () => {
  expect(services.models.command).toEqual(['speech', 'install']);
  expect(fileText('src/cli/speech.ts')).toContain(".command('install')");
  expect(services.emostream.depends_on).toEqual({ models: { condition: 'service_completed_successfully' } });
  expect(services.models.image).toBe(services.emostream.image);
});

it('what is mounted is there, and every named volume is declared', () => {
  for (const [name, { volumes: mounted }] of Object.entries(services)) {
    for (const [source = ''] of mounted.map((volume) => volume.split(':'))) {
      if (source.startsWith('./'))
        expect(existsSync(projectFile(join('deploy', source))), `${name}: ${source}`).toBe(true);
      else expect(volumes, name).toContain(source);
    }
  }
});

it('its Prometheus does as the other one, but for where the server is', () => {
  const rules = (text: string) => text.slice(text.indexOf('global:'));
  const { httpPort } = configSchema.parse({});
  expect(rules(fileText('deploy/prometheus/prometheus.compose.yml'))).toBe(
    rules(fileText('deploy/prometheus/prometheus.yml')).replace(
      `127.0.0.1:${httpPort}`,
      `emostream:${services.emostream.environment?.EMOSTREAM_METRICS_PORT}`,
    ),
  );
});

it('Grafana finds Prometheus and every dashboard', async () => {
  const provisioned = 'deploy/grafana/provisioning';
  const { datasources } = (await parseYaml(fileText(`${provisioned}/datasources/prometheus.yml`))) as unknown as {
    datasources: { type: string; url: string }[];
  };
  expect(datasources.map(({ type, url }) => `${type} ${url}`)).toEqual(['prometheus http://prometheus:9090']);
  expect(services.prometheus.ports).toEqual(['127.0.0.1:9090:9090']);
  const { providers } = (await parseYaml(fileText(`${provisioned}/dashboards/emostream.yml`))) as unknown as {
    providers: { options: { path: string } }[];
  };
  expect(services.grafana.volumes).toContain(`./grafana:${providers[0]?.options.path}:ro`);
  const dashboards = readdirSync(projectFile('deploy/grafana')).filter((name) => name.endsWith('.json'));
  expect(dashboards.length).toBeGreaterThan(0);
});
