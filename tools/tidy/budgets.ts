/** How long a file and a function may be: what one can read in a sitting, and on a screen. */
import type { Node } from 'oxc-parser';
import type { Finding, Source } from './source.ts';
import { isTest, lineAt, walk } from './source.ts';

const fileLines = 400;
const functionLines = 60;

export function longFiles(path: string, text: string): Finding[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > fileLines ? [{ path, line: fileLines + 1, what: `${lines} lines, of ${fileLines} at most` }] : [];
}

/** Counted from the name or the parameters to the closing brace, with comments. The bodies of `describe` and `it` are lists, so they do not count. */
export function longFunctions(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source.program, (node, around) => {
    if (!isFunction(node) || (isTest(source.path) && isTestBody(node, around))) return;
    const [parent] = around;
    const isMethod = parent?.type === 'MethodDefinition' || (parent?.type === 'Property' && parent.method);
    const first = lineAt(source.text, isMethod ? parent.start : node.start);
    const lines = lineAt(source.text, node.end) - first + 1;
    if (lines <= functionLines) return;
    findings.push({
      path: source.path,
      line: first,
      what: `a function of ${lines} lines, of ${functionLines} at most`,
    });
  });
  return findings;
}

function isFunction(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

const testNames = new Set(['describe', 'it', 'suite', 'test']);

function isTestBody(node: Node, [parent]: readonly Node[]): boolean {
  if (parent?.type !== 'CallExpression' || !parent.arguments.some((argument) => argument === node)) return false;
  const { callee } = parent;
  if (callee.type === 'Identifier') return testNames.has(callee.name);
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'test';
}
