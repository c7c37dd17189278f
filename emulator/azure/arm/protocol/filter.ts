// The part of OData filters that clients of this service send: `name eq 'literal'` joined by and/or, with brackets (arm-contract §4.1).
import { badRequest } from './armError.ts';

/** Whether a row has this value; undefined for a name that the list does not know, which counts as true. */
export type FilterTerm<Row> = (row: Row, literal: string) => boolean;

/** By name in lower case. */
export type FilterTerms<Row> = Readonly<Record<string, FilterTerm<Row>>>;

/**
 * @param text of `$filter`; absent or empty lets all pass
 * @throws ArmError BadRequest when it cannot be read
 */
export function filtered<Row>(rows: readonly Row[], text: string | undefined, terms: FilterTerms<Row>): Row[] {
  if (text === undefined || text.trim() === '') return [...rows];
  const holds = new FilterParser(text, terms).parse();
  return rows.filter(holds);
}

type Predicate<Row> = (row: Row) => boolean;

const longestFilter = 4000;
const tokenPattern = /\s*(?:(\()|(\))|([A-Za-z_][\w/.]*)|'((?:[^']|'')*)'|([-\d.]+))/y;

class FilterParser<Row> {
  readonly #text: string;
  readonly #terms: FilterTerms<Row>;
  readonly #tokens: { kind: 'open' | 'close' | 'word' | 'literal'; value: string }[] = [];
  #next = 0;

  constructor(text: string, terms: FilterTerms<Row>) {
    this.#text = text;
    this.#terms = terms;
  }

  parse(): Predicate<Row> {
    // Brackets nest on the stack.
    if (this.#text.length > longestFilter) this.#fail();
    this.#read();
    const predicate = this.#either();
    if (this.#next < this.#tokens.length) this.#fail();
    return predicate;
  }

  #read(): void {
    tokenPattern.lastIndex = 0;
    while (this.#text.slice(tokenPattern.lastIndex).trim() !== '') {
      const match = tokenPattern.exec(this.#text);
      if (match === null) this.#fail();
      const [, open, close, word, quoted, number] = match;
      if (open !== undefined) this.#tokens.push({ kind: 'open', value: open });
      else if (close !== undefined) this.#tokens.push({ kind: 'close', value: close });
      else if (word !== undefined) this.#tokens.push({ kind: 'word', value: word });
      else this.#tokens.push({ kind: 'literal', value: quoted?.replaceAll("''", "'") ?? number ?? '' });
    }
  }

  #either(): Predicate<Row> {
    const parts = [this.#both()];
    while (this.#takeWord('or')) parts.push(this.#both());
    return (row) => parts.some((part) => part(row));
  }

  #both(): Predicate<Row> {
    const parts = [this.#term()];
    while (this.#takeWord('and')) parts.push(this.#term());
    return (row) => parts.every((part) => part(row));
  }

  #term(): Predicate<Row> {
    const token = this.#tokens[this.#next++];
    if (token?.kind === 'open') {
      const inner = this.#either();
      if (this.#tokens[this.#next++]?.kind !== 'close') this.#fail();
      return inner;
    }
    if (token?.kind !== 'word' || !this.#takeWord('eq')) this.#fail();
    const literal = this.#tokens[this.#next++];
    if (literal === undefined || literal.kind === 'open' || literal.kind === 'close') this.#fail();
    const term = Object.hasOwn(this.#terms, token.value.toLowerCase()) ? this.#terms[token.value.toLowerCase()] : undefined;
    return term === undefined ? () => true : (row) => term(row, literal.value);
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' || token.value.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #fail(): never {
    throw badRequest(
      'InvalidParameter',
      `The filter "${this.#text.slice(0, 200)}" cannot be read.`,
      "Write terms as Name eq 'value', joined by and, or and brackets.",
    );
  }
}
