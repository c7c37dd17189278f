// Operations on a vault and its fabrics: everything around protected items and recovery plans.
import type { ArmOperation } from '../protocol/operation.ts';
import { alertSettingOperations } from './alertSettings.ts';
import { eventOperations } from './events.ts';
import { fabricOperations } from './fabrics.ts';
import { jobOperations } from './jobs.ts';
import { mappingOperations } from './mappings.ts';
import { otherArchitectureOperations } from './otherArchitectures.ts';
import { policyOperations } from './policies.ts';
import { protectableItemOperations } from './protectableItems.ts';
import { protectionContainerOperations } from './protectionContainers.ts';
import { recoveryServicesProviderOperations } from './recoveryServicesProviders.ts';
import type { DefineOperation } from './siteRecovery.ts';
import { supportedOperatingSystemOperations } from './supportedOperatingSystems.ts';
import { vCenterOperations } from './vCenters.ts';
import { vaultHealthOperations } from './vaultHealth.ts';
import { vaultSettingOperations } from './vaultSettings.ts';

export function vaultOperations(define: DefineOperation): ArmOperation[] {
  return [
    policyOperations,
    fabricOperations,
    recoveryServicesProviderOperations,
    vCenterOperations,
    protectionContainerOperations,
    mappingOperations,
    protectableItemOperations,
    jobOperations,
    eventOperations,
    alertSettingOperations,
    vaultHealthOperations,
    vaultSettingOperations,
    supportedOperatingSystemOperations,
    otherArchitectureOperations,
  ].flatMap((operations) => operations(define));
}
