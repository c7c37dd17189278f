// What a view says when it has nothing to show: no lab runs, it is starting, or the subject is gone. Pure.
import type { ActionView, HostMessage, TopologyState } from '../../webview/contract.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import type { Offer, Painted } from './offers.ts';

type Nothing = Omit<Extract<HostMessage<never>, { kind: 'nothing' }>, 'revision'>;

export interface IdleState {
  readonly message: Nothing;
  /** Nothing but the offers of its actions. */
  readonly painted: Painted<TopologyState>;
}

const start: Offer = { command: 'siteRecoveryLab.startLab', arguments: () => [] };

export function idleState({ state }: LabSnapshot, gone: string): IdleState {
  const startable = state === 'stopped' || state === 'lost';
  const reason = {
    stopped: t('No lab runs.'),
    starting: t('The lab is starting.'),
    lost: t('The lab ended unexpectedly. Nothing that it acknowledged is lost.'),
    running: gone,
  }[state];
  const actions: ActionView[] = startable ? [{ id: 'startLab', title: t('Start Lab'), primary: true }] : [];
  return {
    message: { kind: 'nothing', reason, actions },
    painted: { state: { nowMs: 0, nodes: [], edges: [] }, offers: new Map(startable ? [['startLab', start]] : []) },
  };
}
