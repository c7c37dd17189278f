// A plan's text in one style, by the YAML library itself: comments and the order of things stay.
import { parseDocument } from 'yaml';

/** @returns undefined while the text is no YAML */
export function formatPlan(text: string): string | undefined {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) return text;
  // The schema in which texts were read takes every scalar for a text; the words stay as they were written.
  return document.toString({ lineWidth: 0, indent: 2, indentSeq: true });
}
