// The order of a multi-step input: next, back, changing from the summary, what is taken or remembered without a question.
import { describe, expect, test } from 'vitest';
import { runWizard, type Asker, type Decision, type LastUsed, type Place, type Reply, type SummaryLine } from '../../../../extension/commands/wizard.ts';
import type { Answer, Answers, PickStep, Step } from '../../../../extension/operations/operation.ts';

const back: Reply = { kind: 'back' };
const go: Decision = { kind: 'go' };

/** A person who answers by a script, and writes down what was asked. */
class Person implements Asker {
  readonly asked: string[] = [];
  readonly places: Place[] = [];
  readonly offered: string[][] = [];
  lines: readonly SummaryLine[] = [];
  copied = 0;
  readonly #replies: (Answer | Reply | Decision)[];

  constructor(replies: readonly (Answer | Reply | Decision)[]) {
    this.#replies = [...replies];
  }

  async pick({ step, choices, chosen }: Parameters<Asker['pick']>[0], place: Place): Promise<Reply> {
    this.offered.push(choices.map(({ label }) => label));
    return this.#reply(chosen === undefined ? step.key : `${step.key}=${String(chosen)}`, place);
  }

  async text({ step, initial }: Parameters<Asker['text']>[0], place: Place): Promise<Reply> {
    return this.#reply(initial === '' ? step.key : `${step.key}=${initial}`, place);
  }

  async decide(lines: readonly SummaryLine[], place: Place): Promise<Decision> {
    this.lines = lines;
    this.asked.push('summary');
    this.places.push(place);
    return this.#replies.shift() as Decision;
  }

  async copy(): Promise<void> {
    this.copied += 1;
  }

  #reply(question: string, place: Place): Reply {
    this.asked.push(question);
    this.places.push(place);
    const reply = this.#replies.shift();
    if (reply === undefined) throw new Error(`Nobody expected ${question}.`);
    return typeof reply === 'string' || Array.isArray(reply) ? { kind: 'answer', answer: reply as Answer } : (reply as Reply);
  }
}

function pick(key: string, values: readonly string[], more: Partial<PickStep> = {}): PickStep {
  return { kind: 'pick', key, title: key.toUpperCase(), placeholder: '', choices: () => values.map((value) => ({ value, label: `the ${value}` })), ...more };
}

function text(key: string): Step {
  return { kind: 'text', key, title: key.toUpperCase(), prompt: '', problem: () => undefined };
}

class Memory implements LastUsed {
  readonly kept = new Map<string, Answer>();

  get(key: string): Answer | undefined {
    return this.kept.get(key);
  }

  put(key: string, answer: Answer): void {
    this.kept.set(key, answer);
  }
}

function run(steps: readonly Step[], person: Person, more: { preset?: Partial<Answers>; lastUsed?: LastUsed; summary?: boolean } = {}): Promise<Answers> {
  return runWizard({ steps, asker: person, preset: more.preset ?? {}, lastUsed: more.lastUsed ?? new Memory(), summary: more.summary ?? true });
}

describe('Forth and back', () => {
  test('questions come in order, and the summary shows what was answered', async () => {
    const person = new Person(['a', 'hello', go]);
    expect(await run([pick('one', ['a', 'b']), text('two')], person)).toEqual({ one: 'a', two: 'hello' });
    expect(person.asked).toEqual(['one', 'two', 'summary']);
    expect(person.places).toEqual([
      { number: 1, of: 3, canGoBack: false },
      { number: 2, of: 3, canGoBack: true },
      { number: 3, of: 3, canGoBack: true },
    ]);
    expect(person.lines).toEqual([
      { key: 'one', title: 'ONE', value: 'the a' },
      { key: 'two', title: 'TWO', value: 'hello' },
    ]);
  });

  test('the summary has answers as people read them', async () => {
    const person = new Person(['15', '', go]);
    await run([{ ...text('threshold'), shown: (minutes: string) => `${minutes} min` } as Step, text('comment')], person);
    expect(person.lines.map(({ value }) => value)).toEqual(['15 min', 'none']);
  });

  test('Back goes to the question before, with the answer it had', async () => {
    const person = new Person(['a', 'hello', { kind: 'back' }, back, 'b', 'hello again', go]);
    expect(await run([pick('one', ['a', 'b']), text('two')], person)).toEqual({ one: 'b', two: 'hello again' });
    expect(person.asked).toEqual(['one', 'two', 'summary', 'two=hello', 'one=a', 'two=hello', 'summary']);
  });

  test('a line of the summary leads to its question, and on from there', async () => {
    const person = new Person(['a', 'hello', { kind: 'change', key: 'one' }, 'b', 'hello', go]);
    expect(await run([pick('one', ['a', 'b']), text('two')], person)).toEqual({ one: 'b', two: 'hello' });
    expect(person.asked).toEqual(['one', 'two', 'summary', 'one=a', 'two=hello', 'summary']);
  });

  test('copying leaves the summary open', async () => {
    const person = new Person(['a', { kind: 'copy' }, go]);
    await run([pick('one', ['a', 'b'])], person);
    expect(person.asked).toEqual(['one', 'summary', 'summary']);
    expect(person.copied).toBe(1);
  });
});

describe('What is not asked', () => {
  test('one choice is taken, shown, and passed over by Back', async () => {
    const person = new Person(['x', 'hello', { kind: 'back' }, back, 'y', 'hello', go]);
    expect(await run([pick('zero', ['x', 'y']), pick('one', ['only']), text('two')], person)).toEqual({ zero: 'y', one: 'only', two: 'hello' });
    expect(person.asked).toEqual(['zero', 'two', 'summary', 'two=hello', 'zero=x', 'two=hello', 'summary']);
    expect(person.lines.map(({ value }) => value)).toEqual(['the y', 'the only', 'hello']);
  });

  test('a question that an answer made needless loses its own answer', async () => {
    const steps = [pick('network', ['none', 'vnet']), { ...text('subnet'), needed: ({ network }: Partial<Answers>) => network !== 'none' }];
    const person = new Person(['vnet', 'default', { kind: 'change', key: 'network' }, 'none', go]);
    expect(await run(steps, person)).toEqual({ network: 'none' });
  });

  test('an answer that is known is no question, and nothing is asked when all are', async () => {
    const person = new Person([]);
    expect(await run([pick('one', ['a', 'b'])], person, { preset: { one: 'b' }, summary: false })).toEqual({ one: 'b' });
    expect(person.asked).toEqual([]);
  });
});

describe('What was used last', () => {
  test('comes first, and is kept when the person has agreed', async () => {
    const lastUsed = new Memory();
    await run([pick('one', ['a', 'b', 'c'])], new Person(['c', go]), { lastUsed });
    const person = new Person(['c', go]);
    await run([pick('one', ['a', 'b', 'c'])], person, { lastUsed });
    expect(person.offered).toEqual([['the c', 'the a', 'the b']]);
  });

  test('is forgotten when there is no such choice any more', async () => {
    const lastUsed = new Memory();
    lastUsed.put('one', 'gone');
    const person = new Person(['a', go]);
    await run([pick('one', ['a', 'b'])], person, { lastUsed });
    expect(person.asked).toEqual(['one', 'summary']);
  });

  test('a question that does not remember keeps nothing', async () => {
    const lastUsed = new Memory();
    await run([pick('one', ['a', 'b'], { remember: false })], new Person(['b', go]), { lastUsed });
    expect(lastUsed.kept.size).toBe(0);
  });
});

test('nothing to choose from ends it, with what would help', async () => {
  const none = { because: 'There is no policy.', remedy: 'Create one.' };
  await expect(run([pick('one', [], { none })], new Person([]))).rejects.toMatchObject({
    code: 'NothingToChoose',
    message: 'There is no policy.',
    recommendedAction: 'Create one.',
  });
});
