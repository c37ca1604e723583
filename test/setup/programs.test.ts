import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkChromium, findChromium } from '../../scripts/setup/chromium.mjs';
import { checkFirefox, findFirefox } from '../../scripts/setup/firefox.mjs';
import { findPrometheus } from '../../scripts/setup/prometheus.mjs';
import { withPathFirst } from '../../scripts/setup/command.mjs';
import { findNode, nodePackage, wantedRange } from '../../scripts/setup/node-runtime.mjs';
import { inRange } from '../../scripts/setup/versions.mjs';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.js';

describe('the Node that runs the project', () => {
  const manifest = { 'package.json': JSON.stringify({ engines: { node: '>=22 <23' } }) };
  const old = { version: '20.20.2', path: '/usr/bin/node' };
  const name = nodePackage(process.platform, process.arch);
  const folder = `.node/node_modules/${name}`;

  it('is the one that runs, where its version is right', () => {
    expect(findNode(temporaryFolder(manifest), { version: '22.1.0', path: '/usr/bin/node' })).toBe('/usr/bin/node');
  });

  it("is the project's own otherwise, once that is there whole and of the right version", () => {
    const root = temporaryFolder(manifest);
    expect(findNode(root, old)).toBeUndefined();
    writeFiles(root, { [`${folder}/package.json`]: '{"version": "22.23.3"}' });
    expect(findNode(root, old)).toBeUndefined();
    writeFiles(root, { [`${folder}/bin/node`]: '' });
    expect(findNode(root, old)).toBe(join(root, folder, 'bin/node'));
    writeFiles(root, { [`${folder}/package.json`]: '{"version": "23.0.0"}' });
    expect(findNode(root, old)).toBeUndefined();
  });

  it('has the version that package.json asks for, here and now', () => {
    const range = wantedRange(fileURLToPath(new URL('../..', import.meta.url)));
    expect(inRange(process.versions.node, range)).toBe(true);
    // What is brought where it is not: the first that the range names.
    expect(range).toMatch(/^>=22\b/);
    expect(inRange('20.20.2', range)).toBe(false);
  });

  it('comes first on the search path, once', () => {
    expect(withPathFirst('/new', { PATH: '/usr/bin:/new:/bin', HOME: '/root' })).toEqual({
      PATH: '/new:/usr/bin:/bin',
      HOME: '/root',
    });
    expect(withPathFirst('/new', {}).PATH).toBe('/new');
  });
});

describe('the browsers for the tests', () => {
  it('is what CHROMIUM_PATH names, else Chromium, else Chrome', () => {
    const root = temporaryFolder({ 'b/google-chrome': '' });
    const env = { PATH: `${join(root, 'a')}:${join(root, 'b')}` };
    expect(findChromium(env)).toBe(join(root, 'b/google-chrome'));
    writeFiles(root, { 'b/chromium': '' });
    expect(findChromium(env)).toBe(join(root, 'b/chromium'));
    expect(findChromium({ ...env, CHROMIUM_PATH: '/opt/browser' })).toBe('/opt/browser');
    expect(findChromium({ PATH: root })).toBeUndefined();
  });

  it('is asked for with what to do where it is missing or does not start', () => {
    const root = temporaryFolder({ chromium: '#!/bin/sh\nexit 1\n' });
    expect(() => checkChromium({ PATH: '' })).toThrow('there is none');
    expect(() => checkChromium({ CHROMIUM_PATH: join(root, 'absent') })).toThrow('nothing is there');
    expect(() => checkChromium({ CHROMIUM_PATH: join(root, 'chromium') })).toThrow('does not start');
  });

  it('are two: Firefox is found and asked for in the same way', () => {
    const root = temporaryFolder({ firefox: '#!/bin/sh\nexit 1\n' });
    expect(findFirefox({ PATH: root })).toBe(join(root, 'firefox'));
    writeFiles(root, { 'firefox-esr': '' });
    expect(findFirefox({ PATH: root })).toBe(join(root, 'firefox-esr'));
    expect(() => checkFirefox({ PATH: '' })).toThrow('the browser tests need Firefox, and there is none');
    expect(() => checkFirefox({ FIREFOX_PATH: join(root, 'firefox') })).toThrow('does not start');
  });
});

describe('Prometheus', () => {
  it('is both of its programs, on the path or where the set-up puts them', () => {
    const root = temporaryFolder({ 'both/prometheus': '', 'both/promtool': '', 'one/promtool': '' });
    const none = { HOME: root, XDG_CACHE_HOME: join(root, 'cache') };
    expect(findPrometheus({ ...none, PATH: join(root, 'both') })).toEqual({
      prometheus: join(root, 'both/prometheus'),
      promtool: join(root, 'both/promtool'),
    });
    expect(findPrometheus({ ...none, PATH: join(root, 'one') })).toBeUndefined();
    writeFiles(root, { 'cache/emostream/prometheus/prometheus': '', 'cache/emostream/prometheus/promtool': '' });
    expect(findPrometheus({ ...none, PATH: '' })?.promtool).toBe(join(root, 'cache/emostream/prometheus/promtool'));
  });
});
