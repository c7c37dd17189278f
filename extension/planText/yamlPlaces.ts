// YAML's nodes with their places: the few questions that a plan's text asks of the parser.
import { isAlias, isScalar, parseDocument, type Document, type Node } from 'yaml';
import type { Range } from './planText.ts';

export type PlanDocument = Document.Parsed;

/** Whatever is wrong is in `errors`. */
export function parseYaml(text: string): PlanDocument {
  // `yes`, 42 and dates are names of machines as much as anything else: every value is a text.
  return parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
}

/** Without the white space behind it. */
export function rangeOf(node: unknown, otherwise: Range): Range {
  const range = (node as Node | null | undefined)?.range;
  return range === null || range === undefined ? otherwise : { start: range[0], end: range[1] };
}

/** What an alias stands for. */
export function resolved(document: PlanDocument, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The text of a key or value; undefined: it is something else, or nothing. */
export function textOf(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === 'string' && !isNothing(node) ? node.value : undefined;
}

/** `key:` with nothing behind it. */
export function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.range !== undefined && node.range !== null && node.range[0] === node.range[1]);
}
