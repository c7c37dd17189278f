// What Azure takes as names and addresses, told while it is typed (asr-behaviour §11.1).
import { t } from '../texts.ts';

const longestWindowsName = 15;
const longestLinuxName = 64;
const longestResourceName = 63;

/** Undefined: it will do. */
export function machineNameProblem(text: string, osType = ''): string | undefined {
  const longest = osType.toLowerCase() === 'windows' ? longestWindowsName : longestLinuxName;
  if (text === '') return t('A name is needed.');
  if (text.length > longest) return t('At most {0} characters.', longest);
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(text)) return t('Letters, digits and hyphens; a letter or a digit at both ends.');
  return undefined;
}

/** Names of policies, plans and vCenters in a vault. @param taken names that there are already */
export function resourceNameProblem(text: string, taken: readonly (string | undefined)[]): string | undefined {
  if (text === '') return t('A name is needed.');
  if (text.length > longestResourceName) return t('At most {0} characters.', longestResourceName);
  if (!/^[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$/.test(text)) return t('Letters, digits and hyphens; a letter first, and no hyphen at the end.');
  if (taken.some((name) => name?.toLowerCase() === text.toLowerCase())) return t('There is one of this name.');
  return undefined;
}

/** @param prefix of the subnet, such as `10.0.0.0/24`: the address must lie in it */
export function addressProblem(text: string, prefix?: string): string | undefined {
  const address = ipv4(text);
  if (address === undefined) return t('An IPv4 address such as 10.0.0.4.');
  const [base = '', bits = '0'] = (prefix ?? '').split('/');
  const start = ipv4(base);
  if (start === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = start - (start % size);
  if (address < first || address >= first + size) return t('It is not in the subnet {0}.', prefix ?? '');
  // Azure keeps the first four and the last address of a subnet.
  if (address < first + 4 || address === first + size - 1) return t('Azure keeps this address of the subnet for itself.');
  return undefined;
}

function ipv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** A whole number within bounds. */
export function numberProblem(text: string, { least, most }: { least: number; most: number }): string | undefined {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most ? undefined : t('A whole number from {0} to {1}.', least, most);
}
