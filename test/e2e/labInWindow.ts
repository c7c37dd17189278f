// The way to a lab that runs in a window: started by its button, then driven over its own control API, its time standing still.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import type { RecoveryPlan } from '../../extension/client/vaultClient.ts';
import { LabDriver } from '../support/labDriver.ts';
import type { Workbench } from '../workbench/workbench.ts';

/** For what a lab has to do first. */
export const patience = { timeout: 60_000 };

/** Names that change with the language. */
interface Shown {
  readonly machines: string;
  readonly start: string;
  readonly unprotected: string;
}
const english: Shown = { machines: 'Protected Machines', start: 'Start Lab', unprotected: 'Not Protected' };

export class LabInWindow extends LabDriver implements AsyncDisposable {
  readonly #client: ControlClient;

  private constructor(client: ControlClient) {
    super(() => client);
    this.#client = client;
  }

  /** Starts it, and stops its clock. @param shown what the window calls what is looked for */
  static async start(window: Workbench, shown: Shown = english): Promise<LabInWindow> {
    await window.showContainer('Site Recovery Lab');
    await window.view(shown.machines).welcome.getByRole('button', { name: shown.start }).click();
    await window.view(shown.machines).item(shown.unprotected).waitFor(patience);
    return LabInWindow.of(window);
  }

  /** The one that runs, whoever started it; stops its clock. */
  static async of(window: Workbench): Promise<LabInWindow> {
    const lab = new LabInWindow(await ControlClient.open(locatorOf(window.server.workspace)));
    await lab.call('clock.speed', { speed: 'paused' });
    return lab;
  }

  /** What Azure's interface answers. */
  async plan(name: string): Promise<RecoveryPlan> {
    const { arm, ca, subscription, resourceGroup, vault } = this.#client.locator;
    const dispatcher = new Agent({ connect: { ca: readFileSync(ca, 'utf8') } });
    try {
      const path = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${vault}/replicationRecoveryPlans/${name}`;
      const { body } = await request(`${arm.url}${path}?api-version=2025-08-01`, { dispatcher, headers: { authorization: `Bearer ${arm.token}` } });
      return (await body.json()) as RecoveryPlan;
    } finally {
      await dispatcher.close();
    }
  }

  /** @returns when all are protected and have a recovery point */
  async protect(...machines: readonly string[]): Promise<void> {
    for (const job of await Promise.all(machines.map((machine) => this.call('item.enable', { machine })))) await this.finish(job);
    for (const machine of machines) await this.untilProtected(machine);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

/** @param workspace the folder whose lab runs */
export function locatorOf(workspace: string): LabLocator {
  return JSON.parse(readFileSync(join(workspace, '.srlab', 'lab.json'), 'utf8')) as LabLocator;
}
