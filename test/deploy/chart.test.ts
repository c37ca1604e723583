import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { dashboardFiles } from '../../deploy/dashboards/index.js';
import { findProgram } from '../../scripts/setup/command.mjs';
import { CLOSE_PATIENCE_MS } from '../../src/cli/supervision.js';
import { METRICS } from '../../src/common/metrics.js';
import { configSchema } from '../../src/config/schema.js';
import { MEDIA_PORTS } from '../../src/sfu/media-ports.js';
import { parseYaml } from '../support/yaml.js';
import { OPTIONS, dockerStages, fileText } from './support.js';

const CHART = 'deploy/helm/emostream';
const deployment = fileText(`${CHART}/templates/deployment.yaml`);
const helpers = fileText(`${CHART}/templates/_helpers.tpl`);

interface Values {
  http: { port: number };
  media: { mode: string; port: number; workers: number };
}
let values: Values;
beforeAll(async () => {
  values = (await parseYaml(fileText(`${CHART}/values.yaml`))) as unknown as Values;
});

it('is of the version that it installs', async () => {
  const { version } = JSON.parse(fileText('package.json')) as { version: string };
  expect(await parseYaml(fileText(`${CHART}/Chart.yaml`))).toMatchObject({ appVersion: version });
});

it('has the server’s ports, media below those of nodes and of outgoing connections', () => {
  expect(values.http.port).toBe(configSchema.parse({}).httpPort);
  expect(values.media).toMatchObject({ mode: 'hostNetwork', port: MEDIA_PORTS.min });
});

it('sets options that there are, and keeps the cluster from setting others', () => {
  const options = [...(deployment + helpers).matchAll(/name: (EMOSTREAM_\w+)/g)].map(([, name = '']) => name);
  expect(options.length).toBeGreaterThan(6);
  for (const option of options) expect(OPTIONS).toContain(option);
  // A Service "emostream" becomes EMOSTREAM_PORT and more in every container, which the server refuses as unknown.
  expect(deployment).toContain('enableServiceLinks: false');
});

it('runs the image as its user, on a root that is read-only, with its volumes', () => {
  const image = dockerStages(fileText('Dockerfile')).at(-1) ?? [];
  const rest = (wanted: string) => image.find(({ name }) => name === wanted)?.rest ?? '';
  const [user, group] = rest('USER').split(':');
  for (const line of [`runAsUser: ${user}`, `runAsGroup: ${group}`, `fsGroup: ${group}`, 'runAsNonRoot: true'])
    expect(deployment).toContain(`${line}\n`);
  expect(helpers).toContain('readOnlyRootFilesystem: true');
  for (const volume of JSON.parse(rest('VOLUME')) as string[]) expect(helpers).toContain(`mountPath: ${volume} }`);
});

it('asks for health where the server answers, and lets it close', () => {
  const routes = fileText('src/server/http-routes.ts');
  const probes = [...deployment.matchAll(/httpGet: \{ path: (\S+),/g)].map(([, path]) => path);
  expect(probes).toEqual(['/healthz', '/healthz', '/readyz']);
  for (const path of probes) expect(routes).toContain(`'${path}': {`);
  const [, grace] = /terminationGracePeriodSeconds: (\d+)/.exec(deployment) ?? [];
  expect(1000 * Number(grace)).toBeGreaterThan(CLOSE_PATIENCE_MS);
});

it('is one server, never two, but for nodes that share rooms', () => {
  const [nodes = '', one = ''] = deployment.slice(deployment.indexOf('\nspec:')).split('{{- else }}');
  for (const line of ['  replicas: 1\n', '  strategy: { type: Recreate }\n']) expect(one).toContain(line);
  expect(nodes).toContain('replicas: {{ .Values.nodes.count }}');
});

it('has example values that it knows', async () => {
  const example = (await parseYaml(fileText('deploy/helm/three-nodes.yaml'))) as Record<string, object | string>;
  const known = new Map(Object.entries(values));
  for (const [name, part] of Object.entries(example)) {
    expect([...known.keys()]).toContain(name);
    if (typeof part === 'object')
      expect(Object.keys(known.get(name)!)).toEqual(expect.arrayContaining(Object.keys(part)));
  }
});

it('scales by metrics that there are', () => {
  const metrics = [...fileText(`${CHART}/templates/nodes.yaml`).matchAll(/metric: \{ name: (\w+) \}/g)];
  expect(metrics.map(([, name = '']) => name)).toEqual(['emostream_participants', 'emostream_load_step']);
  for (const [, name] of metrics) {
    expect(METRICS).toHaveProperty(name!);
    expect(fileText('docs/growth.md')).toContain(name);
  }
});

const helm = findProgram(['helm']);
if (!helm) console.warn('passed over: helm is not here; what the chart makes is not looked at');

describe.skipIf(!helm)('helm', () => {
  const run = (...args: string[]) => {
    // One that was built without its release's flags takes a Kubernetes of years ago for granted.
    const all = [...args, '--kube-version', '1.30.0'];
    const { status, stdout, stderr } = spawnSync(helm ?? '', all, { encoding: 'utf8', cwd: projectFile(CHART) });
    return { status, output: stdout + stderr };
  };
  const secret = `jwtSecret=${'0'.repeat(32)}`;

  it('finds nothing wrong with it', () => {
    expect(run('lint', '.', '--strict', '--set', secret)).toMatchObject({ status: 0 });
  });

  it('makes a pod on its node’s network, or load balancers for UDP and TCP', () => {
    expect(run('template', 'x', '.', '--set', secret).output).toContain('hostNetwork: true');
    const address = 'media.announcedAddress=203.0.113.7';
    const { output } = run('template', 'x', '.', '--set', `${secret},media.mode=loadBalancer,${address}`);
    expect(output).not.toContain('hostNetwork');
    expect(output.match(/type: LoadBalancer/g)).toHaveLength(2);
  });

  it('hands Grafana the dashboards as they are, unless told otherwise', () => {
    const { output } = run('template', 'x', '.', '--set', secret);
    const map = output.split(/^---\n/m).find((document) => document.includes('grafana_dashboard: "1"')) ?? '';
    for (const [name, text] of dashboardFiles()) {
      expect(map).toContain(`  ${name}: |\n`);
      // Each of its lines, in order, indented by Helm.
      expect(map.replaceAll(/^ {4}/gm, '')).toContain(text.trim());
    }
    const without = run('template', 'x', '.', '--set', `${secret},metrics.dashboards.enabled=false`).output;
    expect(without).not.toContain('grafana_dashboard');
    expect(without).toContain('kind: Deployment');
  });

  it('makes nodes that share rooms, each with its name, and servers that judge', () => {
    const file = ['-f', '../three-nodes.yaml'];
    expect(run('lint', '.', '--strict', ...file)).toMatchObject({ status: 0 });
    const { output } = run('template', 'emostream', '.', ...file);
    expect(output.match(/^kind: StatefulSet$/gm)).toHaveLength(2);
    expect(output).not.toMatch(/^kind: (Deployment|PersistentVolumeClaim)$/m);
    expect(output).toContain('value: "https://$(POD_NAME).calls.example/"');
    expect(output).toContain(
      '"nats://nats-0.nats-headless:4222,nats://nats-1.nats-headless:4222,nats://nats-2.nats-headless:4222"',
    );
    expect(output).toContain(
      '"grpc://emostream-triton-0.emostream-triton:8001,grpc://emostream-triton-1.emostream-triton:8001"',
    );
    for (const node of [0, 1, 2]) {
      expect(output).toContain(`host: emostream-${String(node)}.calls.example`);
      expect(output).toContain(`statefulset.kubernetes.io/pod-name: emostream-${String(node)}\n`);
    }
    const behindOne = run('template', 'emostream', '.', ...file, '--set', 'nodes.host=').output;
    expect(behindOne).toContain('{ name: EMOSTREAM_NODE_URL, value: "https://calls.example/" }');
    expect(behindOne).toContain('value: "http://$(POD_NAME).emostream-nodes:8080/"');
    expect(behindOne).not.toContain('emostream-0.calls.example');
    const scaled = run('template', 'emostream', '.', ...file, '--set', 'nodes.autoscaling.enabled=true').output;
    expect(scaled).toContain('kind: HorizontalPodAutoscaler');
    expect(scaled).toContain('averageValue: 500m');
    // How many there are is the autoscaler's to say.
    expect(scaled).not.toContain('replicas: 3');
    expect(scaled).toContain('host: emostream-11.calls.example');
  });

  it.each([
    ['no secret', ''],
    ['a short secret', 'jwtSecret=short'],
    ['a load balancer without its address', `${secret},media.mode=loadBalancer`],
    ['a port of outgoing connections', `${secret},media.port=44444`],
    ['replicas', `${secret},replicaCount=2`],
    ['nodes that share nothing', `${secret},nodes.count=2,nodes.host=calls.example`],
    ['nodes without names', `${secret},nodes.count=2,nats.servers={nats://a:4222}`],
    ['a password of NATS', `${secret},nats.servers={nats://me:secret@a:4222}`],
  ])('is refused %s', (_what, set) => {
    expect(run('template', 'x', '.', '--set', set).status).not.toBe(0);
  });
});
