// vSphere's REST wire: `/api` with bare answers, and its older twin `/rest` with the same in `{"value": …}`.
import express, { Router, type Request, type Response } from 'express';
import { LabError } from '../../kernel/errors.ts';
import { basicCredentials, sessionHeader, sessionOf, sessionToken } from './authentication.ts';
import { parseDisk, parseFilter, parseNewVm, parsePowerAction, parseRegistration, passes, specOf, text, type Filter } from './requests.ts';
import type { ClusterRecord, VmRecord } from './inventory.ts';
import { VSphere, type VSphereDeps } from './service.ts';
import type { Session, Sessions } from './sessions.ts';
import * as wire from './wire.ts';

export interface RestOptions {
  readonly vSphere: VSphereDeps;
  readonly sessions: Sessions;
  readonly dialect: 'api' | 'rest';
}

/** More machines than this are only listed with a filter, as in vCenter. */
const listLimit = 4000;
const vmFilters = ['vms', 'names', 'folders', 'datacenters', 'hosts', 'clusters', 'resource_pools', 'power_states'];

export function restRoutes(options: RestOptions): Router {
  const router = Router();
  router.use(express.json({ limit: '1mb', strict: false }));
  sessionRoutes(router, options);
  inventoryRoutes(router, options);
  vmRoutes(router, options);
  hardwareRoutes(router, options);
  guestRoutes(router, options);
  return router;
}

function sessionRoutes(router: Router, { sessions, dialect }: RestOptions): void {
  const path = dialect === 'api' ? '/session' : '/com/vmware/cis/session';
  const describe = ({ account, createdMs, lastAccessedMs }: Session): object => {
    const [created, accessed] = [createdMs, lastAccessedMs].map((ms) => new Date(ms).toISOString());
    return dialect === 'api'
      ? { user: account.userName, created_time: created, last_accessed_time: accessed }
      : { value: { user: account.userName, created_time: created, last_accessed_time: accessed } };
  };
  router.post(path, (request, response) => {
    if (request.query['~action'] === 'get') return void response.json(describe(sessionOf(request, sessions)));
    const { token } = sessions.login(basicCredentials(request));
    response.setHeader(sessionHeader, token).cookie(sessionHeader, token, { path: '/', secure: true, httpOnly: true });
    if (dialect === 'api') response.status(201).json(token);
    else response.json({ value: token });
  });
  router.get(path, (request, response) => void response.json(describe(sessionOf(request, sessions))));
  router.delete(path, (request, response) => {
    sessionOf(request, sessions);
    sessions.logout(sessionToken(request) ?? '');
    response.status(dialect === 'api' ? 204 : 200).end();
  });
}

function inventoryRoutes(router: Router, options: RestOptions): void {
  const named = { names: ({ name }: { name: string }) => name };
  const list = <T extends { id: string; name: string }>(
    kind: string,
    read: (vSphere: VSphere) => T[],
    shape: { format: (entry: T) => object; more?: Record<string, (entry: T) => string> },
  ): void => {
    const { format, more = {} } = shape;
    const filters: Record<string, (entry: T) => string> = { ...named, [`${kind.replace('-', '_')}s`]: ({ id }) => id, ...more };
    router.get(`/vcenter/${kind}`, (request, response) => {
      const filter = parseFilter(request.query, Object.keys(filters));
      const found = read(as(request, options)).filter((entry) => Object.entries(filters).every(([name, value]) => passes(filter, name, value(entry))));
      answer(response, options, found.map(format));
    });
  };
  list('datacenter', (vSphere) => vSphere.datacenters(), { format: wire.datacenterSummary });
  list('cluster', (vSphere) => vSphere.clusters(), { format: wire.clusterSummary });
  list('host', (vSphere) => vSphere.hosts(), { format: wire.hostSummary, more: { connection_states: ({ connection }) => connection } });
  list('datastore', (vSphere) => vSphere.datastores(), { format: wire.datastoreSummary, more: { types: ({ type }) => type } });
  list('network', (vSphere) => vSphere.networks(), { format: wire.networkSummary });
  list('folder', (vSphere) => vSphere.folders(), { format: wire.folderSummary, more: { type: ({ type }) => type } });
  const resourcePools = (vSphere: VSphere): ClusterRecord[] =>
    vSphere.clusters().map((cluster) => ({ ...cluster, id: cluster.resourcePoolId, name: 'Resources' }));
  list('resource-pool', resourcePools, { format: wire.resourcePoolSummary });
  router.get('/vcenter/datastore/:datastore', (request, response) => {
    const found = as(request, options)
      .datastores()
      .find(({ id }) => id === request.params.datastore);
    if (found === undefined) throw new LabError('NotFound', `datastore ${request.params.datastore}`);
    answer(response, options, wire.datastoreDetails(found));
  });
}

function vmRoutes(router: Router, options: RestOptions): void {
  const base = '/vcenter/vm';
  router.get(base, (request, response) => {
    const filter = parseFilter(request.query, vmFilters);
    const vSphere = as(request, options);
    const found = vSphere.vms().filter((vm) => matches(vm, filter, vSphere));
    if (found.length > listLimit && filter.size === 0)
      throw new LabError('VSphereUnableToAllocateResource', `${found.length} machines; name a filter to list more than ${listLimit}.`);
    answer(response, options, found.map(wire.vmSummary));
  });
  router.post(base, async (request, response) => {
    const vSphere = as(request, options);
    const action = request.query['action'] ?? request.query['~action'];
    if (action !== undefined && action !== 'register')
      throw new LabError('VSphereUnsupported', `action=${JSON.stringify(action)} on machines; known is register.`);
    const { vmxFile, options: placement } = action === 'register' ? parseRegistration(request.body, vSphere) : { vmxFile: undefined, options: {} };
    const { id } = vmxFile === undefined ? await vSphere.createVm(parseNewVm(request.body, vSphere)) : await vSphere.registerVm(vmxFile, placement);
    answerMade(response, options, id);
  });
  router.get(`${base}/:vm`, (request, response) => {
    const vSphere = as(request, options);
    const details = wire.vmDetails(vSphere.vm(request.params.vm), vSphere.networks());
    answer(response, options, options.dialect === 'api' ? details : wire.withKeyedLists(details));
  });
  router.post(`${base}/:vm`, async (request, response) => {
    if ((request.query['action'] ?? request.query['~action']) !== 'unregister')
      throw new LabError('VSphereUnsupported', 'The action on a machine is unregister.');
    await as(request, options).removeVm(request.params.vm, { keepFiles: true });
    answer(response, options);
  });
  router.delete(`${base}/:vm`, async (request, response) => {
    await as(request, options).removeVm(request.params.vm, { keepFiles: false });
    answer(response, options);
  });
  router.get(`${base}/:vm/power`, (request, response) => answer(response, options, wire.powerDetails(as(request, options).vm(request.params.vm))));
  // `/rest` puts the action into the path.
  router.post([`${base}/:vm/power`, `${base}/:vm/power/:action`], async (request: Request, response) => {
    await as(request, options).power(String(request.params['vm']), parsePowerAction(request.params['action'] ?? request.query['action']));
    answer(response, options);
  });
  // DEVIATION: snapshots are on SOAP alone in vSphere; the components here speak REST only.
  router.get(`${base}/:vm/snapshots`, (request, response) =>
    answer(response, options, as(request, options).vm(request.params.vm).snapshots.map(wire.snapshotSummary)),
  );
  router.post(`${base}/:vm/snapshots`, async (request, response) => {
    const spec = specOf(request.body);
    const { id } = await as(request, options).takeSnapshot(request.params.vm, { name: text(spec, 'name'), quiesce: spec['quiesce'] === true });
    answerMade(response, options, id);
  });
  router.delete(`${base}/:vm/snapshots/:snapshot`, async (request, response) => {
    await as(request, options).removeSnapshot(request.params.vm, request.params.snapshot);
    answer(response, options);
  });
}

function hardwareRoutes(router: Router, options: RestOptions): void {
  const base = '/vcenter/vm/:vm/hardware';
  const part = (name: string, read: (vm: VmRecord, vSphere: VSphere) => unknown): void => {
    router.get(`${base}/${name}`, (request: Request, response) => {
      const vSphere = as(request, options);
      answer(response, options, read(vSphere.vm(String(request.params['vm'])), vSphere));
    });
  };
  part('cpu', (vm) => wire.vmDetails(vm, [])['cpu']);
  part('memory', (vm) => wire.vmDetails(vm, [])['memory']);
  part('boot', (vm) => wire.vmDetails(vm, [])['boot']);
  part('disk', (vm) => vm.disks.map(({ key }) => ({ disk: String(key) })));
  part('ethernet', (vm) => vm.nics.map(({ key }) => ({ nic: String(key) })));
  router.get(`${base}/ethernet/:nic`, (request, response) => {
    const vSphere = as(request, options);
    const vm = vSphere.vm(request.params.vm);
    const nic = vm.nics.find(({ key }) => String(key) === request.params.nic);
    if (nic === undefined) throw new LabError('NotFound', `nic ${request.params.nic} of ${vm.name}`);
    answer(response, options, wire.nicDetails(nic, vSphere.networks(), vm));
  });
  router.get(`${base}/disk/:disk`, (request, response) => {
    const vm = as(request, options).vm(request.params.vm);
    const disk = vm.disks.find(({ key }) => String(key) === request.params.disk);
    if (disk === undefined) throw new LabError('NotFound', `disk ${request.params.disk} of ${vm.name}`);
    answer(response, options, wire.diskDetails(disk));
  });
  router.post(`${base}/disk`, async (request, response) => {
    const { key } = await as(request, options).addDisk(request.params.vm, parseDisk(specOf(request.body)));
    answerMade(response, options, String(key));
  });
  router.delete(`${base}/disk/:disk`, async (request, response) => {
    await as(request, options).removeDisk(request.params.vm, Number(request.params.disk));
    answer(response, options);
  });
}

function guestRoutes(router: Router, options: RestOptions): void {
  const base = '/vcenter/vm/:vm';
  const inside = (name: string, read: (vm: VmRecord) => unknown): void => {
    router.get(`${base}/guest/${name}`, (request: Request, response) => {
      const vm = as(request, options).vm(String(request.params['vm']));
      if (vm.power !== 'POWERED_ON' || !vm.guest.toolsRunning) throw new LabError('VSphereServiceUnavailable', vm.name);
      answer(response, options, read(vm));
    });
  };
  inside('identity', wire.guestIdentity);
  inside('networking/interfaces', wire.guestInterfaces);
  inside('local-filesystem', wire.guestFileSystems);
  router.get(`${base}/guest/conditions`, (request, response) => answer(response, options, wire.guestConditionsOf(as(request, options).vm(request.params.vm))));
  router.get(`${base}/tools`, (request, response) => answer(response, options, wire.toolsDetails(as(request, options).vm(request.params.vm))));
  router.get(`${base}/guest/power`, (request, response) => {
    const vm = as(request, options).vm(request.params.vm);
    answer(response, options, {
      state: vm.power === 'POWERED_ON' && vm.guest.toolsRunning ? 'RUNNING' : 'NOT_RUNNING',
      operations_ready: vm.power === 'POWERED_ON',
    });
  });
  router.post(`${base}/guest/power`, (request, response) => {
    const action = request.query['action'];
    if (action !== 'shutdown') throw new LabError('VSphereUnsupported', `The guest's power action is shutdown, not ${JSON.stringify(action)}.`);
    as(request, options).shutDownGuest(request.params.vm);
    answer(response, options);
  });
}

function as(request: Request, { vSphere, sessions }: RestOptions): VSphere {
  return new VSphere(vSphere, sessionOf(request, sessions).account);
}

function matches(vm: VmRecord, filter: Filter, vSphere: VSphere): boolean {
  const properties = { vms: [vm.id], names: [vm.name], folders: [vm.folderId], hosts: [vm.hostId], power_states: [vm.power] };
  const above = {
    datacenters: vSphere.datacenters().map(({ id }) => id),
    clusters: vSphere.clusters().map(({ id }) => id),
    resource_pools: vSphere.clusters().map(({ resourcePoolId }) => resourcePoolId),
  };
  return Object.entries({ ...properties, ...above }).every(([name, values]) => passes(filter, name, ...values));
}

/** The id of something new. */
function answerMade(response: Response, options: RestOptions, id: string): void {
  if (options.dialect === 'api') response.status(201);
  answer(response, options, id);
}

/** `/rest` wraps the body and has no status but 200. */
function answer(response: Response, { dialect }: RestOptions, body?: unknown): void {
  if (body === undefined) response.status(dialect === 'api' ? 204 : 200).end();
  else response.json(dialect === 'api' ? body : { value: body });
}
