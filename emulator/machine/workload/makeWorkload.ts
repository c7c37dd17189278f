// From the settings in a scenario to the program that runs in a guest.
import type { Kernel } from '../../kernel/kernel.ts';
import { FileChurn, type FileChurnSettings } from './fileChurn.ts';
import { Ledger, type LedgerSettings } from './ledger.ts';
import { LogWriter, type LogWriterSettings } from './logWriter.ts';
import type { Workload } from './workload.ts';

export type WorkloadSettings = LedgerSettings | LogWriterSettings | FileChurnSettings;

export function makeWorkload(kernel: Pick<Kernel, 'clock' | 'random'>, settings: WorkloadSettings): Workload {
  switch (settings.kind) {
    case 'ledger':
      return new Ledger(kernel, settings);
    case 'logWriter':
      return new LogWriter(kernel, settings);
    case 'fileChurn':
      return new FileChurn(kernel, settings);
  }
}
