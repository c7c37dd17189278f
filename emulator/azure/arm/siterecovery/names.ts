// Names that callers give to what they make in a vault.
import { badRequest } from '../protocol/armError.ts';

/** Letters, digits and a few signs: what stands in an id and in a path without being taken for something else. @throws ArmError BadRequest */
export function nameOf(text: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(text)) return text;
  throw badRequest(
    'InvalidParameter',
    `"${text.slice(0, 100)}" is no name: it has 1 to 128 letters, digits, dots, hyphens and underscores and does not begin with a dot.`,
    'Choose another name.',
  );
}
