import type { PinnedWheel } from '../../common/install/wheel.js';

/** A wheel with libraries of CUDA, for Linux on x86-64 (NVIDIA's licence, which lies within and is kept beside them). */
export interface CudaWheel extends PinnedWheel {
  /** Its folder within `nvidia`. */
  part: string;
  /** What TensorFlow wants when it starts, by the names that it loads them by. */
  libraries: readonly string[];
  /** What those load in turn when they need it. */
  further?: readonly string[];
}

const wheel = (part: string, version: string, sha256: string, bytes: number) => ({
  project: `nvidia-${part.replace('_', '-')}-cu12`,
  name: `nvidia_${part}_cu12-${version}-py3-none-manylinux1_x86_64.whl`,
  part,
  sha256,
  bytes,
});

/**
 * CUDA 12.2 and cuDNN 8.9: the versions that TensorFlow 2.15.1 names (`Requires-Dist … extra == 'and-cuda'`), those of them that it
 * loads to run networks. cuDNN's parts for recurrent networks are left out.
 */
export const CUDA_WHEELS: readonly CudaWheel[] = [
  {
    ...wheel('cuda_runtime', '12.2.140', 'acb9cb7e44594a3512533497ea790d9f0b0e399abcc888584c157d1ffa080e41', 845_802),
    libraries: ['libcudart.so.12'],
  },
  {
    ...wheel('cublas', '12.2.5.6', 'f448d8db463f9a2c7dd9a1e607c0961d3e95f825b86839c5882f7d073d406df0', 417_825_305),
    libraries: ['libcublas.so.12', 'libcublasLt.so.12'],
  },
  {
    ...wheel('cufft', '11.0.8.103', '72e961e578f9be9e316ccb4db8652c421dd0b57442624faa71061d452f449a67', 98_570_970),
    libraries: ['libcufft.so.11'],
  },
  {
    ...wheel('nvjitlink', '12.2.140', '95635cafbf9f96c38bea5200ab145a2e6aefbb5405e0b04c1e4ba54df2d84ec9', 20_177_273),
    libraries: ['libnvJitLink.so.12'],
  },
  {
    ...wheel('cusparse', '12.1.2.141', '4e13d6a51d2303dcb2a023ba09546811161f0334fc64e13689397bbd3b1eb126', 195_268_625),
    libraries: ['libcusparse.so.12'],
  },
  {
    ...wheel('cusolver', '11.5.2.141', '5a85c4653ce34339a5688137f494a0f903e0f0532418550998167f00844161da', 124_890_758),
    libraries: ['libcusolver.so.11'],
  },
  {
    ...wheel('cudnn', '8.9.4.25', '9f882d5b11753c566fd32427839089eb4f8ba7a58c28446ad359e32c40229723', 720_096_787),
    libraries: ['libcudnn.so.8'],
    further: [
      'libcudnn_ops_infer.so.8',
      'libcudnn_cnn_infer.so.8',
      'libcudnn_ops_train.so.8',
      'libcudnn_cnn_train.so.8',
    ],
  },
];

const wheel13 = (project: string, version: string, tag: string, sha256: string, bytes: number) => ({
  project,
  name: `${project.replaceAll('-', '_')}-${version}-py3-none-${tag}.whl`,
  sha256,
  bytes,
});

/**
 * CUDA 13.0 and cuDNN 9: what ONNX Runtime's CUDA provider 1.30.0 is linked with (`Requires-Dist … extra == 'cuda'`), and the compiler
 * that cuDNN has in it build programs at run time.
 */
export const CUDA_13_WHEELS: readonly CudaWheel[] = [
  {
    ...wheel13(
      ...(['nvidia-cuda-runtime', '13.0.96', 'manylinux2014_x86_64.manylinux_2_17_x86_64'] as const),
      ...(['7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548', 2_243_632] as const),
    ),
    part: 'cu13',
    libraries: ['libcudart.so.13'],
  },
  {
    ...wheel13(
      ...(['nvidia-cuda-nvrtc', '13.0.88', 'manylinux2010_x86_64.manylinux_2_12_x86_64'] as const),
      ...(['ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575', 90_215_200] as const),
    ),
    part: 'cu13',
    libraries: ['libnvrtc.so.13'],
    further: ['libnvrtc-builtins.so.13.0'],
  },
  {
    ...wheel13(
      ...(['nvidia-cublas', '13.0.2.14', 'manylinux_2_27_x86_64'] as const),
      ...(['0cf238ffdbe46c00cb9aa98e7bca745c223a5ca5a53e686ac8b3e5a08fe80d6c', 420_882_912] as const),
    ),
    part: 'cu13',
    libraries: ['libcublasLt.so.13', 'libcublas.so.13'],
  },
  {
    ...wheel13(
      ...(['nvidia-curand', '10.4.0.35', 'manylinux_2_27_x86_64'] as const),
      ...(['1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc', 59_544_258] as const),
    ),
    part: 'cu13',
    libraries: ['libcurand.so.10'],
  },
  {
    ...wheel13(
      ...(['nvidia-cudnn-cu13', '9.15.1.9', 'manylinux_2_27_x86_64'] as const),
      ...(['ebc9a647918df0d7298d67cfaf41579fd4c78ead9aba246f5ad9414d61b9ec4c', 351_298_418] as const),
    ),
    part: 'cudnn',
    libraries: ['libcudnn.so.9'],
    further: ['graph', 'ops', 'cnn', 'adv', 'heuristic', 'engines_precompiled', 'engines_runtime_compiled'].map(
      (part) => `libcudnn_${part}.so.9`,
    ),
  },
];

/** Carries ONNX Runtime's CUDA provider of the very version that `engine install onnx` brings; of Python nothing is used. */
export const ONNX_CUDA_WHEEL: PinnedWheel = {
  project: 'onnxruntime-gpu',
  name: 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
  sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
  bytes: 246_685_715,
};
