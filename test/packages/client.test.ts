import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { emotionEvent } from '../server/support/emotion-event.js';
import { startServer, type TestServer } from '../server/support/test-server.js';
import { EmptyProject } from './empty-project.js';

const FOLDER = projectFile('packages/client');
const tool = (path: string) => projectFile(join('node_modules', path));
const project = new EmptyProject();
let server: TestServer;
let tarball: string;

beforeAll(async () => {
  await project.node([tool('typescript/bin/tsc'), '-p', FOLDER]);
  tarball = await project.install(FOLDER);
  project.link('@types/node');
  server = await startServer();
});
afterAll(async () => {
  await server.close();
  project.remove();
});

/** The examples of the page that comes with the package. */
const examples = [...readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code!,
);

it('is in order by publint and attw', async () => {
  await project.node([tool('publint/src/cli.js'), 'run', tarball, '--strict']);
  await project.node([tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only']);
});

it('has types for strict TypeScript, in its examples too', async () => {
  examples.forEach((code, index) => project.write(`example-${index}.ts`, code));
  for (const moduleResolution of ['nodenext', 'bundler']) {
    const options = {
      ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'], types: ['node'] },
      ...{ moduleResolution, module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext', skipLibCheck: true },
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    await project.node([tool('typescript/bin/tsc'), '-p', '.']).catch((error: Error & { stdout: string }) => {
      throw new Error(error.stdout);
    });
  }
});

it('runs in Node: the examples hear the events of a real server', async () => {
  const token = await server.token();
  const env = { SERVER: `http://127.0.0.1:${server.server.port}`, TOKEN: token };
  const runnable = examples.filter((code) => code.includes('process.env'));
  expect(runnable).toHaveLength(3);
  // The room's present comes again and again, whenever an example begins to listen.
  let second = 0;
  const timer = setInterval(() => {
    server.bus.publish(emotionEvent(++second));
    server.bus.publish({ type: 'end', room: 'room', participant: 'alice', at: 0, reason: 'left' });
  }, 100);
  const outputs = [];
  for (const [index, code] of runnable.entries()) {
    project.write(`run-${index}.ts`, code);
    outputs.push((await project.node(['--experimental-strip-types', '--no-warnings', `run-${index}.ts`], env)).stdout);
  }
  clearInterval(timer);
  expect(outputs[0]).toMatch(/^alice neutral 0\.9$/m);
  expect(outputs[1]).toBe('alice 0.1\nalice 0.1\n');
  expect(outputs[2]).toMatch(/^room emotion$[^]*^0 in the room$/m);
});

it('does not need what it is not asked for: the main entry loads without RxJS, ws and mediasoup-client', async () => {
  const bare = new EmptyProject();
  await bare.install(FOLDER);
  for (const name of ['rxjs', 'ws', 'mediasoup-client'])
    expect(existsSync(join(bare.folder, 'node_modules', name))).toBe(true);
  bare.write('a.js', "import * as all from '@emostream/client'; console.log(Object.keys(all).length > 10);");
  const loader =
    "import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (/^(rxjs|ws|mediasoup-client)/.test(name)) throw new Error(name); return next(name, context); } });";
  bare.write('hooks.js', loader);
  expect((await bare.node(['--import', './hooks.js', 'a.js'])).stdout).toBe('true\n');
  bare.remove();
});

it('can be bundled for a page, and the feed alone is small', async () => {
  project.write('feed.js', "export { EmotionFeed } from '@emostream/client';");
  project.write('page.js', "export * from '@emostream/client/overlay'; export * from '@emostream/client/join';");
  for (const name of ['feed', 'page']) {
    project.write(
      'vite.config.js',
      `export default { logLevel: 'error', build: { outDir: 'out-${name}', minify: true, lib: { entry: '${name}.js', formats: ['es'], fileName: '${name}' } } };`,
    );
    await project.node([tool('vite/bin/vite.js'), 'build']);
  }
  const text = (name: string) => {
    const folder = join(project.folder, `out-${name}`);
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('');
  };
  expect(text('page')).toContain('emo-overlay');
  expect(text('feed')).not.toMatch(/mediasoup|emo-overlay|HTMLElement/);
});
