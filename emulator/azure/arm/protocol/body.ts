// Reads request bodies as the service does: property names in any case, names it does not know left alone (arm-contract §3.4).
import { badRequest } from './armError.ts';

/** One JSON object of a request, with the path that leads to it for messages. */
export class Body {
  readonly #properties: ReadonlyMap<string, unknown>;
  readonly #at: string;
  /** Whether there was such an object at all. */
  readonly present: boolean;

  private constructor(value: unknown, at: string) {
    this.#at = at;
    this.present = value !== undefined && value !== null;
    if (this.present && (typeof value !== 'object' || Array.isArray(value))) throw badRequest('InvalidParameter', `${at || 'The body'} must be an object.`);
    this.#properties = new Map(Object.entries(value ?? {}).map(([name, property]) => [name.toLowerCase(), property]));
  }

  /** @throws ArmError BadRequest when it is no JSON object */
  static of(json: unknown): Body {
    return new Body(json, '');
  }

  /** An absent or null object reads as an empty one. */
  part(name: string): Body {
    return new Body(this.#value(name), this.#path(name));
  }

  parts(name: string): Body[] {
    return this.#list(name).map((value, place) => new Body(value ?? {}, `${this.#path(name)}[${place}]`));
  }

  /** @throws ArmError BadRequest when it is missing or empty */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === '') throw badRequest('InvalidParameter', `${this.#path(name)} is required.`);
    return value;
  }

  /** Undefined when absent or null. Booleans and numbers are taken as their text: clients of this service send either. */
  optionalText(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') throw badRequest('InvalidParameter', `${this.#path(name)} must be a text.`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  optionalNumber(name: string): number | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw badRequest('InvalidParameter', `${this.#path(name)} must be a number, not "${text}".`);
    return value;
  }

  texts(name: string): string[] {
    return this.#list(name).map((value, place) => {
      if (typeof value !== 'string') throw badRequest('InvalidParameter', `${this.#path(name)}[${place}] must be a text.`);
      return value;
    });
  }

  /** Undefined when absent or null. One of `words`, in any case; given back as `words` has it. */
  optionalWord<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.optionalText(name);
    if (text === undefined || text === '') return undefined;
    const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
    if (word === undefined) throw badRequest('InvalidParameter', `${this.#path(name)} must be ${words.join(', ')}, not "${text}".`);
    return word;
  }

  /** Names kept as they are: tags. Undefined when absent or null. */
  optionalTexts(name: string): Record<string, string> | undefined {
    const value = this.#value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value) || Object.values(value).some((one) => typeof one !== 'string'))
      throw badRequest('InvalidParameter', `${this.#path(name)} must be an object of texts.`);
    return { ...(value as Record<string, string>) };
  }

  /** As the client gave it; undefined when absent. For what is only kept. */
  json(name: string): unknown {
    return this.#value(name);
  }

  has(name: string): boolean {
    return this.#properties.has(name.toLowerCase());
  }

  #list(name: string): readonly unknown[] {
    const value = this.#value(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw badRequest('InvalidParameter', `${this.#path(name)} must be a list.`);
    return value;
  }

  #value(name: string): unknown {
    return this.#properties.get(name.toLowerCase());
  }

  #path(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`;
  }
}
