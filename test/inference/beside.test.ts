import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/common/version.js';
import { packageBeside } from '../../src/common/install/beside.js';
import { tensorflowBeside, webgpuBeside } from '../../src/inference/engine-install/paths.js';
import { deviceOf, endIfLost } from '../../src/inference/webgpu-backend.js';

type Peer = 'webgpu' | '@tensorflow/tfjs-backend-webgpu' | '@tensorflow/tfjs-node-gpu';
// Read, not imported: the compiler would put a copy beside the compiled files, where the product's root is looked for.
const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
  peerDependencies: Record<Peer, string>;
  peerDependenciesMeta: Record<Peer, { optional: boolean }>;
};

let root: string;
let product: URL;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'emostream-beside-'));
  product = pathToFileURL(join(root, 'node_modules', 'emostream', 'dist', 'src', 'x.js'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(name: string, version: string, ...files: string[]): Promise<string> {
  const folder = join(root, 'node_modules', name);
  for (const file of ['package.json', ...files]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), JSON.stringify({ version }));
  }
  return folder;
}

describe('a package beside the product', () => {
  it('is found at the version that was tried, and passed over at another', async () => {
    expect(packageBeside('webgpu', '1.2.3', product)).toBeNull();
    const folder = await put('webgpu', '1.2.3');
    expect(packageBeside('webgpu', '1.2.3', product)).toBe(folder);
    expect(packageBeside('webgpu', '1.2.4', product)).toBeNull();
  });

  it('of TensorFlow counts with its addon only', async () => {
    const { peerDependencies } = manifest;
    const folder = await put('@tensorflow/tfjs-node-gpu', peerDependencies['@tensorflow/tfjs-node-gpu']);
    expect(tensorflowBeside('tensorflow-gpu', product)).toBeNull();
    await put(
      '@tensorflow/tfjs-node-gpu',
      peerDependencies['@tensorflow/tfjs-node-gpu'],
      'lib/napi-v8/tfjs_binding.node',
    );
    expect(tensorflowBeside('tensorflow-gpu', product)).toEqual({
      kernels: join(folder, 'dist'),
      addon: join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'),
    });
    expect(tensorflowBeside('tensorflow', product)).toBeNull();
  });

  it('of WebGPU is two, Dawn and the backend', async () => {
    const { peerDependencies } = manifest;
    const dawn = await put('webgpu', peerDependencies.webgpu);
    expect(webgpuBeside(product)).toBeNull();
    await put('@tensorflow/tfjs-backend-webgpu', peerDependencies['@tensorflow/tfjs-backend-webgpu']);
    expect(webgpuBeside(product)?.dawn).toBe(join(dawn, 'index.js'));
  });

  it('is optional: npm installs none by itself', () => {
    const { peerDependencies, peerDependenciesMeta } = manifest;
    expect(Object.keys(peerDependenciesMeta)).toEqual(Object.keys(peerDependencies));
    for (const { optional } of Object.values(peerDependenciesMeta)) expect(optional).toBe(true);
  });
});

describe('a GPU by WebGPU', () => {
  it.each([
    [
      { vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA H100 80GB HBM3' },
      'gpu',
      'NVIDIA H100 80GB HBM3',
    ],
    [{ vendor: 'intel', architecture: 'gen-12lp' }, 'gpu', 'intel gen-12lp'],
    [
      { vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader Device' },
      'software-gpu',
      'SwiftShader Device',
    ],
    [
      { vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
      'software-gpu',
      'llvmpipe (LLVM 15.0.6, 256 bits)',
    ],
    [{ vendor: 'x', isFallbackAdapter: true }, 'software-gpu', 'x'],
    [{}, 'gpu', 'GPU'],
  ])('that tells %j is %s', (info, kind, name) => {
    expect(deviceOf(info)).toEqual({ kind, name });
  });

  it('that is lost ends its thread and says why; one that was let go does not', () => {
    const ended: string[] = [];
    endIfLost('destroyed', '', ({ message }) => ended.push(message));
    endIfLost('unknown', 'Xid 79', ({ message }) => ended.push(message));
    expect(ended).toEqual(['the GPU was lost (Xid 79)']);
  });
});
