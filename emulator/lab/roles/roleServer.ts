// What a role in a process of its own offers to the lab that started it: its clock, its view of network and faults, and what only it can tell.
import express, { json } from 'express';
import { requireBearer } from '../../http/bearer.ts';
import { clockPeerRoutes } from '../../http/clockPeer.ts';
import { notFound, problems } from '../../http/problem.ts';
import { serve, type Listening } from '../../http/serve.ts';
import type { RoleSettings } from '../../contract/role.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { LabKernel } from '../openKernel.ts';
import type { BandwidthSchedule } from '../../onprem/processserver/bandwidth.ts';
import { replicaRoutes, type ReadableReplica } from './remoteDiskRoutes.ts';

export interface RoleServerDeps {
  readonly kernel: LabKernel;
  readonly token: string;
  /** Of the role that runs here, as soon as it does. */
  readonly setBandwidth: (schedule: BandwidthSchedule | null) => void;
  readonly findReplica: (pairId: string) => ReadableReplica | undefined;
}

/** Loopback, bearer token, plain HTTP: both ends are processes of one user on one computer. */
export async function openRoleServer({ kernel, token, setBandwidth, findReplica }: RoleServerDeps): Promise<Listening> {
  const app = express();
  app.disable('x-powered-by');
  app.use(requireBearer(token), clockPeerRoutes(kernel.clock), replicaRoutes(findReplica));
  app.put('/settings', json({ limit: '1mb' }), (request, response) => {
    takeSettings(kernel, request.body as RoleSettings);
    response.status(204).end();
  });
  app.put('/bandwidth', json(), (request, response) => {
    setBandwidth((request.body as { schedule: BandwidthSchedule | null }).schedule);
    response.status(204).end();
  });
  app.use(notFound);
  app.use(problems('role', kernel.trace));
  return serve(app, {});
}

export function takeSettings({ network, faults }: Pick<Kernel, 'network' | 'faults'>, settings: RoleSettings): void {
  for (const { path, state, bandwidthBps, latencyMs } of settings.links) network.set(path, { state, bandwidthBps, latencyMs });
  faults.replace(settings.faults);
}
