/** A source file as the floors of `tidy.test.ts` see it: its text, its syntax tree and what it imports. */
import type { Comment, Node, Program } from 'oxc-parser';
import { parseSync, visitorKeys } from 'oxc-parser';

export interface Source {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
}

interface Import {
  /** As written; for a dynamic import, the text between the parentheses if it is no plain string. */
  readonly specifier: string;
  readonly line: number;
}

/** One thing that breaks a floor. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** @throws Error with the place, if the text is not TypeScript */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  return { path, text, program, comments, imports: importsOf(program, text) };
}

/** Tests, and what is there for them alone. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/(?:fixture|testing)\//.test(path);
}

/** The line on which the character at `offset` stands, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

export function finding(source: Source, node: { readonly start: number }, what: string): Finding {
  return { path: source.path, line: lineAt(source.text, node.start), what };
}

/** Calls `visit` for every node of the tree, outermost first, with the nodes around it, nearest first. */
export function walk(program: Program, visit: (node: Node, around: readonly Node[]) => void): void {
  const descend = (node: Node, around: readonly Node[]): void => {
    visit(node, around);
    const inside = [node, ...around];
    for (const child of childrenOf(node)) descend(child, inside);
  };
  descend(program, []);
}

function childrenOf(node: Node): Node[] {
  const keys = visitorKeys[node.type];
  if (!keys) throw new Error(`The parser gave a ${node.type}, whose children are unknown`);
  const fields: Readonly<Record<string, unknown>> = { ...node };
  return keys.flatMap((key) => fields[key]).filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** All the ways in which a module names another: import, export … from, import(), and import('…') as a type. */
function importsOf(program: Program, text: string): Import[] {
  const imports: Import[] = [];
  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
      case 'ImportExpression':
      case 'TSImportType': {
        if (!node.source) return;
        const { source } = node;
        const specifier =
          source.type === 'Literal' && typeof source.value === 'string'
            ? source.value
            : text.slice(source.start, source.end);
        imports.push({ specifier, line: lineAt(text, node.start) });
        return;
      }
      default:
    }
  });
  return imports;
}
