// What the tab of a read-only document says.
import { byId, nameOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { DocumentAddress } from './addresses.ts';

/** For the tab; its extension chooses the language. */
export function documentTitle(snapshot: LabSnapshot, address: DocumentAddress): string {
  switch (address.kind) {
    case 'item': {
      const item = byId(snapshot.vault.items, address.id);
      return `${item === undefined ? lastName(address.id) : nameOf(item)}.item.yaml`;
    }
    case 'plan':
      return `${lastName(address.id)}.recovery-plan.yaml`;
    case 'policy':
      return `${lastName(address.id)}.policy.yaml`;
    case 'job':
      return `${snapshot.vault.jobs.find(({ name }) => name === address.name)?.properties?.friendlyName ?? address.name}.job.yaml`;
    case 'event':
      return `${snapshot.vault.events.find(({ name }) => name === address.name)?.properties?.eventCode ?? address.name}.event.yaml`;
    case 'error':
      return `${address.code}.error.md`;
    case 'doctor':
      return 'surroundings.md';
  }
}

function lastName(id: string): string {
  return id.split('/').at(-1) ?? '';
}
