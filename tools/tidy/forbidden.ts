/** What may stand nowhere, or only in one place: shortcuts round the types, unfinished work, and reaching outside. */
import type { Node } from 'oxc-parser';
import type { Finding, Source } from './source.ts';
import { finding, isTest, lineAt, walk } from './source.ts';

/** `any`, a cast by way of `unknown`, and comments that silence the compiler. */
export function typeShortcuts(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source.program, (node) => {
    if (node.type === 'TSAnyKeyword') findings.push(finding(source, node, 'the type any'));
    if (isCast(node) && castsToUnknown(node.expression)) findings.push(finding(source, node, 'a cast through unknown'));
  });
  for (const comment of source.comments) {
    const [silenced] = /@ts-(?:ignore|expect-error|nocheck)/.exec(comment.value) ?? [];
    if (silenced !== undefined) findings.push(finding(source, comment, silenced));
  }
  return findings;
}

function isCast(node: Node): node is Extract<Node, { type: 'TSAsExpression' | 'TSTypeAssertion' }> {
  return node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion';
}

function castsToUnknown(node: Node): boolean {
  if (node.type === 'ParenthesizedExpression') return castsToUnknown(node.expression);
  return isCast(node) && node.typeAnnotation.type === 'TSUnknownKeyword';
}

/** Marks of unfinished work, in comments, strings and names alike. */
export function unfinishedWork(path: string, text: string): Finding[] {
  return [...text.matchAll(/\b(?:TOD[O]|FIXM[E]|XX[X])\b/g)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    what: match[0],
  }));
}

const skipping = new Set(['skip', 'only', 'todo']);
const testNames = new Set(['describe', 'it', 'suite', 'test']);

/** Tests that do not run, or keep others from running: `it.skip(…)`, `t.todo(…)`, `it('…', { only: true }, …)`. */
export function sleepingTests(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source.program, (node) => {
    if (node.type !== 'CallExpression') return;
    const called = memberName(node.callee);
    if (called !== undefined && skipping.has(called)) findings.push(finding(source, node, `.${called}(`));
    if (!isTest(source.path) || !testNames.has(called ?? identifierName(node.callee) ?? '')) return;
    for (const argument of node.arguments) {
      if (argument.type !== 'ObjectExpression') continue;
      for (const property of argument.properties) {
        const name = property.type === 'Property' ? identifierName(property.key) : undefined;
        if (name !== undefined && skipping.has(name)) findings.push(finding(source, property, `{ ${name} }`));
      }
    }
  });
  return findings;
}

/** Reads of the environment, however they are written. */
export function environmentReads(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { specifier, line } of source.imports) {
    if (/^(?:node:)?process$/.test(specifier)) findings.push({ path: source.path, line, what: `imports ${specifier}` });
  }
  walk(source.program, (node, around) => {
    const [parent] = around;
    const member = parent?.type === 'MemberExpression' && parent.object === node ? memberName(parent) : undefined;
    if (member !== undefined && member !== 'env') return;
    if (memberName(node) === 'process') findings.push(finding(source, node, 'process reached through another object'));
    if (isReference(node, around) && node.name === 'process') {
      findings.push(finding(source, node, 'process.env, or process passed on whole'));
    }
  });
  return findings;
}

const outside = new Set(
  'Buffer Date console crypto fetch globalThis performance process queueMicrotask require setImmediate setInterval setTimeout'.split(
    ' ',
  ),
);

/** Clock, randomness, timers and the rest of the world, which the core must be given. */
export function outsideWorld(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source.program, (node, around) => {
    if (isReference(node, around) && outside.has(node.name)) findings.push(finding(source, node, node.name));
    if (node.type !== 'MemberExpression' || identifierName(node.object) !== 'Math') return;
    const name = memberName(node);
    if (name === undefined || name === 'random') findings.push(finding(source, node, `Math.${name ?? '[…]'}`));
  });
  return findings;
}

function identifierName(node: Node): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

/** The name after the dot, or in the brackets if it is a plain string. */
function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  if (!node.computed) return identifierName(node.property);
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined;
}

/** Whether an identifier stands for a value or a type, and is not merely the name of a property. */
function isReference(node: Node, [parent]: readonly Node[]): node is Extract<Node, { type: 'Identifier' }> {
  if (node.type !== 'Identifier') return false;
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed;
    case 'Property':
      return parent.value === node || parent.computed;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return parent.key !== node || parent.computed;
    case 'TSQualifiedName':
      return parent.left === node;
    default:
      return true;
  }
}
