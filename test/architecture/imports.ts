import ts from 'typescript';

/** One dependency that a source file states. */
export interface Dependency {
  /** As written: a relative path or a package's name. */
  specifier: string;
  /** Counted from 1. */
  line: number;
}

/**
 * Every dependency of a TypeScript file, found in its syntax tree: imports, re-exports, `import()` of a literal, the types
 * `import('...')`, and the entry files of worker threads (`workerUrl(import.meta.url, '...')`), which a thread imports.
 */
export function dependenciesOf(fileName: string, source: string): Dependency[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const found: Dependency[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push({ specifier: node.text, line: line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
      if (ts.isIdentifier(node.expression) && node.expression.text === 'workerUrl') add(node.arguments[1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
