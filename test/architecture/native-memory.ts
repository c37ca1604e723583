import ts from 'typescript';

/**
 * What of node-av lets native code write into, or keep reading from, memory of ours. It writes whole SIMD groups and keeps
 * nothing alive, so one file makes that memory and the others call it.
 */
const NAMES = new Set([
  'SoftwareScaleContext',
  'SoftwareResampleContext',
  'scaleSync',
  'scaleFrame',
  'scaleFrameSync',
  'convertSync',
  'convertFrame',
  'fromVideoBuffer',
]);
/** The owners; what has the library write into memory of its own; and the overrun that is planted to see whether it is found. */
const ALLOWED = [
  'src/media/conversion.ts',
  'src/media/sound-conversion.ts',
  'src/media/palette.ts',
  'test/fuzz/plant.ts',
];

/** Uses of those outside of their owners; one line for each, "path:line name". */
export function findNativeMemory(path: string, source: string): string[] {
  if (ALLOWED.includes(path)) return [];
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && NAMES.has(node.text)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push(`${path}:${line + 1} ${node.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
