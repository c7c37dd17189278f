// A plan file in the editor, without a lab: its language, remarks with fixes, completion, outline, format.
import { commands, extensions, languages, Position, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { CodeAction, CodeLens, CompletionList, Diagnostic, DocumentSymbol, Hover, MarkdownString, TextDocument, TextEdit } from 'vscode';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';

const text = `groups:
- machines: [WEB01]
  after:
  - name: <b>tell</b>
    kind: manuel
    instruction: Tell them.
`;

beforeAll(async () => {
  await extensions.getExtension('site-recovery-lab.site-recovery-lab')?.activate();
});

afterEach(async () => {
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

async function open(content = text): Promise<TextDocument> {
  const document = await workspace.openTextDocument({ language: 'site-recovery-plan', content });
  await window.showTextDocument(document);
  return document;
}

async function remarks({ uri }: TextDocument): Promise<readonly Diagnostic[]> {
  return vi.waitUntil(() => {
    const found = languages.getDiagnostics(uri);
    return found.length > 0 ? found : undefined;
  });
}

test('a file that ends in .plan.yaml is a plan', async () => {
  const document = await workspace.openTextDocument(Uri.parse('untitled:/shop.plan.yaml'));
  expect(document.languageId).toBe('site-recovery-plan');
  await window.showTextDocument(document);
});

test('a misspelt word is told, and its fix puts it right', async () => {
  const document = await open();
  const [remark] = await remarks(document);
  expect(remark).toMatchObject({ code: 'UnknownWord', source: 'Site Recovery Lab' });
  const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, remark?.range);
  const edit = actions.find(({ isPreferred }) => isPreferred === true)?.edit ?? new WorkspaceEdit();
  await workspace.applyEdit(edit);
  expect(document.getText()).toContain('kind: manual\n');
  await vi.waitUntil(() => languages.getDiagnostics(document.uri).length === 0);
});

test('fields are proposed where they may stand', async () => {
  const document = await open('groups:\n  - machines: [WEB01]\n    \n');
  const { items } = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, new Position(2, 4));
  expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining(['kind', 'before', 'after']));
});

test('the outline shows names as they are', async () => {
  const document = await open();
  const [plan] = await vi.waitUntil(async () => {
    const found = await commands.executeCommand<DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', document.uri);
    return found !== undefined && found.length > 0 ? found : undefined;
  });
  expect(plan?.children[0]?.children.map(({ name }) => name)).toEqual(['WEB01', '<b>tell</b>']);
});

test('a key is explained', async () => {
  const document = await open();
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, new Position(1, 4));
  expect(hovers.flatMap(({ contents }) => contents.map((one) => (one as MarkdownString).value)).join()).toContain('Protected');
});

test('formatting indents lists', async () => {
  const document = await open();
  const edits = await commands.executeCommand<TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, { tabSize: 2, insertSpaces: true });
  const edit = new WorkspaceEdit();
  edit.set(document.uri, edits);
  await workspace.applyEdit(edit);
  expect(document.getText(new Range(1, 0, 1, 12))).toBe('  - machines');
});

test('without a lab the way to one stands above the text', async () => {
  const document = await open();
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
  expect(lenses.map(({ command }) => command?.command)).toEqual(['siteRecoveryLab.startLab']);
});
