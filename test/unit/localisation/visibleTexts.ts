// Finds words in the sources that people would see and that nobody translates: by the places where texts are shown.
import { Visitor, type Argument, type Expression, type TaggedTemplateExpression } from 'oxc-parser';
import { lineOf, type SourceFile } from '../../../l10n.ts';

/** Properties of rows, questions, messages, diagnostics and views that are shown as they are. */
const shownProperties: ReadonlySet<string> = new Set([
  'because',
  'button',
  'description',
  'detail',
  'documentation',
  'label',
  'message',
  'placeHolder',
  'placeholder',
  'prompt',
  'question',
  'recommendedAction',
  'remedy',
  'spoken',
  'title',
  'tooltip',
]);

/** Functions that show their arguments, by name, with the first argument that is shown. */
const shownArguments: ReadonlyMap<string, number> = new Map([
  ['showInformationMessage', 0],
  ['showWarningMessage', 0],
  ['showErrorMessage', 0],
  ['setStatusBarMessage', 0],
  ['ExtensionError', 1],
  ['CodeAction', 0],
  ['CompletionItem', 0],
]);

/** Attributes of a view that are seen or spoken. */
const shownAttribute = /\b(?:alt|aria-description|aria-label|aria-roledescription|aria-valuetext|placeholder|title)="([^"]*)"/g;

/** @returns `path:line: words` of each text that is shown and not translated */
export function untranslated({ path, program, source }: SourceFile): string[] {
  const found: string[] = [];
  const look = (expression: Expression | Argument | null): void => {
    for (const { text, start } of literalsOf(expression)) if (isWords(text)) found.push(`${path}:${lineOf(source, start)}: ${text.trim()}`);
  };
  new Visitor({
    Property: ({ key, value, computed }) => {
      if (!computed && key.type === 'Identifier' && shownProperties.has(key.name)) look(value as Expression);
    },
    AssignmentExpression: ({ left, right }) => {
      if (left.type === 'MemberExpression' && left.property.type === 'Identifier' && shownProperties.has(left.property.name)) look(right);
    },
    CallExpression: ({ callee, arguments: given }) => lookAtArguments(nameOf(callee), given, look),
    NewExpression: ({ callee, arguments: given }) => lookAtArguments(nameOf(callee), given, look),
    TaggedTemplateExpression: (template) => {
      for (const text of shownInTemplate(template)) if (isWords(text)) found.push(`${path}:${lineOf(source, template.start)}: ${text.trim()}`);
    },
  }).visit(program);
  return [...new Set(found)];
}

function lookAtArguments(name: string, given: readonly Argument[], look: (argument: Argument) => void): void {
  const first = shownArguments.get(name);
  if (first !== undefined) for (const argument of given.slice(first)) look(argument);
}

function nameOf(callee: Expression): string {
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : '';
}

/** Literals that the value may be, or is made of; what a call makes of them is its own affair. */
function literalsOf(expression: Expression | Argument | null): { text: string; start: number }[] {
  switch (expression?.type) {
    case 'Literal':
      return typeof expression.value === 'string' ? [{ text: expression.value, start: expression.start }] : [];
    case 'TemplateLiteral':
      return [...expression.quasis.map(({ value, start }) => ({ text: value.cooked ?? value.raw, start })), ...expression.expressions.flatMap(literalsOf)];
    case 'ConditionalExpression':
      return [...literalsOf(expression.consequent), ...literalsOf(expression.alternate)];
    case 'LogicalExpression':
      return [...literalsOf(expression.left), ...literalsOf(expression.right)];
    case 'BinaryExpression':
      return expression.operator === '+' ? [...literalsOf(expression.left), ...literalsOf(expression.right)] : [];
    case 'ArrayExpression':
      return expression.elements.flatMap((element) => literalsOf(element as Expression | null));
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return literalsOf(expression.expression);
    default:
      return [];
  }
}

/** Of an `html` template: what stands between its tags, and attributes that are read aloud. */
function shownInTemplate({ tag, quasi }: TaggedTemplateExpression): string[] {
  if (tag.type !== 'Identifier' || (tag.name !== 'html' && tag.name !== 'svg')) return [];
  // An expression is neither text nor tag.
  const text = quasi.quasis.map(({ value }) => value.cooked ?? '').join('\u0000');
  const attributes = [...text.matchAll(shownAttribute)].map(([, value]) => value ?? '');
  const between = text.replaceAll(/<!--[\s\S]*?-->/g, '').replaceAll(/<[^>]*>/g, '\u0000');
  return [...attributes, ...between.split('\u0000')];
}

/** Two letters in a row that are no name of an icon, an id or a unit. */
function isWords(text: string): boolean {
  const bare = text.replaceAll(/\$\([\w~-]+\)/g, '').trim();
  if (/^(?:[a-z]+(?:[A-Z.\-/:][\w.\-/:]*)+|ms|px|rpo|UTC|Site Recovery Lab)$/.test(bare)) return false;
  return /\p{L}{2,}/u.test(bare);
}
