// What people call the places where a fault can be put: which component does what there.
import type { FaultPoint } from '../../emulator/contract/faults.ts';
import { t } from '../texts.ts';

export function faultPointName(point: FaultPoint): string {
  switch (point) {
    case 'agent.capture':
      return t('Mobility service captures a write');
    case 'agent.heartbeat':
      return t('Mobility service sends its heartbeat');
    case 'agent.quiesce':
      return t('Mobility service quiesces the applications');
    case 'agent.send':
      return t('Mobility service sends changes');
    case 'configserver.register':
      return t('Configuration server registers a component');
    case 'mastertarget.apply':
      return t('Master target writes changes to the disk');
    case 'mastertarget.attach':
      return t('Master target attaches disks');
    case 'processserver.accept':
      return t('Process server accepts changes');
    case 'processserver.discover':
      return t('Process server discovers machines');
    case 'processserver.heartbeat':
      return t('Process server sends its heartbeat');
    case 'processserver.push':
      return t('Process server installs the Mobility service');
    case 'processserver.upload':
      return t('Process server uploads changes');
    case 'target.apply':
      return t('Azure writes changes to the replica');
    case 'vault.failover':
      return t('Vault fails a machine over');
    case 'vault.report':
      return t('Configuration server reports to the vault');
    case 'vcenter.call':
      return t('vCenter answers a call');
    case 'vcenter.power':
      return t('vCenter changes the power state of a machine');
  }
}
