// What people call the network paths of the product (asr-behaviour §1.2): who talks to whom.
import type { NetworkPath } from '../../emulator/contract/faults.ts';
import { t } from '../texts.ts';

export function linkName(path: NetworkPath): string {
  switch (path) {
    case 'configserver-vault':
      return t('Configuration server → vault');
    case 'machine-configserver':
      return t('Machine → configuration server');
    case 'machine-machine':
      return t('Machine ↔ machine');
    case 'machine-processserver':
      return t('Machine → process server');
    case 'processserver-configserver':
      return t('Process server → configuration server');
    case 'processserver-mastertarget':
      return t('Process server → master target');
    case 'processserver-storage':
      return t('Process server → storage');
    case 'processserver-vault':
      return t('Process server → vault');
    case 'processserver-vcenter':
      return t('Process server → vCenter');
    case 'mastertarget-configserver':
      return t('Master target → configuration server');
    case 'mastertarget-vcenter':
      return t('Master target → vCenter');
    case 'site-to-site':
      return t('Site-to-site connection');
  }
}
