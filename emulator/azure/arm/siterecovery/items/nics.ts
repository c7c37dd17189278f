// Network cards of an item: what the source has, and where each goes in failovers and drills (arm-contract §5.9).
import { nicsOf } from '../../../vault/items/nics.ts';
import type { NicPlaceOptions, NicSettings } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import type { ItemReader } from './itemReader.ts';

/** Cards of a machine that replicates to Azure. */
export function forwardNics(reader: ItemReader, item: ItemView): unknown[] {
  const { target } = item.forward;
  const recoveryNetworkId = reader.places.network(target.networkName);
  const testNetworkId = reader.places.network(target.testNetworkName);
  return nicSettings(reader, item).map((nic, place) => {
    const selected = nic.selection !== 'NotSelected';
    return nicDetails({
      nicId: nic.nicId,
      networkName: nic.sourceNetwork,
      recoveryNetworkId: selected ? recoveryNetworkId : null,
      testNetworkId: selected ? testNetworkId : null,
      selectionType: nic.selection,
      targetNicName: nic.targetNicName,
      recovery: nic.options?.recovery ?? {},
      test: nic.options?.test ?? {},
      ipConfig: {
        // The source has no subnets; the service shows the one that the card goes to.
        subnetName: nic.subnetName,
        staticIPAddress: null,
        isSelected: selected,
        isPrimary: place === 0,
        recoverySubnetName: nic.subnetName,
        recoveryStaticIPAddress: nic.ipAddress,
        testSubnetName: nic.testSubnetName,
        testStaticIPAddress: nic.testIpAddress,
      },
    });
  });
}

/** Cards of the machine in Azure, which go nowhere: a failback leaves them behind. */
export function reverseNics(reader: ItemReader, item: ItemView): unknown[] {
  return (reader.azureMachine(item)?.nics ?? []).map(({ nicId, network }, place) => {
    const [networkName = '', subnetName = null] = network.split('/');
    return nicDetails({
      nicId: nicId.toUpperCase(),
      networkName,
      recoveryNetworkId: null,
      testNetworkId: null,
      selectionType: 'NotSelected',
      targetNicName: null,
      recovery: {},
      test: {},
      ipConfig: {
        subnetName,
        staticIPAddress: null,
        isSelected: false,
        isPrimary: place === 0,
        recoverySubnetName: '',
        recoveryStaticIPAddress: '',
        testSubnetName: null,
        testStaticIPAddress: null,
      },
    });
  });
}

/** Items of before cards were kept one by one have what discovery sees. */
export function nicSettings(reader: ItemReader, item: ItemView): readonly NicSettings[] {
  const { target } = item.forward;
  if (target.nics !== undefined) return target.nics;
  const home = reader.home(item);
  return home === undefined ? [] : nicsOf(home, target);
}

interface ShownNic {
  readonly nicId: string;
  readonly networkName: string;
  readonly recoveryNetworkId: string | null;
  readonly testNetworkId: string | null;
  readonly selectionType: NicSettings['selection'];
  readonly targetNicName: string | null;
  readonly recovery: NicPlaceOptions;
  readonly test: NicPlaceOptions;
  readonly ipConfig: {
    readonly subnetName: string | null;
    readonly staticIPAddress: string | null;
    readonly isSelected: boolean;
    readonly isPrimary: boolean;
    readonly recoverySubnetName: string | null;
    readonly recoveryStaticIPAddress: string | null;
    readonly testSubnetName: string | null;
    readonly testStaticIPAddress: string | null;
  };
}

function nicDetails(nic: ShownNic): unknown {
  const { recovery, test } = nic;
  return {
    nicId: nic.nicId,
    replicaNicId: null,
    sourceNicArmId: null,
    vMNetworkName: nic.networkName,
    recoveryVMNetworkId: nic.recoveryNetworkId,
    ipConfigs: [ipConfigDetails(nic)],
    selectionType: nic.selectionType,
    recoveryNetworkSecurityGroupId: recovery.networkSecurityGroupId ?? null,
    enableAcceleratedNetworkingOnRecovery: recovery.acceleratedNetworking ?? false,
    tfoVMNetworkId: nic.testNetworkId,
    tfoNetworkSecurityGroupId: test.networkSecurityGroupId ?? null,
    enableAcceleratedNetworkingOnTfo: test.acceleratedNetworking ?? false,
    recoveryNicName: recovery.nicName ?? null,
    recoveryNicResourceGroupName: recovery.nicResourceGroupName ?? null,
    reuseExistingNic: recovery.reuseExistingNic ?? false,
    tfoRecoveryNicName: test.nicName ?? null,
    tfoRecoveryNicResourceGroupName: test.nicResourceGroupName ?? null,
    tfoReuseExistingNic: test.reuseExistingNic ?? false,
    targetNicName: nic.targetNicName,
  };
}

function ipConfigDetails({ ipConfig, recovery, test }: ShownNic): unknown {
  const { recoveryStaticIPAddress } = ipConfig;
  return {
    name: 'ipConfig1',
    isPrimary: ipConfig.isPrimary,
    subnetName: ipConfig.subnetName,
    staticIPAddress: ipConfig.staticIPAddress,
    ipAddressType: 'Dynamic',
    isSeletedForFailover: ipConfig.isSelected,
    recoverySubnetName: ipConfig.recoverySubnetName,
    recoveryStaticIPAddress,
    recoveryIPAddressType: recoveryStaticIPAddress === null || recoveryStaticIPAddress === '' ? 'Dynamic' : 'Static',
    recoveryPublicIPAddressId: recovery.publicIPAddressId ?? null,
    recoveryLBBackendAddressPoolIds: recovery.backendAddressPoolIds ?? [],
    tfoSubnetName: ipConfig.testSubnetName,
    tfoStaticIPAddress: ipConfig.testStaticIPAddress,
    tfoPublicIPAddressId: test.publicIPAddressId ?? null,
    tfoLBBackendAddressPoolIds: test.backendAddressPoolIds ?? [],
  };
}
