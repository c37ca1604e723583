import type { PinnedPackage } from '../../common/install/tools.js';
import type { PinnedWheel } from '../../common/install/wheel.js';
import { DAWN_VERSION, TENSORFLOW_VERSION, TFJS_VERSION } from './paths.js';

/** The kernels in JavaScript and the addon's source; those of `@tensorflow/tfjs-node-gpu` are the same files. */
export const TFJS_NODE: PinnedPackage = {
  name: '@tensorflow/tfjs-node',
  version: TFJS_VERSION,
  integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
};

export const TENSORFLOW_PACKAGES: readonly PinnedPackage[] = [
  TFJS_NODE,
  {
    name: 'google-protobuf',
    version: '3.21.4',
    integrity: 'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
  },
];

/** Dawn for Node and the backend of TensorFlow.js, each followed by what it requires. */
export const WEBGPU_PACKAGES: readonly PinnedPackage[] = [
  {
    name: 'webgpu',
    version: DAWN_VERSION,
    integrity: 'sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
  },
  {
    name: 'debug',
    version: '4.4.3',
    integrity: 'sha512-RGwwWnwQvkVfavKVt22FGLw+xYSdzARwm0ru6DhTVA3umU5hZc28V3kO4stgYryrTlLpuvgI9GiijltAjNbcqA==',
  },
  {
    name: 'ms',
    version: '2.1.3',
    integrity: 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==',
  },
  {
    name: '@tensorflow/tfjs-backend-webgpu',
    version: '4.22.0',
    integrity: 'sha512-lvIc7Af4Tl2BCdYp43iQmSCRq3asaKT0q2xaErphXiUZ+jqeB0bQa0ZvQys1Xatvto0U4/c90DVsHPfvkn5ftg==',
  },
  {
    name: '@tensorflow/tfjs-backend-cpu',
    version: '4.22.0',
    integrity: 'sha512-1u0FmuLGuRAi8D2c3cocHTASGXOmHc/4OvoVDENJayjYkS119fcTcQf4iHrtLthWyDIPy3JiPhRrZQC9EwnhLw==',
  },
  {
    name: 'seedrandom',
    version: '3.0.5',
    integrity: 'sha512-8OwmbklUNzwezjGInmZ+2clQmExQPvomqjL7LFqOYqtmuxRgQYqOD3mHaU+MvZn5FLUeVxVfQjwLZW/n/JFuqg==',
  },
];

/** TensorFlow's wheels: the library lies in them, and of Python nothing is used. */
export const WHEELS: Record<'cpu' | 'gpu', PinnedWheel> = {
  cpu: {
    project: 'tensorflow-cpu',
    name: `tensorflow_cpu-${TENSORFLOW_VERSION}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`,
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    bytes: 207_208_420,
  },
  gpu: {
    project: 'tensorflow',
    name: `tensorflow-${TENSORFLOW_VERSION}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`,
    sha256: 'bb0edd69103c154245c5f209f0507355cc68ba7e4de350084bc31edc562478e4',
    bytes: 475_258_663,
  },
};
