// All wires of the vCenter on one port: REST in both dialects and the datastore files; SOAP has its place beside them.
import express, { type Express } from 'express';
import { inActivity } from '../../kernel/inActivity.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { VCenterAccount } from './accounts.ts';
import { folderRoutes } from './folderRoutes.ts';
import { restRoutes } from './routes.ts';
import type { VSphereDeps } from './service.ts';
import { Sessions } from './sessions.ts';
import { vSphereProblems } from './vSphereProblem.ts';

export function vCenterApp(deps: { kernel: Kernel; vSphere: VSphereDeps; accounts: () => readonly VCenterAccount[] }): Express {
  const { kernel, vSphere, accounts } = deps;
  const { clock, faults, trace } = kernel;
  const app = express();
  app.disable('x-powered-by');
  const sessions = new Sessions(kernel, accounts);
  app.use(async (request, _response, next) => {
    if (faults.active('vcenter.call')) await inActivity(clock, `vcenter ${request.path}`, () => faults.check('vcenter.call', request.path));
    next();
  });
  for (const dialect of ['api', 'rest'] as const) app.use(`/${dialect}`, restRoutes({ vSphere, sessions, dialect }));
  app.use('/folder', folderRoutes({ vSphere, sessions }));
  app.use((request) => {
    throw new LabError('NotFound', `${request.method} ${request.path}`);
  });
  app.use(vSphereProblems(trace));
  return app;
}
