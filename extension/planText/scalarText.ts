// A name as YAML writes it on one line: plain where that reads back as the same text, else between quotes.
import { stringify } from 'yaml';

export function scalarText(text: string): string {
  // Inside `[…]` these end a plain text; stringify thinks of a document alone.
  if (/[[\]{},]/.test(text)) return JSON.stringify(text);
  return stringify(text, { lineWidth: 0, blockQuote: false, defaultStringType: 'PLAIN' }).trimEnd();
}
