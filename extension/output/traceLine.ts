// One event of a component as a line of its log: lab time first, then the event in words, then its figures.
import { t } from '../texts.ts';

export interface TraceEvent {
  readonly timeMs: number;
  readonly role: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The component that an event belongs to, as its channel is called. */
export function componentOf(role: string): string {
  switch (role) {
    case 'configserver':
      return t('Configuration Server');
    case 'processserver':
      return t('Process Server');
    case 'mastertarget':
      return t('Master Target');
    case 'agent':
    case 'machine':
    case 'disk':
      return t('Mobility Service');
    case 'vcenter':
      return t('vCenter');
    case 'vault':
    case 'jobs':
    case 'arm':
      return t('Recovery Services Vault');
    case 'storage':
    case 'target':
      return t('Storage');
    case 'compute':
    case 'network':
      return t('Azure');
    default:
      return t('Lab');
  }
}

/** Values of these fields open doors. */
const secret = /token|password|passphrase|secret|key$/i;

export function traceLine({ timeMs, role, event, ...fields }: TraceEvent): string {
  const time = new Date(timeMs).toISOString().slice(0, 23).replace('T', ' ');
  const figures = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${secret.test(name) ? '***' : valueText(value)}`);
  return [`${time} [${role}] ${event}`, ...figures].join(' ');
}

export function levelOf({ event, severity, state }: TraceEvent): LogLevel {
  if (event === 'unexpected' || severity === 'Critical' || event === 'died') return 'error';
  if (/Failed$|^corrupt|Corrupt$|Delayed$|interrupted|Unreachable$/.test(event) || severity === 'Warning' || state === 'Failed') return 'warn';
  return event === 'applied' || event === 'mark' ? 'debug' : 'info';
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return /\s/.test(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}
