// Which documents are plans, and their places in VS Code's terms.
import { Position, Range as VsRange, TextEdit, type DocumentSelector, type TextDocument } from 'vscode';
import { basename } from 'node:path';
import type { Range } from './planText.ts';
import type { Edit } from './problem.ts';

export const planLanguageId = 'site-recovery-plan';

/** Of documents that show the vault's own plan. */
export const vaultPlanScheme = 'site-recovery-lab-plan';

/** Also when another extension or a setting has made plain YAML of it. */
export const planSelector: DocumentSelector = [{ language: planLanguageId }, { language: 'yaml', pattern: '**/*.plan.{yaml,yml}' }];

export function isPlan({ languageId, fileName, uri }: TextDocument): boolean {
  if (uri.scheme === vaultPlanScheme) return false;
  return languageId === planLanguageId || (languageId === 'yaml' && /\.plan\.ya?ml$/i.test(fileName));
}

/** What the plan is called when its text does not say. */
export function planNameOf({ fileName }: Pick<TextDocument, 'fileName'>): string {
  return basename(fileName).replace(/(\.plan)?\.ya?ml$/i, '');
}

export function vsRange(document: TextDocument, { start, end }: Range): VsRange {
  return new VsRange(document.positionAt(start), document.positionAt(end));
}

export function vsEdit(document: TextDocument, { range, text }: Edit): TextEdit {
  return TextEdit.replace(vsRange(document, range), text);
}

export function wholeRange(document: TextDocument): VsRange {
  return new VsRange(new Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
}
