import type { CameraOptions } from './face-track.js';
import type { ParityReport } from './run.js';
import { QUIET_ROOM_DB } from './voice-track.js';
import type { Figures } from './compare.js';

export interface FullReport extends ParityReport {
  commit: string;
  split: string;
  camera: CameraOptions;
  /** Absent in figures made before it could be chosen: that of a quiet room. */
  roomDb?: number;
  /** Whether voices were heard by the voice encoders, in the call and offline; absent in figures of before: they were not. */
  heardByEncoders?: boolean;
}

/** The report as Markdown. */
export function parityTable({
  results,
  commit,
  split,
  camera,
  roomDb = QUIET_ROOM_DB,
  heardByEncoders = false,
  model,
  engine,
  gaps,
  dropped = {},
}: FullReport): string {
  const rows = Object.entries(results).map(([name, r]) =>
    [
      name,
      r.examples,
      r.lost,
      both(r.answered),
      difference(r.answered),
      both(r.all),
      difference(r.all),
      percent(r.agreement),
      r.probabilityDifference.toFixed(3),
    ].join(' | '),
  );
  const { width, height, bitRate, faceShare } = camera;
  const kilobits = (bitRate / 1000).toFixed(0);
  return [
    `Split ${split}, model ${model}, engine ${engine}, commit ${commit}; ` +
      `faces in ${String(width)}×${String(height)} at ${kilobits} kbit/s, ` +
      `side ${(faceShare * height).toFixed(0)} pixels; noise under voices ${String(roomDb)} dBFS, which the voice encoders ${heardByEncoders ? 'hear' : 'do not hear'}; windows without an event: ${String(gaps)}${list(dropped)}.`,
    '',
    '| | examples | lost | accuracy % offline → live, answered | difference | offline → live, all | difference | same answer % | mean difference of a probability |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

const list = (dropped: Record<string, number>) => {
  const all = Object.entries(dropped).map(([what, count]) => `${what} ${String(count)}`);
  return all.length > 0 ? `; dropped: ${all.join('; ')}` : '';
};
const percent = (share: number) => (100 * share).toFixed(1);
const signed = (share: number) => (share < 0 ? '' : '+') + percent(share);
const both = ({ offline, live }: Figures) => `${percent(offline)} → ${percent(live)}`;
const difference = (f: Figures) => `${signed(f.difference)} (${signed(f.interval[0])} to ${signed(f.interval[1])})`;
