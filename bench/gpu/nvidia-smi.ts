import { spawnSync } from 'node:child_process';

export interface NvidiaGpu {
  name: string;
  driver: string;
  /** Of all of the GPU's memory, MiB, and used by whomever. */
  totalMiB: number;
  usedMiB: number;
}

/** The first NVIDIA GPU by its driver's own program; null where there is none. */
export function nvidiaGpu(): NvidiaGpu | null {
  const fields = 'name,driver_version,memory.total,memory.used';
  const { stdout } = spawnSync('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits'], {
    encoding: 'utf8',
  });
  const [name, driver, total, used] = (stdout ?? '')
    .split('\n')[0]!
    .split(',')
    .map((field) => field.trim());
  if (!name || !driver) return null;
  return { name, driver, totalMiB: Number(total), usedMiB: Number(used) };
}
