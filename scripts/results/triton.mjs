// The same load on engines here and on inference servers, for bench/RESULTS.md.
import { number, table, where } from './markdown.mjs';

/** @param {any} triton what `npm run bench:triton` writes; undefined where it was not run */
export function tritonText(triton) {
  if (!triton)
    return 'Not measured: `npm run bench:triton` compares the same load on `wasm`, `onnx` and a Triton on loopback.';
  const { command, commit, machine, seconds, batch, loadBefore, subjects, notMeasured } = triton;
  const sizes = subjects[0].batches.map((/** @type {any} */ { size }) => size);
  return [
    `${where({ command, commit, machine })} (load before: ${loadBefore}): full windows; batches of ${sizes.join(', ')} one after the other, then batches of ${batch} on each lane for ${seconds} s. Triton 2.51 has its Python backend with ONNX Runtime, one instance of each part, on the same cores. The CPU is that of the server's process: of an engine here all that judging takes, of Triton what asking it does.`,
    table(
      [
        ...['', ...sizes.map((/** @type {number} */ size) => `batch of ${size}, ms`)],
        ...['lanes', 'windows a second', 'CPU here a window, ms'],
      ],
      subjects.map((/** @type {any} */ { label, lanes, batches, windowsPerSecond, clientCpuMs }) => [
        label,
        ...sizes.map((/** @type {number} */ wanted) => {
          const found = batches.find((/** @type {any} */ { size }) => size === wanted);
          return found ? number(found.medianMs) : '–';
        }),
        ...[lanes, number(windowsPerSecond), number(clientCpuMs)],
      ]),
    ),
    ...notMeasured.map((/** @type {any} */ { label, reason }) => `${label}: not measured: ${reason}.`),
  ].join('\n\n');
}
