// VS Code's quick inputs as the asker of a wizard: title with the step's number, Back, validation while typing, copying at the end.
import {
  CancellationError,
  QuickInputButtons,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type Disposable as VsDisposable,
  type QuickInput,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import type { Answers } from '../operations/operation.ts';
import { t } from '../texts.ts';
import { plainLabel } from './plainText.ts';
import type { Asker, Decision, PickQuestion, Place, Reply, SummaryLine, TextQuestion } from './wizard.ts';

export interface QuickInputsOptions {
  readonly title: string;
  /** What the last step does. */
  readonly verb: string;
  /** Offers the clients to copy for. Absent: no client but this one has words for it. */
  readonly onCopy?: (answers: Answers) => Promise<void>;
}

interface ValueItem extends QuickPickItem {
  readonly value?: string;
}

export class QuickInputs implements Asker {
  readonly #options: QuickInputsOptions;

  constructor(options: QuickInputsOptions) {
    this.#options = options;
  }

  pick({ step, choices, chosen }: PickQuestion, place: Place): Promise<Reply> {
    const input = window.createQuickPick<ValueItem>();
    const items = choices.flatMap((choice): ValueItem[] => {
      const { value, label, description, detail, heading } = choice;
      return [
        ...(heading === undefined ? [] : [{ label: heading, kind: QuickPickItemKind.Separator }]),
        // Names of machines are shown as they are: `$(…)` in one is no icon.
        {
          value,
          label: plainLabel(label),
          ...(description === undefined ? {} : { description: plainLabel(description) }),
          ...(detail === undefined ? {} : { detail: plainLabel(detail) }),
        },
      ];
    });
    this.#dress(input, step.title, place);
    input.placeholder = step.placeholder;
    input.canSelectMany = step.many === true;
    input.matchOnDescription = true;
    input.items = items;
    const wanted = chosen ?? choices.filter(({ picked }) => picked === true).map(({ value }) => value);
    const isChosen = ({ value }: ValueItem): boolean => value !== undefined && (typeof wanted === 'string' ? wanted === value : wanted.includes(value));
    const [first] = items.filter(isChosen);
    if (step.many === true) input.selectedItems = items.filter(isChosen);
    // Without one VS Code's own stays active, the first, so that Enter always answers.
    else if (first !== undefined) input.activeItems = [first];
    return asked(input, (resolve) => [
      input.onDidAccept(() => {
        const values = (step.many === true ? input.selectedItems : input.activeItems).flatMap(({ value }) => value ?? []);
        if (step.many === true && values.length < (step.least ?? 0)) return void (input.placeholder = t('Choose at least {0}.', step.least ?? 0));
        const [value] = values;
        if (step.many === true) resolve({ kind: 'answer', answer: values });
        else if (value !== undefined) resolve({ kind: 'answer', answer: value });
        return undefined;
      }),
      input.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) resolve({ kind: 'back' });
      }),
    ]);
  }

  text({ step, initial, answers }: TextQuestion, place: Place): Promise<Reply> {
    const input = window.createInputBox();
    this.#dress(input, step.title, place);
    input.prompt = step.prompt;
    input.value = initial;
    return asked(input, (resolve) => [
      input.onDidChangeValue((text) => {
        input.validationMessage = step.problem(text, answers);
      }),
      input.onDidAccept(() => {
        const problem = step.problem(input.value, answers);
        input.validationMessage = problem;
        if (problem === undefined) resolve({ kind: 'answer', answer: input.value });
      }),
      input.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) resolve({ kind: 'back' });
      }),
    ]);
  }

  async copy(answers: Answers): Promise<void> {
    await this.#options.onCopy?.(answers);
  }

  decide(lines: readonly SummaryLine[], place: Place): Promise<Decision> {
    const { verb, onCopy } = this.#options;
    const input = window.createQuickPick<ValueItem>();
    const go: ValueItem = { label: `$(check) ${verb}`, alwaysShow: true };
    const copy: QuickInputButton = { iconPath: new ThemeIcon('copy'), tooltip: t('Copy as…') };
    this.#dress(input, t('Summary'), { ...place, buttons: onCopy === undefined ? [] : [copy] });
    input.placeholder = t('Choose a line to change it');
    input.items = [
      go,
      ...(lines.length === 0 ? [] : [{ label: '', kind: QuickPickItemKind.Separator }]),
      ...lines.map(({ key, title, value }) => ({ value: key, label: title, description: plainLabel(value) })),
    ];
    input.activeItems = [go];
    return asked<Decision>(input, (resolve) => [
      input.onDidAccept(() => {
        const [item] = input.activeItems;
        if (item === go) resolve({ kind: 'go' });
        else if (item?.value !== undefined) resolve({ kind: 'change', key: item.value });
      }),
      input.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) resolve({ kind: 'back' });
        else if (button === copy) resolve({ kind: 'copy' });
      }),
    ]);
  }

  #dress(
    input: QuickInput & { buttons: readonly QuickInputButton[] },
    title: string,
    { number, of, canGoBack, buttons = [] }: Place & { buttons?: readonly QuickInputButton[] },
  ): void {
    input.title = t('{0}: {1}', this.#options.title, title);
    input.step = number;
    input.totalSteps = of;
    // Looking something up elsewhere must not lose what was answered.
    input.ignoreFocusOut = true;
    input.buttons = [...(canGoBack ? [QuickInputButtons.Back] : []), ...buttons];
  }
}

/** Shows the input until there is a reply. @throws CancellationError when the person closes it */
async function asked<Result>(input: QuickInput, listen: (resolve: (result: Result) => void) => VsDisposable[]): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const listening = [...listen(resolve), input.onDidHide(() => reject(new CancellationError()))];
  input.show();
  try {
    return await promise;
  } finally {
    for (const one of listening) one.dispose();
    input.dispose();
  }
}
