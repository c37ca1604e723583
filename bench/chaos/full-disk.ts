import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EVERYTHING, type ServedCall } from '../support/served-call.js';
import { wallClock } from '../support/shared-timer.js';
import { Drill } from './drill.js';
import { alwaysChecks, check, type Row } from './row.js';

/** What a server writes while it runs: the audit log, and what it says. */
const AUDIT = 'audit.jsonl';
const LOG = 'log.jsonl';
const FILLER = 'filler';
const SIZE = 128 * 1024;
/** Each person's consent is taken and given in turn: of four people twice each. */
const CHANGES = 16;
const SETTLE_MS = 2500;
/** What Node itself says of its inspector, and the line that filled the page. */
const NOT_OURS = /^(Debugger |For help|Waiting for the debugger|\{"padding")/;

let disk: string | undefined;
let logFd: number | undefined;

/** A file system of that size in memory, which takes the right to mount one. */
function mountSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'emostream-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(SIZE)}`, 'none', folder], { stdio: 'pipe' });
  return folder;
}

function cannotMount(): string | undefined {
  try {
    disk = mountSmallDisk();
    return undefined;
  } catch (error) {
    return `no small file system can be mounted here (${error instanceof Error ? error.message.split('\n')[0] : ''})`;
  }
}

/** Until not a byte more is taken. */
function fill(folder: string): void {
  for (let size = SIZE; size >= 1; size = Math.floor(size / 2)) {
    for (;;) {
      try {
        writeFileSync(join(folder, FILLER), Buffer.alloc(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

const PAGE = 4096;
const PART = 50;

/** Its last page would still take some lines: a line of ours takes what is left of it, but for a part of one. */
function fillPage(path: string): void {
  const left = PAGE - ((statSync(path).size + PART) % PAGE);
  const line = (padding: number) => `${JSON.stringify({ padding: 'x'.repeat(padding) })}\n`;
  const least = line(0).length;
  const wanted = left >= least ? left : left + PAGE;
  appendFileSync(path, line(wanted - least));
}

interface Lines {
  good: number;
  torn: number;
}

function linesOf(path: string): Lines {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line && !NOT_OURS.test(line));
  const good = lines.filter((line) => {
    try {
      return typeof JSON.parse(line) === 'object';
    } catch {
      return false;
    }
  }).length;
  return { good, torn: lines.length - good };
}

export const FULL_DISK: Row = {
  id: 'full-disk',
  what: 'the disk of the audit log and of the log is full for a while',
  promised:
    'calls go on; records and lines that could not be written are counted; it goes on by itself when there is room',
  cannot: cannotMount,
  ownCall: (start) => {
    logFd = openSync(join(disk!, LOG), 'a');
    return start({ flags: ['--audit-log', join(disk!, AUDIT), '--log-level', 'info'], stderr: logFd });
  },
  run: async (call) => {
    const folder = disk!;
    const drill = await Drill.begin(call);
    const beforeFull = linesOf(join(folder, AUDIT));
    for (const file of [AUDIT, LOG]) fillPage(join(folder, file));
    fill(folder);
    await changes(call);
    const full = await counts(call);
    rmSync(join(folder, FILLER));
    // What writes a full disk leaves it alone for a second.
    await delay(SETTLE_MS);
    const roomAgain = await counts(call);
    await changes(call);
    await delay(SETTLE_MS);
    const after = await counts(call);
    const audit = linesOf(join(folder, AUDIT));
    const log = linesOf(join(folder, LOG));
    const found = await drill.end();
    const made = beforeFull.good + 2 * CHANGES;
    return {
      found,
      figures: { auditWritten: audit.good, auditLost: after.audit, logWritten: log.good, logLost: after.log },
      checks: [
        ...alwaysChecks(found),
        check(
          'calls go on',
          found.judged + sum(found.gaps) >= found.expected,
          `${String(found.judged)} of ${String(found.expected)}`,
        ),
        check('records are lost while it is full', full.audit > 0, full.audit),
        check(
          'each record is written or counted as lost',
          audit.good + after.audit === made,
          `${String(made)} made, ${String(audit.good)} written, ${String(after.audit)} lost`,
        ),
        check('no record is joined to a torn one', audit.torn <= 1, `${String(audit.torn)} torn`),
        check('lines of the log are counted as lost', full.log > 0, full.log),
        check('no line of the log is joined to a torn one', log.torn <= 1, `${String(log.torn)} torn`),
        check(
          'nothing is lost when there is room again',
          after.audit === roomAgain.audit && after.log === roomAgain.log,
          '',
        ),
      ],
    };
  },
  after: () => {
    if (logFd !== undefined) closeSync(logFd);
    if (!disk) return;
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
    disk = logFd = undefined;
  },
};

/** Records of consent; the limit on giving it is 10 times in 20 s a person. */
async function changes(call: ServedCall): Promise<void> {
  for (let n = 0; n < CHANGES; n++) {
    const person = call.people[n % call.people.length]!;
    const isGiven = Math.floor(n / call.people.length) % 2 === 1;
    await person.setConsent({ ...EVERYTHING, words: isGiven });
    await delay(100);
  }
  // The last ones are written aside.
  const until = wallClock() + 500;
  await delay(until - wallClock());
}

async function counts(call: ServedCall): Promise<{ audit: number; log: number }> {
  const metrics = await call.metrics();
  return {
    audit: metrics.get('emostream_dropped_total{stage="audit",reason="write-failed"}') ?? Number.NaN,
    log: metrics.get('emostream_log_lines_lost_total') ?? Number.NaN,
  };
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, each) => total + each, 0);
