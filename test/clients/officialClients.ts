// Azure's own management clients, as their documentation opens them, with nothing but the lab's endpoint, certificate and credential.
import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import { RecoveryServicesClient } from '@azure/arm-recoveryservices';
import { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { ResourceManagementClient } from '@azure/arm-resources';
import { StorageManagementClient } from '@azure/arm-storage';
import { ClientSecretCredential } from '@azure/identity';
import { readFileSync } from 'node:fs';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';
import { Traffic } from './traffic.ts';

/** Any tenant will do: the lab has one authority. */
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const clientId = '1b730954-1685-4b74-9bfd-dac224a7b894';

export interface OfficialClients {
  readonly siteRecovery: SiteRecoveryManagementClient;
  readonly recoveryServices: RecoveryServicesClient;
  /** Of both, whose specification is here. */
  readonly traffic: Traffic;
  readonly compute: ComputeManagementClient;
  readonly storage: StorageManagementClient;
  readonly network: NetworkManagementClient;
  readonly resources: ResourceManagementClient;
}

export function officialClients(ready: Pick<ReadyLine, 'arm' | 'ca' | 'subscription'>): OfficialClients {
  const tlsOptions = { ca: readFileSync(ready.ca, 'utf8') };
  const credential = new ClientSecretCredential(tenantId, clientId, ready.arm.token, {
    authorityHost: ready.arm.url,
    disableInstanceDiscovery: true,
    tlsOptions,
  });
  const traffic = new Traffic();
  const options = { endpoint: ready.arm.url, tlsOptions, additionalPolicies: [{ policy: traffic.policy, position: 'perRetry' as const }] };
  return {
    siteRecovery: new SiteRecoveryManagementClient(credential, ready.subscription, options),
    recoveryServices: new RecoveryServicesClient(credential, ready.subscription, options),
    traffic,
    compute: new ComputeManagementClient(credential, ready.subscription, { endpoint: ready.arm.url, tlsOptions }),
    storage: new StorageManagementClient(credential, ready.subscription, { endpoint: ready.arm.url, tlsOptions }),
    network: new NetworkManagementClient(credential, ready.subscription, { endpoint: ready.arm.url, tlsOptions }),
    resources: new ResourceManagementClient(credential, ready.subscription, { endpoint: ready.arm.url, tlsOptions }),
  };
}
