import type { EngineName } from '../../src/inference/types.js';
import { PEER_BACKENDS, type PeerBackend } from '../peers/peer.js';

/** What is timed: each in a process of its own, so that none shares a backend, a heap or a thread pool with another. */
export type Subject = { id: string; label: string; env?: Record<string, string> } & (
  | { kind: 'engine'; engine: EngineName; thread: boolean }
  | { kind: 'peer'; peer: 'human' | 'face-api'; backend: PeerBackend }
);

const ONE_CORE = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

/** @param cores that the machine has */
export function subjects(cores: number): Subject[] {
  const all = `${cores} cores`;
  const engine = (name: EngineName, cpu: string): Subject => ({
    id: `${name}-thread`,
    label: `${name}, in its thread${cpu}`,
    kind: 'engine',
    engine: name,
    thread: true,
  });
  return [
    engine('wasm', ', one core'),
    { id: 'wasm', label: 'wasm, bare, one core', kind: 'engine', engine: 'wasm', thread: false },
    engine('onnx', ', one core'),
    { id: 'onnx', label: 'onnx, bare, one core', kind: 'engine', engine: 'onnx', thread: false },
    engine('tensorflow', `, ${all}`),
    {
      ...{ id: 'tensorflow', label: 'tensorflow, bare, one core', env: ONE_CORE },
      ...{ kind: 'engine', engine: 'tensorflow', thread: false },
    },
    engine('webgpu', ''),
    engine('tensorflow-gpu', ''),
    ...(['human', 'face-api'] as const).flatMap((peer) =>
      PEER_BACKENDS.map((backend): Subject => ({
        id: `${peer}-${backend}`,
        label: `@vladmandic/${peer}, ${backend}, ${backend === 'wasm' ? 'one core' : all}`,
        ...{ kind: 'peer', peer, backend },
      })),
    ),
  ];
}
