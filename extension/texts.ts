// Texts for people: English in the source, the user's language on the screen. Pure code may use it, so it names no VS Code.
import { isolated } from './isolated.ts';

type Value = string | number | boolean;
type Translate = (text: string, ...values: Value[]) => string;

/** English text → text in another language. */
export type Texts = Readonly<Record<string, string>>;

let texts: Texts = {};
let translate: Translate = ownTranslation;
let language = 'en';

/** VS Code's own translation, from activation on. @param known what it translates with, for the webviews @param into BCP 47 */
export function useTranslation(other: Translate, known: Texts, into: string): void {
  translate = other;
  texts = known;
  language = into;
}

/** These, whatever VS Code's own language is. */
export function useTexts(own: Texts, into = 'en'): void {
  translate = ownTranslation;
  texts = own;
  language = into;
}

/** `{0}`, `{1}` … are filled in, each keeping its own direction of writing; the text itself is a literal, so that it can be found and translated. */
export function t(text: string, ...values: Value[]): string {
  return translate(text, ...values.map(isolated));
}

/** BCP 47: numbers are written as the texts around them. */
export function languageInUse(): string {
  return language;
}

/** For the webviews, which translate by themselves. Empty: English. */
export function textsInUse(): Texts {
  return texts;
}

function ownTranslation(text: string, ...values: Value[]): string {
  return (texts[text] ?? text).replaceAll(/\{(\d+)\}/g, (whole, place: string) => String(values[Number(place)] ?? whole));
}
