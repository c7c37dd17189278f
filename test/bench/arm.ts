// The vault's front with many clients and many protected items: what a list and a get take, and what one more item costs.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Records } from '../../emulator/azure/vault/records.ts';
import type { ProtectedItem } from '../../emulator/azure/vault/items/state.ts';
import type { JobView } from '../../emulator/kernel/jobRecord.ts';
import { VaultIds } from '../../emulator/azure/arm/siterecovery/ids.ts';
import { LabUnderTest, linuxServer } from '../support/lab.ts';
import type { ClientOrder } from './armClients.ts';
import { percentile, type Measure } from './measure.ts';

const clients = 50;
const counts = [10, 50, 100, 250, 500] as const;
/** More per item than with few of them would be worse than linear; a tenth is what two runs differ by. */
const aimRatio = 1.1;
const version = '?api-version=2023-06-01';

export const arm: Measure = {
  name: 'arm',
  title: `${clients} clients, ${counts.at(-1)} protected items over ARM`,
  referenceTitle: `an item of ${counts[0]}`,
  aim: `<= ${aimRatio}: an item of ${counts.at(-1)} costs no more than one of ${counts[0]}`,
  run: async () => {
    await using site = await LabUnderTest.open({ virtualMachines: [linuxServer(1)] });
    await site.protectAll();
    const seed = new Seed(site);
    const listMs: Record<number, number> = {};
    const getMs: Record<number, number> = {};
    for (const count of counts) {
      seed.grow(count);
      // The lists of all pages by one client, the quickest of a few: what the lab itself takes.
      listMs[count] = Math.min(...(await asked(site, { targets: [seed.listPath], clients: 1, requests: 12, pages: true })));
      getMs[count] = percentile(await asked(site, { targets: seed.itemPaths, clients: 1, requests: 60, pages: false }), 0.5);
    }
    const lists = await asked(site, { targets: [seed.listPath], clients, requests: 6, pages: false });
    const gets = await asked(site, { targets: seed.itemPaths, clients, requests: 40, pages: false });
    const jobs = await asked(site, { targets: [seed.jobsPath], clients: 10, requests: 5, pages: false });
    const [few, many] = [counts[0], counts.at(-1) ?? counts[0]];
    const perItemMs = (count: number): number => (listMs[count] ?? Number.NaN) / count;
    const ratio = perItemMs(many) / perItemMs(few);
    const text = (samplesMs: readonly number[]): string => `p50 ${percentile(samplesMs, 0.5).toFixed(1)} ms, p99 ${percentile(samplesMs, 0.99).toFixed(1)} ms`;
    return {
      value: `${(perItemMs(many) * 1000).toFixed(0)} µs an item in a list of ${many}`,
      reference: `${(perItemMs(few) * 1000).toFixed(0)} µs`,
      ratio,
      reached: ratio <= aimRatio,
      figures: {
        listP50Ms: percentile(lists, 0.5),
        listP99Ms: percentile(lists, 0.99),
        getP50Ms: percentile(gets, 0.5),
        getP99Ms: percentile(gets, 0.99),
        jobsP50Ms: percentile(jobs, 0.5),
        jobsP99Ms: percentile(jobs, 0.99),
        ...Object.fromEntries(
          counts.flatMap((count) => [[`list${count}Ms`, listMs[count] ?? Number.NaN] as const, [`get${count}Ms`, getMs[count] ?? Number.NaN] as const]),
        ),
      },
      notes: [
        `${clients} clients at once, a page of 200: ${text(lists)}`,
        `${clients} clients at once, one item:      ${text(gets)}`,
        `10 clients at once, jobs (${seed.jobCount}):    ${text(jobs)}`,
        ...counts.map(
          (count) =>
            `${String(count).padStart(3)} items, one client: list ${(listMs[count] ?? 0).toFixed(1)} ms (${(perItemMs(count) * 1000).toFixed(0)} µs an item), get ${(getMs[count] ?? 0).toFixed(2)} ms`,
        ),
      ],
    };
  },
};

/** Copies of a real item, its pairs, machine, agent and jobs, written where the vault keeps its own; time stands still, so nothing replicates them. */
class Seed {
  readonly #site: LabUnderTest;
  readonly #records: Records;
  readonly #first: ProtectedItem;
  readonly #ids: VaultIds;
  #count = 1;

  constructor(site: LabUnderTest) {
    const { ready, vault } = site.lab;
    this.#site = site;
    // What the vault shows of its records as a part is the whole.
    this.#records = vault.records as unknown as Records;
    const [first] = this.#records.items.list();
    if (first === undefined) throw new Error('One machine is protected.');
    this.#first = first;
    this.#addJobs(counts.at(-1) ?? 0);
    this.#ids = new VaultIds({ subscriptionId: ready.subscription, resourceGroupName: ready.resourceGroup, name: ready.vault });
  }

  get listPath(): string {
    return `${this.#ids.vault}/replicationProtectedItems${version}`;
  }

  get jobsPath(): string {
    return `${this.#ids.vault}/replicationJobs${version}`;
  }

  get itemPaths(): string[] {
    const server = this.#records.configServers.require(this.#first.configServerId);
    return this.#records.items.list().map((item) => `${this.#ids.protectedItem(server, item.name)}${version}`);
  }

  get jobCount(): number {
    return this.#site.lab.vault.jobs.list().length;
  }

  grow(count: number): void {
    const first = this.#first;
    const numbers = Array.from({ length: count - this.#count }, (_, place) => this.#count + place);
    this.#records.configServers.change(first.configServerId, (server) => {
      const agent = server.agents.find(({ machineId }) => machineId === first.source.machineId);
      const machine = server.machines.find(({ machineId }) => machineId === first.source.machineId);
      if (agent === undefined || machine === undefined) throw new Error('The machine of the item is known.');
      const { hostId, machineId } = agent;
      return {
        ...server,
        agents: [...server.agents, ...numbers.map((number) => ({ ...agent, machineId: renamed(machineId, number), hostId: renamed(hostId, number) }))],
        machines: [...server.machines, ...numbers.map((number) => ({ ...machine, machineId: renamed(machineId, number) }))],
      };
    });
    for (const number of numbers) this.#add(number);
    this.#count = count;
  }

  #add(number: number): void {
    const records = this.#records;
    const first = this.#first;
    const machineId = renamed(first.source.machineId, number);
    const itemId = renamed(first.itemId, number);
    records.items.put({
      ...first,
      itemId,
      name: `item${number}`,
      friendlyName: `SRV${number}`,
      groupId: renamed(first.groupId, number),
      groupName: renamed(first.groupId, number),
      onPremisesMachineId: machineId,
      source: { ...first.source, machineId, name: `SRV${number}` },
      forward: { ...first.forward, sourceMachineId: machineId },
    });
    for (const pair of records.activePairs(first)) records.pairs.put({ ...pair, pairId: renamed(pair.pairId, number), itemId });
    for (const point of records.points(first.itemId).list())
      records.points(itemId).put({ ...point, recoveryPointId: renamed(point.recoveryPointId, number), itemId });
  }

  /** In the store itself, before the vault lists its jobs for the first time. */
  #addJobs(count: number): void {
    const { store } = this.#site.lab.cloud;
    const jobs = store.list<JobView>('job').filter((job) => job.targetId === this.#first.itemId);
    store.transaction(() => {
      for (let number = 1; number < count; number += 1)
        for (const job of jobs) {
          const jobId = renamed(job.jobId, number);
          store.put('job', jobId, { ...job, jobId, targetId: renamed(job.targetId, number), targetName: `SRV${number}` });
        }
    });
  }
}

function renamed(id: string, number: number): string {
  return `${id.slice(0, -6)}${String(number).padStart(6, '0')}`;
}

async function asked({ lab }: LabUnderTest, order: Omit<ClientOrder, 'ready'>): Promise<number[]> {
  const { arm: endpoint, ca } = lab.ready;
  const worker = new Worker(new URL('armClients.ts', import.meta.url), { workerData: { ready: { arm: endpoint, ca }, ...order } satisfies ClientOrder });
  const [samplesMs] = (await once(worker, 'message')) as [number[]];
  return samplesMs;
}
