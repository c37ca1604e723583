import ts from 'typescript';

/**
 * Places where a file steps out of the type checker or the linter without saying why:
 * - the type `any`, unless the linter's rule is switched off there, with the reason after `--`;
 * - `as unknown as T`, unless a comment on the same line or the one before says why it holds;
 * - `eslint-disable` without ` -- reason`; `@ts-expect-error` without one; `@ts-ignore` and `@ts-nocheck` at all.
 * @returns one line for each, "path:line what"
 */
export function findEscapes(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const lines = source.split('\n');
  const found: string[] = [];
  const report = (line: number, what: string): void => void found.push(`${path}:${line + 1} ${what}`);

  const visit = (node: ts.Node): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    if (node.kind === ts.SyntaxKind.AnyKeyword && !isExcused(lines, line)) report(line, 'any');
    if (ts.isAsExpression(node) && isUnknownCast(node.expression)) {
      const start = file.getLineAndCharacterOfPosition(node.type.getStart(file)).line;
      if (!hasComment(lines, line) && !hasComment(lines, start)) report(line, 'as unknown as');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);

  lines.forEach((text, line) => {
    const comment = /(?:\/\/|\/\*)\s*(.*)$/.exec(text)?.[1] ?? '';
    if (/^eslint-disable/.test(comment) && !/ -- \S/.test(comment)) report(line, 'eslint-disable without a reason');
    if (/^@ts-expect-error\s*$/.test(comment)) report(line, '@ts-expect-error without a reason');
    if (/^@ts-(ignore|nocheck)/.test(comment)) report(line, comment.split(/\s/)[0]!);
  });
  return found;
}

function isUnknownCast(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isUnknownCast(node.expression);
  return ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.UnknownKeyword;
}

/** Whether the linter's rule is off on this line, by a comment on the line before or at the file's head. */
function isExcused(lines: string[], line: number): boolean {
  const off = /eslint-disable.*no-explicit-any.* -- \S/;
  return [lines[line - 1] ?? '', ...lines.slice(0, 5)].some((text) => off.test(text)) || off.test(lines[line] ?? '');
}

function hasComment(lines: string[], line: number): boolean {
  return [lines[line], lines[line - 1]].some((text) => text !== undefined && /\/\/|\*\/|^\s*\*/.test(text));
}
