import type { InstalledFile } from '../../common/install/damage.js';
import type { PinnedPackage } from '../../common/install/tools.js';
import type { PinnedFile, PinnedWheel } from '../../common/install/wheel.js';

/** Carries Silero's model of voice activity, version 5 (MIT). */
export const SILERO_PACKAGE: PinnedPackage = {
  name: '@ricky0123/vad-web',
  version: '0.0.31',
  integrity: 'sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg==',
};
/** Within the package. */
export const SILERO_FILE: PinnedFile = {
  name: 'dist/silero_vad_v5.onnx',
  sha256: '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f',
  bytes: 2_327_524,
};

/** Where it lies once it is installed (paths.ts). */
export const SILERO_INSTALLED: readonly InstalledFile[] = [{ ...SILERO_FILE, name: 'silero_vad_v5.onnx' }];

/** Moonshine Tiny, English, the files of version 2 (https://github.com/moonshine-ai/moonshine). */
export const MOONSHINE: {
  name: string;
  licence: string;
  source: string;
  files: readonly [PinnedFile, ...PinnedFile[]];
  wheel: PinnedWheel & { folder: string };
} = {
  name: 'Moonshine Tiny, English, version 2',
  licence: 'MIT (Moonshine AI)',
  source: 'https://download.moonshine.ai/model/tiny-en/quantized/tiny-en/',
  files: [
    {
      name: 'encoder_model.ort',
      sha256: '94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221',
      bytes: 13_281_600,
    },
    {
      name: 'decoder_model_merged.ort',
      sha256: 'cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0',
      bytes: 30_412_256,
    },
    {
      name: 'tokenizer.bin',
      sha256: '6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d',
      bytes: 249_974,
    },
  ],
  /** The same files within a wheel of Python's package index; the newest that carries them. */
  wheel: {
    project: 'moonshine-voice',
    name: 'moonshine_voice-0.0.48-py3-none-manylinux_2_34_x86_64.whl',
    sha256: '34e8a67c28e8f6045c2b3d66ad9ed88f6a53504ce280728b49203e1a187e6401',
    bytes: 84_884_507,
    folder: 'moonshine_voice/assets/tiny-en/',
  },
};

/** What of it is installed. The third is made of `tokenizer.bin`. */
export const MOONSHINE_INSTALLED: readonly InstalledFile[] = [
  ...MOONSHINE.files.slice(0, 2),
  { name: 'tokens.txt', sha256: '2870d843e14c1e187bf1913a521562a63b53933814bd7f2145120468f494a049' },
];

/** Resemblyzer's weights (Apache-2.0; https://github.com/resemble-ai/Resemblyzer). */
export const RESEMBLYZER_WHEEL: PinnedWheel = {
  project: 'resemblyzer',
  name: 'Resemblyzer-0.1.4-py3-none-any.whl',
  sha256: '8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f',
  bytes: 15_747_704,
};
/** Within the wheel. */
export const RESEMBLYZER_WEIGHTS = { folder: 'resemblyzer/', name: 'pretrained.pt' };
