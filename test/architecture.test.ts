import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCycles } from './architecture/cycles.js';
import { findEscapes } from './architecture/escapes.js';
import { dependenciesOf } from './architecture/imports.js';
import { findNativeMemory } from './architecture/native-memory.js';
import { findViolations, STAGES } from './architecture/stages.js';
import { readTree } from './architecture/tree.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 300;

/** Files that may be longer, each with the reason. */
const LONG_FILES: Record<string, string> = {};

describe('the tree', () => {
  const tree = readTree(ROOT, ['src', 'client']);
  const server = [...tree].filter(([path]) => path.startsWith('src/'));

  it('has no stage that imports a later one, and no client that knows the server', () => {
    expect(findViolations(tree)).toEqual([]);
  });

  it('has no files that import in a circle, not for a type either', () => {
    const all = readTree(ROOT, ['src', 'client', 'bench', 'scripts', 'test', 'bin', 'deploy']);
    expect(findCycles(all)).toEqual([]);
  });

  it('has only the stages of the design', () => {
    const folders = new Set(server.map(([path]) => path.split('/')[1]!));
    expect([...folders].filter((folder) => !STAGES.includes(folder))).toEqual([]);
  });

  it(`has files of at most ${MAX_LINES} lines, but for those that say why`, () => {
    const long = server
      .map(([path, source]) => ({ path, lines: source.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > MAX_LINES && !(path in LONG_FILES));
    expect(long).toEqual([]);
    // An exception that is none any more is to be struck from the list.
    const stale = Object.keys(LONG_FILES).filter((path) => (tree.get(path)?.split('\n').length ?? 0) - 1 <= MAX_LINES);
    expect(stale).toEqual([]);
  });

  it('steps out of the type checker nowhere without saying why', () => {
    expect(server.flatMap(([path, source]) => findEscapes(path, source))).toEqual([]);
  });

  it('hands memory to native code to be written in one file only', () => {
    const all = [...readTree(ROOT, ['src', 'bench', 'test'])].filter(([path]) => !path.startsWith('test/architecture'));
    expect(all.flatMap(([path, source]) => findNativeMemory(path, source))).toEqual([]);
  });

  it('imports only packages that are installed with the product', () => {
    const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const undeclared = server.flatMap(([path, source]) =>
      dependenciesOf(path, source)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0])
        .filter((name) => !builtinModules.includes(name) && !(name in manifest.dependencies))
        .map((name) => `${path} imports ${name}`),
    );
    expect(undeclared).toEqual([]);
  });
});

describe('the check of stages', () => {
  const fine: [string, string][] = [
    ['src/common/clock.ts', 'export const clock = 1;'],
    ['src/common/worker-url.ts', 'export const workerUrl = (from: string, to: string) => from + to;'],
    ['src/sfu/room.ts', "import { clock } from '../common/clock.js'; export const room = clock;"],
    ['src/events/schema.ts', 'export interface Event { at: number }'],
    ['src/events/bus.ts', "export * from './schema.js';"],
    ['src/server/door.ts', "import { room } from '../sfu/room.js'; export const door = room;"],
    ['client/page/main.ts', "import type { Event } from '../../src/events/schema'; import './style.css';"],
  ];
  const violations = (path: string, source: string): string[] => findViolations(new Map([...fine, [path, source]]));

  it('lets a right tree pass', () => {
    expect(findViolations(new Map(fine))).toEqual([]);
  });

  it.each([
    ['an import', "import { door } from '../server/door.js';"],
    ['an import for its effect', "import '../server/door.js';"],
    ['an import of types', "import type { door } from '../server/door.js';"],
    ['a type import in place', "export type Door = typeof import('../server/door.js').door;"],
    ['a re-export', "export { door } from '../server/door.js';"],
    ['a re-export of all', "export * from '../server/door.js';"],
    ['an import at run time', "export const later = () => import('../server/door.js');"],
    ['a thread', "export const thread = new Worker(workerUrl(import.meta.url, '../server/door.js'));"],
    ['an import over several lines', "import {\n  door,\n} from '../server/door.js';"],
  ])('finds %s of a later stage', (_, source) => {
    const [violation, ...more] = violations('src/media/decoder.ts', source);
    expect(violation).toMatch(
      /^src\/media\/decoder\.ts:\d+ imports \.\.\/server\/door\.js: media stands before server$/,
    );
    expect(more).toEqual([]);
  });

  it('takes no word in a comment or a string for an import', () => {
    const source = "// import { door } from '../server/door.js'\nexport const text = \"import '../server/door.js'\";";
    expect(violations('src/media/decoder.ts', source)).toEqual([]);
  });

  it('finds a client that imports the server, a product that imports its tests, a new stage and a missing file', () => {
    expect(violations('client/page/peek.ts', "import { door } from '../../src/server/door';")).toHaveLength(1);
    expect(violations('client/page/peek.ts', "import { bus } from '../../src/events/bus.js';")).toHaveLength(1);
    expect(violations('src/sfu/peek.ts', "import '../../client/page/main.js';")).toHaveLength(1);
    expect(violations('src/cli/peek.ts', "import '../../client/page/main.js';")).toHaveLength(1);
    expect(violations('src/helpers/peek.ts', "import '../common/clock.js';")).toHaveLength(1);
    expect(violations('src/sfu/peek.ts', "import './nothing.js';")).toEqual([
      'src/sfu/peek.ts:1 imports ./nothing.js: which is no file',
    ]);
  });
});

describe('the check of circles', () => {
  const cycles = (files: Record<string, string>): string[] => findCycles(new Map(Object.entries(files)));

  it('lets a right tree pass, with a file that two ways lead to', () => {
    expect(
      cycles({
        'src/sfu/a.ts': "import './b.js'; import './c.js'; import 'node:fs';",
        'src/sfu/b.ts': "import { d } from './d.js';",
        'src/sfu/c.ts': "import type { d } from './d.js';",
        'src/sfu/d.ts': 'export const d = 1;',
      }),
    ).toEqual([]);
  });

  it.each([
    ['imports', "import { a } from './a.js';"],
    ['imports of types', "import type { a } from './a.js';"],
    ['types in place', "export type A = import('./a.js').a;"],
    ['re-exports', "export * from './a.js';"],
    ['imports at run time', "export const later = () => import('./a.js');"],
    ['threads', "export const thread = new Worker(workerUrl(import.meta.url, './a.js'));"],
  ])('finds a circle of %s, and says its way', (_, back) => {
    expect(
      cycles({
        'src/sfu/start.ts': "import './a.js';",
        'src/sfu/a.ts': "import './b.js';",
        'src/sfu/b.ts': "import '../media/c.js';",
        'src/media/c.ts': back.replaceAll('./a.js', '../sfu/a.js'),
      }),
    ).toEqual(['src/media/c.ts → src/sfu/a.ts → src/sfu/b.ts → src/media/c.ts (of 3 files)']);
  });

  it('finds a file that imports itself, scripts, files without an ending, and every circle once by its shortest way', () => {
    expect(
      cycles({
        'bench/self.ts': "import './self.js';",
        'client/page/a.ts': "import './b'; import './long';",
        'client/page/b.ts': "import './a';",
        'client/page/long.ts': "import './longer';",
        'client/page/longer.ts': "import './a';",
        'scripts/x.mjs': "import './y.mjs';",
        'scripts/y.mjs': "export { x } from './x.mjs';",
      }),
    ).toEqual([
      'bench/self.ts → bench/self.ts (of 1 file)',
      'client/page/a.ts → client/page/b.ts → client/page/a.ts (of 4 files)',
      'scripts/x.mjs → scripts/y.mjs → scripts/x.mjs (of 2 files)',
    ]);
  });
});

describe('the check of native memory', () => {
  it.each([
    "import { SoftwareScaleContext } from 'node-av';",
    'context.scaleSync(planes, strides, 0, 1, [out], [3]);',
    "resampler['convertSync']([out], 1, input, 1);",
    'const frame = Frame.fromVideoBuffer(data, size);',
  ])('finds %s', (source) => {
    expect(findNativeMemory('src/media/decoder.ts', source)).toHaveLength(1);
    expect(findNativeMemory('bench/x.ts', source)).toHaveLength(1);
    expect(findNativeMemory('src/media/conversion.ts', source)).toEqual([]);
  });
});

describe('the check of escapes', () => {
  const escapes = (source: string): string[] => findEscapes('x.ts', source);

  it.each([
    ['any', 'let x: any;'],
    ['any within a type', 'let x: Array<Record<string, any>>;'],
    ['a cast to any', 'const x = (y as any).z;'],
    ['a cast through unknown', 'const x = y as unknown as Z;'],
    ['a rule that is off without a reason', '// eslint-disable-next-line no-console\nlog();'],
    ['@ts-ignore', '// @ts-ignore because\nx();'],
    ['a bare @ts-expect-error', '// @ts-expect-error\nx();'],
  ])('finds %s', (_, source) => {
    expect(escapes(source)).toHaveLength(1);
  });

  it.each([
    ['the word any', '// any of these\nconst any1 = "any";'],
    ['unknown alone', 'const x = y as unknown;'],
    [
      'any with a reason',
      '// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the library says so\nlet x: any;',
    ],
    [
      'a cast with a reason',
      '// The library types it as a string and returns a number.\nconst x = y as unknown as number;',
    ],
    ['@ts-expect-error with a reason', '// @ts-expect-error the library forgot it\nx();'],
  ])('lets %s pass', (_, source) => {
    expect(escapes(source)).toEqual([]);
  });
});
