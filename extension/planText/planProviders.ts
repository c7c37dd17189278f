// Completion, hover, outline, format and the commands above a plan's text, as VS Code asks for them.
import {
  CodeLens,
  CompletionItem,
  CompletionItemKind,
  DocumentSymbol,
  Hover,
  languages,
  MarkdownString,
  Position,
  Range as VsRange,
  SnippetString,
  SymbolKind,
  TextEdit,
  Disposable as VsDisposable,
  type TextDocument,
} from 'vscode';
import { sameId } from '../model/find.ts';
import { t } from '../texts.ts';
import { completions, type Completion } from './completion.ts';
import { formatPlan } from './formatPlan.ts';
import { hoverAt } from './hover.ts';
import { outline, type OutlineEntry } from './outline.ts';
import { isPlan, planNameOf, planSelector, vsRange, wholeRange } from './planDocument.ts';
import type { PlanWorld } from './planWorld.ts';
import { readPlan } from './readPlan.ts';

const completionKinds = {
  key: CompletionItemKind.Property,
  word: CompletionItemKind.EnumMember,
  machine: CompletionItemKind.Reference,
  name: CompletionItemKind.Value,
  template: CompletionItemKind.Snippet,
} as const satisfies Record<Completion['kind'], CompletionItemKind>;

const symbolKinds = {
  plan: SymbolKind.File,
  group: SymbolKind.Array,
  machine: SymbolKind.Object,
  action: SymbolKind.Event,
} as const satisfies Record<OutlineEntry['kind'], SymbolKind>;

/** @param world undefined: no lab runs */
export function planProviders(world: () => PlanWorld | undefined): VsDisposable {
  return VsDisposable.from(
    languages.registerCompletionItemProvider(
      planSelector,
      {
        provideCompletionItems: (document, position) =>
          completions(document.getText(), document.offsetAt(position), world()).map((one) => completionItem(document, one)),
      },
      ' ',
      '-',
      '[',
    ),
    languages.registerHoverProvider(planSelector, {
      provideHover: (document, position) => {
        const hover = hoverAt(document.getText(), document.offsetAt(position), world());
        return hover === undefined ? undefined : new Hover(hover.lines.map(asText), vsRange(document, hover.range));
      },
    }),
    languages.registerDocumentSymbolProvider(planSelector, {
      provideDocumentSymbols: (document) => outline(readPlan(document.getText()).plan, planNameOf(document)).map((entry) => symbol(document, entry)),
    }),
    languages.registerDocumentFormattingEditProvider(planSelector, {
      provideDocumentFormattingEdits: (document) => {
        const text = formatPlan(document.getText());
        return text === undefined || text === document.getText() ? [] : [TextEdit.replace(wholeRange(document), text)];
      },
    }),
    languages.registerCodeLensProvider(planSelector, { provideCodeLenses: (document) => (isPlan(document) ? lenses(document, world()) : []) }),
  );
}

function completionItem(document: TextDocument, { label, kind, detail, text, snippet, range, filter }: Completion): CompletionItem {
  const item = new CompletionItem(label, completionKinds[kind]);
  item.detail = detail;
  item.insertText = snippet === true ? new SnippetString(text) : text;
  item.range = vsRange(document, range);
  item.filterText = filter;
  // What a key is followed by is asked for at once.
  if (kind === 'key') item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

/** Names of machines are text, whatever they look like. */
function asText(line: string): MarkdownString {
  return new MarkdownString().appendText(line);
}

function symbol(document: TextDocument, { name, detail, kind, range, selection, children }: OutlineEntry): DocumentSymbol {
  const whole = vsRange(document, range);
  const made = new DocumentSymbol(name, detail, symbolKinds[kind], whole, whole.intersection(vsRange(document, selection)) ?? whole);
  made.children = children.map((child) => symbol(document, child));
  return made;
}

function lenses(document: TextDocument, world: PlanWorld | undefined): CodeLens[] {
  const top = new VsRange(new Position(0, 0), new Position(0, 0));
  if (world === undefined) return [new CodeLens(top, { command: 'siteRecoveryLab.startLab', title: t('Start Lab') })];
  const name = readPlan(document.getText()).plan.name?.value ?? planNameOf(document);
  const present = world.plans.find((plan) => sameId(plan.name, name));
  const apply = new CodeLens(top, {
    command: 'siteRecoveryLab.applyPlanText',
    title: present === undefined ? t('Create in Vault') : t('Apply to Vault'),
    arguments: [document.uri],
  });
  if (present?.id === undefined) return [apply];
  return [
    new CodeLens(top, { command: 'siteRecoveryLab.diffPlanText', title: t('Diff with Vault'), arguments: [document.uri] }),
    apply,
    new CodeLens(top, { command: 'siteRecoveryLab.planTestFailover', title: t('Run Test Failover'), arguments: [{ kind: 'plan', id: present.id }] }),
  ];
}
