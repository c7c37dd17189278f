// Texts for people: English in the source, the user's language on the screen. Pure code may use it, so it names no VS Code.

type Translate = (text: string, ...values: (string | number | boolean)[]) => string;

let translate: Translate = (text, ...values) => text.replaceAll(/\{(\d+)\}/g, (whole, place: string) => String(values[Number(place)] ?? whole));

/** VS Code's own translation, from activation on. */
export function useTranslation(other: Translate): void {
  translate = other;
}

/** `{0}`, `{1}` … are filled in; the text itself is a literal, so that it can be found and translated. */
export function t(text: string, ...values: (string | number | boolean)[]): string {
  return translate(text, ...values);
}
