// Push installation of the Mobility service: copy, prerequisites, installation, VSS provider, registration (asr-behaviour §2.4).
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import type { MachineDefinition } from '../../machine/definition.ts';
import type { InstallOrder } from '../../replication/orders.ts';
import type { TaskResult } from '../../replication/reports.ts';
import { requirePhase } from './pushChecks.ts';

/** What a process server can do on a machine that it reaches: the lab gives it in place of WMI, SMB and SSH. */
export interface GuestAccess {
  readonly definition: MachineDefinition;
  /** Whether a Mobility service runs there already. */
  readonly installed: boolean;
  /** Installs or updates, starts, and registers the Mobility service; ends when it is registered. */
  installMobilityService(options: { configServerUrl: string; passphrase: string }): Promise<void>;
}

export interface PushInstallDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
  readonly configServerUrl: string;
  readonly passphrase: string;
  /** Undefined: no machine answers. */
  readonly reachMachine: (machineId: string) => Promise<GuestAccess | undefined>;
}

/** What the steps take: an enable job whose agent was there already shows 51 s, an update 4 minutes in all (asr-behaviour §4.2). */
const durations = { copyMs: 60_000, prerequisitesMs: 10_000, installMs: 120_000, vssProviderMs: 20_000 } as const;
const presentMs = 45_000;

/** Runs one installation to its end; lab time passes. Only inside an activity. Repeating it after a kill does no harm. */
export async function pushInstall(deps: PushInstallDeps, order: InstallOrder): Promise<TaskResult> {
  try {
    const remark = await install(deps, order);
    return remark === undefined ? { taskId: order.taskId, state: 'done' } : { taskId: order.taskId, state: 'warning', error: remark.toBody() };
  } catch (error) {
    const problem = LabError.from(error);
    if (problem.code === 'InternalError') throw error;
    return { taskId: order.taskId, state: 'failed', error: problem.toBody() };
  }
}

/** @returns what the user should know though the installation succeeded */
async function install(deps: PushInstallDeps, order: InstallOrder): Promise<LabError | undefined> {
  const { kernel, configServerUrl, passphrase } = deps;
  await kernel.faults.check('processserver.push', order.machineId);
  const access = await reach(deps, order.machineId);
  if (access.installed && order.kind === 'pushInstall') {
    await kernel.clock.sleep(presentMs);
    return undefined;
  }
  requirePhase('copy', access.definition, order.credentials);
  await kernel.clock.sleep(durations.copyMs);
  requirePhase('prerequisites', access.definition, order.credentials);
  await kernel.clock.sleep(durations.prerequisitesMs + durations.installMs);
  const { definition } = await reach(deps, order.machineId);
  if (definition.osType === 'Windows') await kernel.clock.sleep(durations.vssProviderMs);
  await access.installMobilityService({ configServerUrl, passphrase });
  if (!definition.guest.vssWorks && definition.osType === 'Windows') return new LabError('VssProviderFailed', definition.name);
  return definition.guest.rebootPending ? new LabError('95265', definition.name) : undefined;
}

/** @throws LabError 95117 */
async function reach(deps: PushInstallDeps, machineId: string): Promise<GuestAccess> {
  const access = await deps.reachMachine(machineId);
  if (access === undefined) throw new LabError('95117', machineId);
  return access;
}
