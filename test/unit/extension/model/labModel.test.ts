// The model follows the feed: what the news names is read, the rest stays the same objects.
import { expect, test } from 'vitest';
import type { ControlEvent } from '../../../../emulator/contract/control.ts';
import type { LabStatus } from '../../../../emulator/contract/resources.ts';
import type { ControlClient } from '../../../../extension/client/controlClient.ts';
import type { VaultClient } from '../../../../extension/client/vaultClient.ts';
import { LabModel } from '../../../../extension/model/labModel.ts';
import { item, itemId, job } from '../tree/estate.ts';

const status = {
  machines: [{ machineId: 'm1', name: 'WEB01', item: null }],
  links: [],
  roles: [],
  faults: [],
  hosts: [],
  healthErrors: [],
} as unknown as LabStatus;

/** A vault that counts what is asked of it, and a feed that the test writes. */
class Estate {
  readonly asked: string[] = [];
  readonly model = new LabModel('/lab', { log: { warn: (message) => void this.warnings.push(message) } });
  readonly warnings: string[] = [];
  readonly #stop = new AbortController();
  #wake: (event: ControlEvent) => void = () => undefined;

  open(): void {
    const list =
      (name: string, value: unknown[] = []) =>
      async () => {
        this.asked.push(name);
        return value;
      };
    const correlated = [item('A'), item('B')].map((one) => ({ ...one, properties: { ...one.properties, eventCorrelationId: `lab-${one.name ?? ''}` } }));
    const vault = {
      protectedItems: list('items', correlated),
      protectedItem: async (id: string) => {
        this.asked.push(`item ${id.split('/').at(-1) ?? ''}`);
        return { ...item('A', { rpoInSeconds: 900 }), id };
      },
      protectableItems: list('protectableItems'),
      recoveryPlans: list('plans'),
      policies: list('policies'),
      mappings: list('mappings'),
      fabrics: list('fabrics'),
      vCenters: list('vCenters'),
      jobs: list('jobs', [job('one', 'A')]),
      job: async (name: string) => {
        this.asked.push(`job ${name}`);
        return job(name, 'A', { tasks: [{ taskId: '1', friendlyName: 'Check' }] });
      },
      events: async () => {
        throw new Error('not now');
      },
      virtualMachines: list('virtualMachines'),
    } as unknown as VaultClient;
    const tell = (event: ControlEvent): void => this.#wake(event);
    const events = async function* (this: Estate): AsyncGenerator<ControlEvent> {
      yield { kind: 'hello', clock: { timeMs: 1000, speed: 1 } };
      while (!this.#stop.signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<ControlEvent>();
        this.#wake = resolve;
        yield await promise;
      }
    }.bind(this);
    this.tell = tell;
    const control = { call: async () => status, events } as unknown as ControlClient;
    void this.model.follow({ control, vault }, this.#stop.signal);
  }

  tell: (event: ControlEvent) => void = () => undefined;
}

async function opened(): Promise<Estate> {
  const estate = new Estate();
  estate.open();
  await expect.poll(() => estate.model.snapshot.vault.items.length).toBe(2);
  estate.asked.length = 0;
  return estate;
}

test('news of an item reads that item only; the others stay the same objects', async () => {
  const { model, asked, tell } = await opened();
  const [, other] = model.snapshot.vault.items;
  tell({ kind: 'item', item: { itemId: 'lab-A' } as never });
  await expect.poll(() => asked).toEqual(['item A']);
  await expect.poll(() => model.snapshot.vault.items[0]?.properties?.providerSpecificDetails).toMatchObject({ rpoInSeconds: 900 });
  expect(model.snapshot.vault.items[0]?.id).toBe(itemId('A'));
  expect(model.snapshot.vault.items[1]).toBe(other);
});

test('an item that is not known yet asks for the list', async () => {
  const { asked, tell } = await opened();
  tell({ kind: 'item', item: { itemId: 'lab-NEW' } as never });
  await expect.poll(() => asked).toEqual(['items']);
});

test('news of a link is shown without asking anybody', async () => {
  const { model, asked, tell } = await opened();
  tell({ kind: 'site', site: { ...status, links: [{ path: 'site-to-site', state: 'cut', bandwidthBps: 0, latencyMs: 0, carriedBytes: 0 }] } });
  await expect.poll(() => model.snapshot.lab?.links[0]?.state).toBe('cut');
  tell({
    kind: 'site',
    site: { ...status, roles: [{ role: 'processserver', name: 'PS01', url: null, state: 'stopped', health: 'Critical', lastHeartbeatMs: 0 }] },
  });
  // What a server's state changes is read, and nothing was before.
  await expect.poll(() => asked.toSorted()).toEqual(['fabrics', 'vCenters']);
});

test('a machine that runs its programs on, or is switched off at the site, is nothing new to Azure', async () => {
  const { model, asked, tell } = await opened();
  const machine = { machineId: 'm1', name: 'WEB01', platform: 'VmWare', item: null, poweredOn: false, workloads: ['orders'] };
  tell({ kind: 'machine', machine: { ...machine, ipAddresses: ['10.0.0.4'] } as never });
  await expect.poll(() => asked).toEqual(['protectableItems']);
  tell({ kind: 'machine', machine: { ...machine, ipAddresses: ['10.0.0.4'], poweredOn: true, workloads: [] } as never });
  await expect.poll(() => model.snapshot.lab?.machines[0]?.poweredOn).toBe(true);
  tell({ kind: 'machine', machine: { machineId: 'm2', name: 'WEB02', platform: 'Azure', item: null } as never });
  await expect.poll(() => model.snapshot.lab?.machines.length).toBe(2);
  await expect.poll(() => asked).toEqual(['protectableItems', 'virtualMachines']);
});

test('whoever waits for a job sees its item as the job has left it', async () => {
  const { model, tell } = await opened();
  tell({ kind: 'job', job: { jobId: 'one', kind: 'TestFailover', subject: 'A', endedMs: 5 } as never });
  await expect.poll(() => model.snapshot.runningJobs.size).toBe(0);
  await model.caughtUp();
  expect(model.snapshot.vault.items[0]?.properties?.providerSpecificDetails).toMatchObject({ rpoInSeconds: 900 });
});

test('a job is read with its tasks, and keeps them when the list comes without', async () => {
  const { model, asked, tell } = await opened();
  tell({ kind: 'job', job: { jobId: 'one', kind: 'TestFailover', endedMs: 5 } as never });
  await expect.poll(() => model.snapshot.vault.jobs[0]?.properties?.tasks).toHaveLength(1);
  expect(asked).toContain('job one');
  await model.refresh(['jobs']);
  expect(model.snapshot.vault.jobs[0]?.properties?.tasks).toHaveLength(1);
});

test('one answer that fails spoils no other', async () => {
  const { model, warnings } = await opened();
  expect(warnings).toEqual(['Reading events: not now']);
  expect(model.snapshot.vault.jobs).toHaveLength(1);
});
