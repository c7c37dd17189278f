// Health as a row shows it: never by colour alone, always by shape and word too.
import { t } from '../texts.ts';

/** asr-behaviour §6.1, with Azure's `Error` of fabrics and `None` of things that have no health. */
export type Health = 'Normal' | 'Warning' | 'Critical' | 'None';

const levels: readonly Health[] = ['None', 'Normal', 'Warning', 'Critical'];

/** From the words of any of Azure's resources. */
export function healthOf(word: string | undefined): Health {
  switch (word) {
    case 'Normal':
    case 'OK':
    case 'Green':
      return 'Normal';
    case 'Warning':
    case 'Yellow':
    case 'Information':
      return 'Warning';
    case 'Critical':
    case 'Error':
    case 'Red':
      return 'Critical';
    default:
      return 'None';
  }
}

export function worst(...healths: readonly Health[]): Health {
  return healths.reduce((one, other) => (levels.indexOf(other) > levels.indexOf(one) ? other : one), 'None');
}

/** Its icon, with the theme's own colour for it; `usual` is shown for a thing that is well. */
export function healthIcon(health: Health, usual: string): { readonly name: string; readonly color?: string } {
  switch (health) {
    case 'Critical':
      return { name: 'error', color: 'list.errorForeground' };
    case 'Warning':
      return { name: 'warning', color: 'list.warningForeground' };
    case 'Normal':
      return { name: usual, color: 'testing.iconPassed' };
    case 'None':
      return { name: usual };
  }
}

export function healthText(health: Health): string {
  switch (health) {
    case 'Critical':
      return t('Critical');
    case 'Warning':
      return t('Warning');
    case 'Normal':
      return t('Normal');
    case 'None':
      return t('Not applicable');
  }
}
