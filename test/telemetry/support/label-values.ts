import ts from 'typescript';

export interface LabelUse {
  metric: string;
  /** `file:line` */
  at: string;
  /** Every combination of label values that this call can count, or the label whose values its type does not tell. */
  combinations: Record<string, string>[];
  open: string[];
}

/**
 * Finds every `….count('emostream_…', { label: value }, …)` and works out from the types which values each label can have.
 * @param root folder of tsconfig.json
 * @param folder only files under it
 */
export function labelUses(root: string, folder: string): LabelUse[] {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = parsed.fileNames.filter((name) => name.startsWith(`${root}/${folder}/`));
  const program = ts.createProgram(files, { ...parsed.options, noEmit: true });
  const checker = program.getTypeChecker();
  const uses: LabelUse[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const use = asUse(node, checker);
      if (use) uses.push({ ...use, at: place(node) });
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) if (files.includes(file.fileName)) visit(file);
  return uses;
}

function asUse(call: ts.CallExpression, checker: ts.TypeChecker): Omit<LabelUse, 'at'> | undefined {
  if (!ts.isPropertyAccessExpression(call.expression) || call.expression.name.text !== 'count') return undefined;
  const [name, labels] = call.arguments;
  if (!name || !ts.isStringLiteral(name) || !name.text.startsWith('emostream_')) return undefined;
  let combinations: Record<string, string>[] = [{}];
  const open: string[] = [];
  // A spread or a variable in the place of the literal would escape: it counts as open.
  if (labels && !ts.isObjectLiteralExpression(labels)) open.push('*');
  for (const property of labels && ts.isObjectLiteralExpression(labels) ? labels.properties : []) {
    if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property)) {
      open.push('*');
      continue;
    }
    const label = property.name.getText();
    const type = ts.isPropertyAssignment(property)
      ? checker.getTypeAtLocation(property.initializer)
      : checker.getTypeAtLocation(property.name);
    const values = literals(type);
    if (!values) open.push(label);
    else combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [label]: value })));
  }
  return { metric: name.text, combinations, open };
}

function literals(type: ts.Type): string[] | undefined {
  if (type.isStringLiteral()) return [type.value];
  if (!type.isUnion()) return undefined;
  const values = type.types.map((each) => (each.isStringLiteral() ? each.value : undefined));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function place(node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.replace(/^.*\/src\//, 'src/')}:${line + 1}`;
}
