// What the items of one call are shown from: the vault's records around an item, each looked up once however many items a list has.
import type { AgentReport, DiscoveredMachine, ProcessServerReport } from '../../../../replication/reports.ts';
import type { AzureMachineRecord } from '../../../compute/state.ts';
import { activeDirection, type PairRecord } from '../../../vault/items/state.ts';
import type { PolicyRecord } from '../../../vault/policies/state.ts';
import type { ConfigServerRecord } from '../../../vault/site/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { AzurePlaces } from './azurePlaces.ts';

interface Site {
  readonly agents: ReadonlyMap<string, AgentReport>;
  readonly machines: ReadonlyMap<string, DiscoveredMachine>;
}

export class ItemReader {
  readonly scope: VaultScope;
  readonly places: AzurePlaces;
  readonly #sites = new Map<string, Site>();
  #azureMachines: ReadonlyMap<string, AzureMachineRecord> | undefined;

  constructor(scope: VaultScope) {
    this.scope = scope;
    this.places = new AzurePlaces(scope);
  }

  server(item: ItemView): ConfigServerRecord {
    return this.scope.serverOf(item);
  }

  policy(item: ItemView): PolicyRecord | undefined {
    return this.scope.vault.records.policies.get(activeDirection(item).policyName);
  }

  /** The Mobility service of the machine that sends, or did. */
  agent(item: ItemView): AgentReport | undefined {
    return this.#site(item).agents.get(activeDirection(item).sourceMachineId);
  }

  /** The machine's home on premises, as long as discovery sees it. */
  home(item: ItemView): DiscoveredMachine | undefined {
    return this.#site(item).machines.get(item.onPremisesMachineId);
  }

  processServer(item: ItemView): ProcessServerReport | undefined {
    const { processServerId } = activeDirection(item);
    return this.server(item).processServers.find((one) => one.hostId === processServerId);
  }

  /** The machine that a failover has made in Azure. */
  azureMachine(item: ItemView): AzureMachineRecord | undefined {
    this.#azureMachines ??= new Map(this.scope.deps.machines.list().map((machine) => [machine.machineId, machine]));
    const machineId = item.forward.azureCopy?.machineId ?? (item.direction === 'reverse' ? item.reverse?.sourceMachineId : undefined);
    return machineId === undefined ? undefined : this.#azureMachines.get(machineId);
  }

  /** Also of a direction whose replication has ended. */
  pairs(item: ItemView): readonly PairRecord[] {
    return this.scope.vault.latestPairs(item.itemId);
  }

  #site(item: ItemView): Site {
    const known = this.#sites.get(item.configServerId);
    if (known !== undefined) return known;
    const { agents, machines } = this.server(item);
    const site: Site = {
      agents: new Map(agents.map((agent) => [agent.machineId, agent])),
      machines: new Map(machines.map((machine) => [machine.machineId, machine])),
    };
    this.#sites.set(item.configServerId, site);
    return site;
  }
}
