// Reads what is asked of a network card: `VMNicInputDetails`, and its flat form of before 2021 (arm-contract §6.4).
import type { NicChange } from '../../../vault/items/nics.ts';
import type { NicPlaceOptions } from '../../../vault/items/state.ts';
import type { Body } from '../../protocol/body.ts';
import { defined } from './azureOptions.ts';

const selectionTypes = ['SelectedByUser', 'SelectedByUserOverride', 'NotSelected'] as const;
const truth = ['true', 'false'] as const;

/** Of several IP configurations the primary one counts: a card has one address in the lab. */
export function nicChange(nic: Body): NicChange {
  const configs = nic.parts('ipConfigs');
  const primary = configs.find((config) => flag(config, 'isPrimary') === true) ?? configs[0];
  const selected = flag(primary, 'isSeletedForFailover');
  return {
    nicId: nic.text('nicId'),
    ...defined({
      selection:
        nic.optionalWord('selectionType', selectionTypes) ??
        (selected === undefined ? undefined : selected ? ('SelectedByUser' as const) : ('NotSelected' as const)),
      subnetName: given(cleared(primary, 'recoverySubnetName'), cleared(nic, 'recoveryVMSubnetName')),
      ipAddress: given(cleared(primary, 'recoveryStaticIPAddress'), cleared(nic, 'replicaNicStaticIPAddress')),
      testSubnetName: cleared(primary, 'tfoSubnetName'),
      testIpAddress: cleared(primary, 'tfoStaticIPAddress'),
      targetNicName: cleared(nic, 'targetNicName'),
    }),
    options: { recovery: recoveryOptions(nic, primary), test: testOptions(nic, primary) },
  };
}

function recoveryOptions(nic: Body, config: Body | undefined): NicPlaceOptions {
  return defined({
    networkSecurityGroupId: cleared(nic, 'recoveryNetworkSecurityGroupId'),
    acceleratedNetworking: flag(nic, 'enableAcceleratedNetworkingOnRecovery'),
    nicName: cleared(nic, 'recoveryNicName'),
    nicResourceGroupName: cleared(nic, 'recoveryNicResourceGroupName'),
    reuseExistingNic: flag(nic, 'reuseExistingNic'),
    publicIPAddressId: cleared(config, 'recoveryPublicIPAddressId'),
    backendAddressPoolIds: config?.has('recoveryLBBackendAddressPoolIds') === true ? config.texts('recoveryLBBackendAddressPoolIds') : undefined,
  });
}

function testOptions(nic: Body, config: Body | undefined): NicPlaceOptions {
  return defined({
    networkSecurityGroupId: cleared(nic, 'tfoNetworkSecurityGroupId'),
    acceleratedNetworking: flag(nic, 'enableAcceleratedNetworkingOnTfo'),
    nicName: cleared(nic, 'tfoNicName'),
    nicResourceGroupName: cleared(nic, 'tfoNicResourceGroupName'),
    reuseExistingNic: flag(nic, 'tfoReuseExistingNic'),
    publicIPAddressId: cleared(config, 'tfoPublicIPAddressId'),
    backendAddressPoolIds: config?.has('tfoLBBackendAddressPoolIds') === true ? config.texts('tfoLBBackendAddressPoolIds') : undefined,
  });
}

function flag(body: Body | undefined, name: string): boolean | undefined {
  const word = body?.optionalWord(name, truth);
  return word === undefined ? undefined : word === 'true';
}

/** An empty text clears; undefined when there is none. */
function cleared(body: Body | undefined, name: string): string | null | undefined {
  const text = body?.optionalText(name);
  return text === '' ? null : text;
}

function given<T>(first: T | undefined, second: T | undefined): T | undefined {
  return first === undefined ? second : first;
}
