// How many there are, in words: one is not many.
import { t } from './texts.ts';

export function machinesText(count: number): string {
  return count === 1 ? t('1 machine') : t('{0} machines', count);
}

export function virtualMachinesText(count: number): string {
  return count === 1 ? t('1 virtual machine') : t('{0} virtual machines', count);
}

export function replicatedItemsText(count: number): string {
  return count === 1 ? t('1 replicated item') : t('{0} replicated items', count);
}

export function runningJobsText(count: number): string {
  return count === 1 ? t('1 job running') : t('{0} jobs running', count);
}

export function moreMachinesText(count: number): string {
  return count === 1 ? t('1 more machine') : t('{0} more machines', count);
}

export function timesText(count: number): string {
  return count === 1 ? t('once') : t('{0} times', count);
}

export function daysText(count: number): string {
  return count === 1 ? t('1 day') : t('{0} days', count);
}

/** What a size of Azure VMs offers: `2 cores, 8 GiB, 4 data disks`. */
export function machineSizeText({ cores, memoryGib, dataDisks }: { readonly cores: number; readonly memoryGib: number; readonly dataDisks: number }): string {
  return [cores === 1 ? t('1 core') : t('{0} cores', cores), t('{0} GiB', memoryGib), dataDisks === 1 ? t('1 data disk') : t('{0} data disks', dataDisks)].join(
    ', ',
  );
}
