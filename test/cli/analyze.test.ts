import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src/common/version.js';
import { talk, writeWav } from '../files/support/clips.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MAIN = join(projectRoot(), 'dist', 'src', 'cli', 'main.js');

interface Ended {
  status: number | null;
  stderr: string;
}

/** @param onStderr told of all that it said so far */
function run(
  cwd: string,
  args: string[],
  onStderr: (text: string, child: ChildProcess) => void = () => {},
  main = MAIN,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString();
    onStderr(stderr, child);
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr })));
}

const PLAIN = ['--engine', 'wasm', '--speech', 'off'];

it('statuses tell what is used wrongly, what cannot be read, and that the others were analysed', async () => {
  const folder = temporaryFolder({ 'empty.mp4': '' });
  writeWav(join(folder, 'talk.wav'), talk(2));
  expect(await run(folder, ['analyze', 'nothing.mp4', ...PLAIN])).toMatchObject({
    ...{ status: 2, stderr: expect.stringContaining('[NOT_FOUND]') as string },
  });
  const both = await run(folder, ['analyze', 'empty.mp4', 'talk.wav', '--out', 'results', ...PLAIN]);
  expect(both).toMatchObject({ status: 3, stderr: expect.stringContaining('[MEDIA_EMPTY]') as string });
  for (const file of ['events.jsonl', 'words.jsonl', 'events.csv', 'summary.json', 'subtitles.vtt', 'report.html']) {
    expect(existsSync(join(folder, 'results', 'talk', file)), file).toBe(true);
  }
  // What is there is not lost.
  const again = await run(folder, ['analyze', 'talk.wav', '--out', 'results/talk', ...PLAIN]);
  expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('--resume') as string });
  expect(await run(folder, ['report', 'results/talk/events.jsonl', '--out', 'again'])).toMatchObject({ status: 0 });
  const table = (path: string) => readFileSync(join(folder, path, 'events.csv'), 'utf8');
  expect(table('again')).toBe(table('results/talk'));
}, 300_000);

it('takes the place of nothing: neither of the results of a recording of the same name, nor of somebody’s own files', async () => {
  const folder = temporaryFolder({ 'x.mp4': '', 'x.wav': '', 'y.mp4': '', 'own/subtitles.vtt': 'WEBVTT\n' });
  const two = await run(folder, ['analyze', 'x.mp4', 'y.mp4', 'x.wav', ...PLAIN]);
  expect(two).toMatchObject({ status: 2, stderr: expect.stringMatching(/x\.mp4 and x\.wav/) as string });
  const own = await run(folder, ['analyze', 'y.mp4', '--out', 'own', ...PLAIN]);
  expect(own).toMatchObject({ status: 2, stderr: expect.stringContaining('subtitles.vtt') as string });
  expect(existsSync(join(folder, 'x.emostream'))).toBe(false);
}, 60_000);

it('without the report’s page, which a build makes, it says so before it begins', async () => {
  const folder = temporaryFolder();
  writeWav(join(folder, 'talk.wav'), talk(1));
  const project = join(folder, 'project');
  for (const part of ['package.json', 'dist/src']) {
    cpSync(join(projectRoot(), part), join(project, part), { recursive: true });
  }
  symlinkSync(join(projectRoot(), 'node_modules'), join(project, 'node_modules'));
  const main = join(project, 'dist', 'src', 'cli', 'main.js');
  const ended = await run(folder, ['analyze', 'talk.wav', ...PLAIN], undefined, main);
  expect(ended).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/npm run build.*\[INSTALL_FAILED\]/) as string,
  });
  expect(existsSync(join(folder, 'talk.emostream'))).toBe(false);
}, 60_000);

it('Ctrl-C keeps what is done, and --resume goes on', async () => {
  const folder = temporaryFolder();
  writeWav(join(folder, 'long.wav'), talk(100));
  const args = ['analyze', 'long.wav', '--out', 'out', ...PLAIN];
  // The first of its lines of progress.
  const first = await run(folder, args, (said, child) => {
    if (said.includes('%')) child.kill('SIGINT');
  });
  expect(first.status).toBe(130);
  const summary = () => JSON.parse(readFileSync(join(folder, 'out', 'summary.json'), 'utf8')) as { seconds: number };
  expect(summary()).toMatchObject({ complete: false });
  expect(summary().seconds).toBeGreaterThanOrEqual(10);
  expect(summary().seconds).toBeLessThan(100);
  expect(await run(folder, [...args, '--resume'])).toMatchObject({ status: 0 });
  expect(summary()).toMatchObject({ complete: true, seconds: 100 });
}, 300_000);
