// How the names and figures of a case follow what a message says in general: a sentence stands by itself, a name needs a colon.

/** @param specifics empty: the message says it all */
export function withSpecifics(message: string, specifics: string): string {
  if (specifics === '') return message;
  return /[.!?]$/.test(specifics) ? `${message} ${specifics}` : `${message.replace(/\.$/, '')}: ${specifics}`;
}
