import { readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, status: number }} Check a check beside the tests, such as the linter, and its exit status
 * @typedef {{ checks: Check[], runner: { status: number, counts: Counts | undefined } }} TestReport
 */

/**
 * The counts in the test runner's own report (vitest's JSON reporter, which has jest's form).
 * @param {string} path
 * @returns {Counts | undefined} undefined where the runner left none
 */
export function readCounts(path) {
  try {
    return countTests(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} report
 * @returns {Counts}
 */
export function countTests(report) {
  // A file that could not even be loaded has no tests to count, and has failed all the same.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/**
 * The tests' counts, with each check beside them that failed counted as a failure, so that nothing that failed is hidden by
 * what passed.
 * @param {TestReport} report
 * @returns {Counts}
 */
export function total({ checks, runner }) {
  const counts = runner.counts ?? { passed: 0, failed: 0, skipped: 0 };
  const failedChecks = checks.filter((check) => check.status !== 0).length;
  // The runner failed and names no test: an unhandled error, or no test found.
  const unnamed = runner.status !== 0 && counts.failed === 0 ? 1 : 0;
  return { ...counts, failed: counts.failed + failedChecks + unnamed };
}

/** One line that people and programs read: "12 passed, 0 failed, 1 skipped". @param {Counts} counts */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
