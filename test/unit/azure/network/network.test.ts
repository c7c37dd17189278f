// Azure's networks: which subnet and which address a machine gets, and the connection that failback needs.
import { expect, test } from 'vitest';
import { chooseSubnet, type Subnet, type VirtualNetwork } from '../../../../emulator/azure/network/state.ts';
import { VirtualNetworks } from '../../../../emulator/azure/network/service.ts';
import { Store } from '../../../../emulator/kernel/store.ts';
import { testKernel } from '../../../support/kernel.ts';

const production: VirtualNetwork = {
  name: 'production',
  region: 'westeurope',
  addressPrefix: '10.1.0.0/16',
  subnets: [
    { name: 'web', addressPrefix: '10.1.1.0/24' },
    { name: 'database', addressPrefix: '10.1.2.0/29' },
  ],
};
const any = { ipAddress: null, fallBack: false };

function useNetworks(store = new Store(':memory:')) {
  const kernel = testKernel();
  const networks = new VirtualNetworks({ kernel, store });
  return { kernel, store, networks };
}

function withProduction() {
  const used = useNetworks();
  used.networks.create(production);
  return used;
}

test('a machine goes to the subnet with the configured name, else to the first alphabetically', () => {
  expect(chooseSubnet(production, 'web').name).toBe('web');
  expect(chooseSubnet(production, 'gone').name).toBe('database');
  expect(chooseSubnet(production, null).name).toBe('database');
});

test('addresses begin at the fifth of the subnet and end before its last', () => {
  const { networks } = withProduction();
  const place = { networkName: 'production', subnetName: 'database' };
  expect(['a', 'b', 'c'].map((nic) => networks.allocate(nic, place, any).ipAddress)).toEqual(['10.1.2.4', '10.1.2.5', '10.1.2.6']);
  expect(() => networks.allocate('d', place, any)).toThrow(expect.objectContaining({ code: 'SubnetFull' }));
  networks.release('b');
  expect(networks.allocate('d', place, any).ipAddress).toBe('10.1.2.5');
});

test('a fixed address that is taken fails a failover and gives a drill another one', () => {
  const { networks } = withProduction();
  const place = { networkName: 'production', subnetName: 'web' };
  expect(networks.allocate('vm', place, { ipAddress: '10.1.1.20', fallBack: false }).ipAddress).toBe('10.1.1.20');
  expect(() => networks.allocate('other', place, { ipAddress: '10.1.1.20', fallBack: false })).toThrow(expect.objectContaining({ code: 'AddressInUse' }));
  expect(networks.allocate('drill', place, { ipAddress: '10.1.1.20', fallBack: true }).ipAddress).toBe('10.1.1.4');
});

test('a card that has its address keeps it when it is asked for again', () => {
  const { networks } = withProduction();
  const place = { networkName: 'production', subnetName: 'web' };
  const first = networks.allocate('vm', place, any);
  expect(networks.allocate('vm', place, { ipAddress: '10.1.1.99', fallBack: false })).toEqual(first);
  expect(networks.allocations()).toEqual([first]);
});

test.each([['10.1.1.0'], ['10.1.1.3'], ['10.1.1.255'], ['10.2.0.4']])('the reserved or foreign address %s is refused', (ipAddress) => {
  const { networks } = withProduction();
  expect(() => networks.allocate('vm', { networkName: 'production', subnetName: 'web' }, { ipAddress, fallBack: false })).toThrow(
    expect.objectContaining({ code: 'AddressNotInSubnet' }),
  );
});

test('what is no address, no network or a bad subnet is refused by its code', () => {
  const { networks } = withProduction();
  expect(() => networks.allocate('vm', { networkName: 'production', subnetName: 'web' }, { ipAddress: '10.1.1.300', fallBack: false })).toThrow(
    expect.objectContaining({ code: 'AddressInvalid' }),
  );
  expect(() => networks.allocate('vm', { networkName: 'gone', subnetName: null }, any)).toThrow(expect.objectContaining({ code: '70038' }));
  expect(() => networks.create(production)).toThrow(expect.objectContaining({ code: 'NetworkExists' }));
  const make = (subnets: VirtualNetwork['subnets']) => () => networks.create({ ...production, name: 'new', subnets });
  expect(() => chooseSubnet({ ...production, subnets: [] }, null)).toThrow(expect.objectContaining({ code: 'SubnetInvalid' }));
  expect(make([{ name: 'a', addressPrefix: '10.2.0.0/24' }])).toThrow(expect.objectContaining({ code: 'SubnetInvalid' }));
  expect(
    make([
      { name: 'a', addressPrefix: '10.1.0.0/24' },
      { name: 'b', addressPrefix: '10.1.0.128/25' },
    ]),
  ).toThrow(expect.objectContaining({ code: 'SubnetInvalid' }));
  expect(make([{ name: 'a', addressPrefix: '10.1.0.1/24' }])).toThrow(expect.objectContaining({ code: 'AddressInvalid' }));
  expect(make([{ name: 'a', addressPrefix: '10.1.0.0/30' }])).toThrow(expect.objectContaining({ code: 'AddressInvalid' }));
});

test('a network in use stays until its addresses are released', () => {
  const { networks } = withProduction();
  networks.allocate('vm', { networkName: 'production', subnetName: null }, any);
  expect(() => networks.delete('production')).toThrow(expect.objectContaining({ code: 'NetworkInUse' }));
  networks.release('vm');
  networks.delete('production');
  expect(networks.subnets('production')).toBeUndefined();
});

test('the private connection opens the path to the site, also after a restart, and a cut path stays cut', () => {
  const { kernel, store, networks } = useNetworks();
  expect(kernel.network.get('site-to-site').state).toBe('absent');
  networks.connect('siteToSiteVpn');
  expect(kernel.network.get('site-to-site').state).toBe('up');
  kernel.network.set('site-to-site', { state: 'cut' });
  networks.connect('expressRoutePrivatePeering');
  expect(kernel.network.get('site-to-site').state).toBe('cut');
  const again = useNetworks(store);
  expect(again.kernel.network.get('site-to-site').state).toBe('up');
  expect(again.networks.privateConnection()).toBe('expressRoutePrivatePeering');
  again.networks.connect('none');
  expect(again.kernel.network.get('site-to-site').state).toBe('absent');
});

test('a network is changed only as far as the addresses given out in it allow', () => {
  const { networks } = withProduction();
  networks.allocate('vm', { networkName: 'production', subnetName: 'web' }, { ipAddress: '10.1.1.20', fallBack: false });
  const [web, database] = production.subnets as [Subnet, Subnet];
  const inUse = expect.objectContaining({ code: 'NetworkInUse' });
  expect(() => networks.put({ ...production, subnets: [database] })).toThrow(inUse);
  expect(() => networks.put({ ...production, subnets: [{ ...web, addressPrefix: '10.1.1.0/28' }, database] })).toThrow(inUse);
  networks.put({ ...production, furtherPrefixes: ['10.2.0.0/16'], subnets: [web, { name: 'far', addressPrefix: '10.2.1.0/24' }] });
  expect(networks.subnets('production')).toEqual(['web', 'far']);
  expect(() => networks.put({ ...production, furtherPrefixes: ['10.1.128.0/17'] })).toThrow(expect.objectContaining({ code: 'AddressInvalid' }));
});
