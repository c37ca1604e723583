import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingOutputs, removeOrphans } from '../../scripts/setup/build.mjs';
import { SetupError } from '../../scripts/setup/failure.mjs';
import { runCommand } from '../../scripts/setup/command.mjs';
import { Progress } from '../../scripts/setup/progress.mjs';
import { closingLine, countTests, readCounts, total } from '../../scripts/test-report.mjs';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the closing line of the tests', () => {
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [] },
    ],
  };

  it('counts a file that could not be loaded as failed', () => {
    expect(countTests(report)).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });

  it('counts failed checks, and a runner that failed without a failed test', () => {
    const counts = { passed: 5, failed: 0, skipped: 0 };
    const checks = [
      { name: 'lint', status: 1 },
      { name: 'types', status: 0 },
    ];
    expect(total({ checks: [], runner: { status: 0, counts } })).toEqual(counts);
    expect(total({ checks, runner: { status: 0, counts } }).failed).toBe(1);
    expect(total({ checks, runner: { status: 1, counts } }).failed).toBe(2);
    expect(total({ checks: [], runner: { status: 1, counts: undefined } })).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
    expect(total({ checks: [], runner: { status: 1, counts: { ...counts, failed: 3 } } }).failed).toBe(3);
  });

  it('names skipped tests only where there are some', () => {
    expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });

  it('has no counts where the runner left none or half of one', () => {
    const root = temporaryFolder({ cut: '{"numPassedTests": 1', whole: JSON.stringify(report) });
    expect(readCounts(join(root, 'absent'))).toBeUndefined();
    expect(readCounts(join(root, 'cut'))).toBeUndefined();
    expect(readCounts(join(root, 'whole'))).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });
});

describe('what the set-up says', () => {
  it('is nothing when there is nothing to do, and each step with its time otherwise', async () => {
    let text = '';
    let now = 0;
    const progress = (): Progress => new Progress({ write: (part) => (text += part), now: () => now });
    progress().finish();
    expect(text).toBe('');
    const busy = progress();
    const result = await busy.step('npm packages', 'not installed yet', async () => {
      busy.tick('too early to say');
      now += 12_000;
      busy.tick('half way');
      now += 60_000;
      return 'result';
    });
    busy.finish();
    expect(result).toBe('result');
    expect(text.split('\n').slice(1)).toEqual([
      '• npm packages (not installed yet)',
      '  half way',
      '  done in 1 min 12 s',
      'Set-up complete in 1 min 12 s',
      '',
    ]);
  });

  it('is, of a program that failed, what failed, its last words, where all of them are, and what to do', async () => {
    const log = join(temporaryFolder(), 'logs', 'step.log');
    const script =
      "for (let i = 0; i < 100; i++) console.log('line', i); console.error('disk full'); process.exitCode = 3";
    const lines: string[] = [];
    const options = {
      what: 'the step failed',
      remedy: 'free some space',
      log,
      onLine: (line: string) => lines.push(line),
    };
    const failure = await runCommand(process.execPath, ['-e', script], options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SetupError);
    const text = (failure as SetupError).describe();
    expect(text).toMatch(/^Set-up failed: the step failed \(exit status 3\)\n/);
    expect(text).toContain('| disk full');
    expect(text).not.toContain('| line 5\n');
    expect(text).toContain(`All of its output: ${log}`);
    expect(text.split('\n').at(-1)).toBe('  What to do: free some space');
    expect(lines).toHaveLength(101);
  });

  it('names a program that is not there', async () => {
    const log = join(temporaryFolder(), 'step.log');
    const running = runCommand('emostream-no-such-program', [], { what: 'it failed', remedy: 'install it', log });
    await expect(running).rejects.toThrow(/it failed \(.*ENOENT/);
  });
});

describe('the compiled files', () => {
  it('lose those whose source is gone, and no others', () => {
    const root = temporaryFolder({
      'src/a.ts': '',
      'src/types.d.ts': '',
      'src/new.ts': '',
      'dist/src/a.js': '',
      'dist/src/a.js.map': '',
      'dist/src/gone.js': '',
      'dist/src/gone.js.map': '',
      'dist/client/assets/index-1.js': '',
      'dist/client/emostream.js': '',
    });
    expect(removeOrphans(root)).toEqual(['src/gone.js', 'src/gone.js.map']);
    expect(existsSync(join(root, 'dist/src/a.js'))).toBe(true);
    expect(existsSync(join(root, 'dist/client/emostream.js'))).toBe(true);
    expect(missingOutputs(root)).toEqual(['src/new.ts']);
  });
});
