// Network cards of an item: what the source has, and where each goes in failovers and drills (arm-contract §5.9).
import { nicsOf } from '../../../vault/items/nics.ts';
import type { NicSettings } from '../../../vault/items/state.ts';
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
  const { ipConfig } = nic;
  return {
    nicId: nic.nicId,
    replicaNicId: null,
    sourceNicArmId: null,
    vMNetworkName: nic.networkName,
    recoveryVMNetworkId: nic.recoveryNetworkId,
    ipConfigs: [
      {
        name: 'ipConfig1',
        isPrimary: ipConfig.isPrimary,
        subnetName: ipConfig.subnetName,
        staticIPAddress: ipConfig.staticIPAddress,
        ipAddressType: 'Dynamic',
        isSeletedForFailover: ipConfig.isSelected,
        recoverySubnetName: ipConfig.recoverySubnetName,
        recoveryStaticIPAddress: ipConfig.recoveryStaticIPAddress,
        recoveryIPAddressType: ipConfig.recoveryStaticIPAddress === null || ipConfig.recoveryStaticIPAddress === '' ? 'Dynamic' : 'Static',
        recoveryPublicIPAddressId: null,
        recoveryLBBackendAddressPoolIds: [],
        tfoSubnetName: ipConfig.testSubnetName,
        tfoStaticIPAddress: ipConfig.testStaticIPAddress,
        tfoPublicIPAddressId: null,
        tfoLBBackendAddressPoolIds: [],
      },
    ],
    selectionType: nic.selectionType,
    recoveryNetworkSecurityGroupId: null,
    enableAcceleratedNetworkingOnRecovery: false,
    tfoVMNetworkId: nic.testNetworkId,
    tfoNetworkSecurityGroupId: null,
    enableAcceleratedNetworkingOnTfo: false,
    recoveryNicName: null,
    recoveryNicResourceGroupName: null,
    reuseExistingNic: false,
    tfoRecoveryNicName: null,
    tfoRecoveryNicResourceGroupName: null,
    tfoReuseExistingNic: false,
    targetNicName: nic.targetNicName,
  };
}
