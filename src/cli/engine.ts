import { Argument, Command, Option } from 'commander';
import { EmostreamError } from '../common/errors.js';
import { installOnnxRuntime } from '../common/onnx/install.js';
import { INSTALLABLE, type InstallableEngine } from '../inference/engine-install/paths.js';
import { LIBRARY_SOURCES, type LibrarySource } from '../inference/engine-install/tensorflow-library.js';

/** `emostream engine install NAME`: optional engines, into the user's cache. */
export function engineCommand(): Command {
  const engine = new Command('engine').description('Install optional engines.');
  engine
    .command('install')
    .description(
      'Install an engine into the user’s cache; nothing is added to the project. The TensorFlow library comes from the ' +
        'first source that works: the download that tfjs-node names; the folder in TENSORFLOW_DIR (TensorFlow’s C archive ' +
        'or Python package, unpacked); the wheel in Python’s package index. `onnx-cuda` is ONNX Runtime with its CUDA provider, and ' +
        'CUDA where the machine lacks it.',
    )
    .addArgument(new Argument('<engine>', 'which one').choices([...INSTALLABLE, 'onnx-cuda']))
    .addOption(new Option('--from <source>', 'take TensorFlow from this source only').choices(LIBRARY_SOURCES))
    .action(async (name: InstallableEngine | 'onnx-cuda', { from }: { from?: LibrarySource }) => {
      if (name === 'webgpu' || name === 'onnx' || name === 'onnx-cuda') {
        if (from) throw new EmostreamError('CONFIG_INVALID', '--from is for the TensorFlow engines only.');
        if (name === 'onnx') return void (await installOnnxRuntime({ log: console.log }));
        if (name === 'onnx-cuda') {
          const { installOnnxCuda } = await import('../inference/engine-install/onnx-cuda.js');
          return installOnnxCuda({ log: console.log });
        }
        const { installWebgpu } = await import('../inference/engine-install/webgpu.js');
        await installWebgpu({ log: console.log });
        return;
      }
      const { installTensorflow } = await import('../inference/engine-install/tensorflow.js');
      await installTensorflow({ engine: name, log: console.log, ...(from && { from }) });
    });
  return engine;
}
