/** Places that must exist exactly once, because a second one would be a way round the first. */
import type { Node } from 'oxc-parser';
import type { Finding, Source } from './source.ts';
import { finding, isTest, walk } from './source.ts';

/** Every function or method called `name` outside tests, declared or kept in a variable or a property. */
export function definitionsOf(name: string, sources: readonly Source[]): Finding[] {
  return inProduct(sources, (node) => definedName(node) === name, `defines ${name}`);
}

/** Every insert or update of `table` outside tests and migrations, by the query builder or in SQL. Sweeping old rows out is no write. */
export function writesTo(table: string, sources: readonly Source[]): Finding[] {
  const sql = new RegExp(
    `\\b(?:insert(?:\\s+or\\s+\\w+)?\\s+into|replace\\s+into|merge\\s+into|update)\\s+["\`]?${table}\\b`,
    'i',
  );
  const writes = (node: Node): boolean => {
    if (node.type === 'CallExpression') return builderTable(node) === table;
    if (node.type === 'TemplateElement') return sql.test(node.value.raw);
    return node.type === 'Literal' && typeof node.value === 'string' && sql.test(node.value);
  };
  const outsideMigrations = sources.filter((source) => !source.path.includes('/migrations/'));
  return inProduct(outsideMigrations, writes, `writes to ${table}`);
}

/** Every call of a method of something that is called `owner` outside tests: `deps.keys.sign(…)`, `keys.sign(…)`. */
export function callsOf(owner: string, method: string, sources: readonly Source[]): Finding[] {
  return inProduct(sources, (node) => isCallOf(owner, method, node), `calls ${owner}.${method}`);
}

function isCallOf(owner: string, method: string, node: Node): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object, property } = node.callee;
  if (property.type !== 'Identifier' || property.name !== method) return false;
  const named = object.type === 'MemberExpression' ? object.property : object;
  return named.type === 'Identifier' && named.name === owner;
}

function inProduct(sources: readonly Source[], matches: (node: Node) => boolean, what: string): Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    if (isTest(source.path)) continue;
    walk(source.program, (node) => {
      if (matches(node)) findings.push(finding(source, node, what));
    });
  }
  return findings;
}

function definedName(node: Node): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
      return node.id?.name;
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' && isFunction(node.init) ? node.id.name : undefined;
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return node.key.type === 'Identifier' && isFunction(node.value) ? node.key.name : undefined;
    default:
      return undefined;
  }
}

function isFunction(node: Node | null): boolean {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';
}

const builderWrites = new Set(['insertInto', 'replaceInto', 'mergeInto', 'updateTable']);

function builderTable(call: Extract<Node, { type: 'CallExpression' }>): string | undefined {
  const { callee } = call;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  if (!builderWrites.has(callee.property.name)) return undefined;
  const [table] = call.arguments;
  return table?.type === 'Literal' && typeof table.value === 'string' ? table.value : undefined;
}
