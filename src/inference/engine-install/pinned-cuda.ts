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
