// Sends a plan with its groups in a new order to Azure. What is shown changes when the lab tells of it.
import type { RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import { explained } from '../client/azureError.ts';
import { ExtensionError } from '../lab/labError.ts';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { byId } from '../model/find.ts';
import { send } from '../operations/azureCall.ts';
import { t } from '../texts.ts';
import { regroup } from './planMoves.ts';

export class PlanMover {
  readonly #deps: { readonly session: Session; readonly model: LabModel };

  constructor(deps: { readonly session: Session; readonly model: LabModel }) {
    this.#deps = deps;
  }

  /** @param change gives the new groups, or undefined when it is not possible @throws ExtensionError CannotMove, NotFound, what Azure refuses */
  async move(planId: string, change: (groups: readonly RecoveryPlanGroup[]) => readonly RecoveryPlanGroup[] | undefined): Promise<void> {
    const { session, model } = this.#deps;
    const plan = byId(model.snapshot.vault.plans, planId);
    if (plan === undefined) throw new ExtensionError('NotFound', t('The recovery plan is not there any more.'));
    const groups = change(plan.properties?.groups ?? []);
    if (groups === undefined)
      throw new ExtensionError('CannotMove', t('It cannot be moved there.'), { recommendedAction: t('Only start groups and what is in them can be moved.') });
    try {
      await send(session.lab.vault, regroup(plan, groups));
    } catch (error) {
      throw explained(error);
    }
    await model.refresh(['plans']);
  }
}
