// The order of a multi-step input: which question comes next, what Back goes to, when everything is known. No VS Code in here.
import { ExtensionError } from '../lab/labError.ts';
import type { Answer, Answers, Choice, PickStep, Step } from '../operations/operation.ts';
import { t } from '../texts.ts';

/** Where a question stands among those that are asked. */
export interface Place {
  readonly number: number;
  readonly of: number;
  readonly canGoBack: boolean;
}

export interface PickQuestion {
  readonly step: PickStep;
  readonly choices: readonly Choice[];
  /** What was answered before, or used last. */
  readonly chosen: Answer | undefined;
}

export interface TextQuestion {
  readonly step: Extract<Step, { kind: 'text' }>;
  readonly initial: string;
  readonly answers: Partial<Answers>;
}

/** Values by question, as a person reads them. */
export interface SummaryLine {
  readonly key: string;
  readonly title: string;
  readonly value: string;
}

export type Reply = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'back' };
export type Decision = { readonly kind: 'go' | 'back' | 'copy' } | { readonly kind: 'change'; readonly key: string };

/** Whoever asks the person. Rejects when the person gives up. */
export interface Asker {
  pick(question: PickQuestion, place: Place): Promise<Reply>;
  text(question: TextQuestion, place: Place): Promise<Reply>;
  /** Shows what was answered. */
  decide(lines: readonly SummaryLine[], place: Place): Promise<Decision>;
  /** Gives the calls of these answers to the clipboard. */
  copy(answers: Answers): Promise<void>;
}

/** What was chosen the last time. */
export interface LastUsed {
  get(key: string): Answer | undefined;
  put(key: string, answer: Answer): void;
}

export interface WizardInput {
  readonly steps: readonly Step[];
  /** Answers that are known; they are not asked for. */
  readonly preset: Partial<Answers>;
  readonly asker: Asker;
  readonly lastUsed: LastUsed;
  /** False: the person is asked nothing when every answer is known. */
  readonly summary: boolean;
}

interface Run {
  readonly input: WizardInput;
  readonly answers: Record<string, Answer>;
  readonly shown: Map<string, string>;
  /** Places that were asked, the last one last. */
  readonly asked: number[];
}

/**
 * Asks until everything is known and the person agrees.
 * @throws ExtensionError NothingToChoose; whatever the asker throws when the person gives up
 */
export async function runWizard(input: WizardInput): Promise<Answers> {
  const { steps, preset, asker } = input;
  const run: Run = { input, answers: {}, shown: new Map(), asked: [] };
  let place = 0;
  for (;;) {
    for (const [key, answer] of Object.entries(preset)) if (answer !== undefined) run.answers[key] = answer;
    const step = steps[place];
    if (step === undefined) {
      if (run.asked.length === 0 && !input.summary) return run.answers;
      const decision = await asker.decide(summaryOf(run), placeOf(run, steps.length));
      if (decision.kind === 'go') break;
      if (decision.kind === 'copy') await asker.copy(run.answers);
      else place = decision.kind === 'change' ? goTo(run, decision.key) : backFrom(run);
    } else if (preset[step.key] !== undefined) {
      place += 1;
    } else if (step.needed?.(run.answers) === false) {
      forget(run, step.key);
      place += 1;
    } else {
      const reply = step.kind === 'pick' ? await askPick(run, step, place) : await askText(run, step, place);
      place = reply === 'back' ? backFrom(run) : place + 1;
    }
  }
  remember(run);
  return run.answers;
}

/** Only what the person chose. */
function remember({ input, answers, asked }: Run): void {
  for (const place of asked) {
    const step = input.steps[place];
    const answer = step === undefined ? undefined : answers[step.key];
    if (step?.kind === 'pick' && step.remember !== false && answer !== undefined) input.lastUsed.put(step.key, answer);
  }
}

async function askPick(run: Run, step: PickStep, place: number): Promise<'next' | 'back'> {
  const { asker, lastUsed } = run.input;
  const choices = await step.choices(run.answers);
  const [only, ...others] = choices;
  if (only === undefined && (step.many !== true || (step.least ?? 0) > 0)) {
    const { because, remedy } = step.none ?? { because: t('{0}: there is nothing to choose from.', step.title), remedy: '' };
    throw new ExtensionError('NothingToChoose', because, { recommendedAction: remedy });
  }
  if (only !== undefined && others.length === 0 && step.many !== true) {
    keep(run, step.key, { answer: only.value, shown: only.label });
    return 'next';
  }
  const remembered = step.remember === false ? undefined : lastUsed.get(step.key);
  const known = (answer: Answer | undefined): answer is Answer =>
    answer !== undefined && (typeof answer === 'string' ? [answer] : answer).every((value) => choices.some((choice) => choice.value === value));
  const chosen = [run.answers[step.key], remembered].find(known);
  const reply = await asker.pick({ step, choices: step.many === true ? choices : lastUsedFirst(choices, remembered), chosen }, placeOf(run, place));
  if (reply.kind === 'back') return 'back';
  const values = typeof reply.answer === 'string' ? [reply.answer] : reply.answer;
  const labels = values.map((value) => choices.find((choice) => choice.value === value)?.label ?? value);
  keep(run, step.key, { answer: reply.answer, shown: labels.length === 0 ? t('none') : labels.join(', ') });
  run.asked.push(place);
  return 'next';
}

async function askText(run: Run, step: Extract<Step, { kind: 'text' }>, place: number): Promise<'next' | 'back'> {
  const before = run.answers[step.key];
  const initial = typeof before === 'string' ? before : (step.initial?.(run.answers) ?? '');
  const reply = await run.input.asker.text({ step, initial, answers: run.answers }, placeOf(run, place));
  if (reply.kind === 'back') return 'back';
  const text = String(reply.answer);
  keep(run, step.key, { answer: reply.answer, shown: step.shown?.(text) ?? (text === '' ? t('none') : text) });
  run.asked.push(place);
  return 'next';
}

/** @param shown the answer as a person reads it */
function keep(run: Run, key: string, { answer, shown }: { answer: Answer; shown: string }): void {
  run.answers[key] = answer;
  run.shown.set(key, shown);
}

function forget(run: Run, key: string): void {
  delete run.answers[key];
  run.shown.delete(key);
}

/** The question before; at the first one there is none, so it is asked again. */
function backFrom(run: Run): number {
  return run.asked.pop() ?? 0;
}

function goTo(run: Run, key: string): number {
  const place = run.input.steps.findIndex((step) => step.key === key);
  run.asked.splice(0, run.asked.length, ...run.asked.filter((at) => at < place));
  return Math.max(place, 0);
}

function placeOf(run: Run, place: number): Place {
  const { steps, preset, summary } = run.input;
  // What was taken without a question counts, or the whole would shrink while somebody goes along.
  const isAsked = (step: Step): boolean => preset[step.key] === undefined && step.needed?.(run.answers) !== false;
  const before = steps.slice(0, place).filter(isAsked).length;
  const all = steps.filter(isAsked).length + (summary || steps.length > 0 ? 1 : 0);
  return { number: before + 1, of: Math.max(all, before + 1), canGoBack: run.asked.length > 0 };
}

function summaryOf({ input, shown }: Run): SummaryLine[] {
  return input.steps.flatMap(({ key, title }) => {
    const value = shown.get(key);
    return value === undefined ? [] : [{ key, title, value }];
  });
}

/** Choices under headings stay where they are. */
function lastUsedFirst(choices: readonly Choice[], remembered: Answer | undefined): readonly Choice[] {
  const last = choices.find(({ value }) => value === remembered);
  if (last === undefined || choices.some(({ heading }) => heading !== undefined)) return choices;
  return [
    { ...last, description: [last.description, t('last used')].filter((text) => text !== undefined).join(' · ') },
    ...choices.filter((choice) => choice !== last),
  ];
}
