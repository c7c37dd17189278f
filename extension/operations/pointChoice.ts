// Which recovery point: the portal's choices (asr-behaviour §5.4), and those of one machine by name.
import type { RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { nameOf } from '../model/find.ts';
import { itemFacts } from '../model/itemFacts.ts';
import { t } from '../texts.ts';
import { ExtensionError } from '../lab/labError.ts';
import { durationText } from '../tree/figures.ts';
import type { Choice, OperationContext } from './operation.ts';
import { timeText } from './wording.ts';

export function pointKind(point: RecoveryPoint): string {
  return point.properties?.recoveryPointType === 'ApplicationConsistent' ? t('app-consistent') : t('crash-consistent');
}

/**
 * @param points of the one machine, newest first; undefined for several machines, each of which has its own
 * @param withLatest false where no new point can be made: the machine is failed over already
 */
export function pointChoices(points: readonly RecoveryPoint[] | undefined, { withLatest }: { withLatest: boolean }): readonly Choice[] {
  const newest = points?.[0];
  const consistent = points?.find((point) => point.properties?.recoveryPointType === 'ApplicationConsistent');
  const about = (point: RecoveryPoint | undefined): { readonly description?: string } =>
    point === undefined ? {} : { description: `${timeText(point.properties?.recoveryPointTime)}, ${pointKind(point)}` };
  return [
    ...(withLatest
      ? [{ value: 'Latest', label: t('Latest (lowest RPO)'), detail: t('Processes everything that was sent so far and makes a new point of it.') }]
      : []),
    ...(points === undefined || newest !== undefined
      ? [{ value: 'LatestProcessed', label: t('Latest processed (low RTO)'), ...about(newest), detail: t('The newest point that is ready now.') }]
      : []),
    ...(points === undefined || consistent !== undefined
      ? [
          {
            value: 'LatestApplicationConsistent',
            label: t('Latest app-consistent'),
            ...about(consistent),
            detail: t('The newest point at which the applications had written everything out.'),
          },
        ]
      : []),
    ...(points ?? []).map((point, place) => ({
      value: point.id ?? '',
      label: timeText(point.properties?.recoveryPointTime),
      description: pointKind(point),
      ...(place === 0 ? { heading: t('Recovery points') } : {}),
    })),
  ];
}

/**
 * The point itself. @returns undefined for the latest, which is made first
 * @throws ExtensionError NoRecoveryPoint when the machine has none of the kind
 */
export async function chosenPoint({ lab }: OperationContext, item: ReplicationProtectedItem, chosen: string): Promise<RecoveryPoint | undefined> {
  if (chosen === 'Latest') return undefined;
  const points = await lab.vault.recoveryPoints(item.id ?? '');
  const point = points.find((one) =>
    chosen === 'LatestProcessed'
      ? true
      : chosen === 'LatestApplicationConsistent'
        ? one.properties?.recoveryPointType === 'ApplicationConsistent'
        : one.id === chosen,
  );
  if (point === undefined)
    throw new ExtensionError('NoRecoveryPoint', t('{0} has no such recovery point any more.', nameOf(item)), {
      recommendedAction: t('Choose another recovery point.'),
    });
  return point;
}

/** What a failover to this point loses, in words for a confirmation. */
export function lossText(item: ReplicationProtectedItem, point: RecoveryPoint | undefined, nowMs: number | undefined): string {
  const name = nameOf(item);
  if (point === undefined) {
    const { rpoMs } = itemFacts(item);
    return rpoMs === undefined
      ? t('{0}: what was written but not sent yet is lost; its RPO is not known.', name)
      : t('{0}: what was written but not sent yet is lost. RPO: {1}.', name, durationText(rpoMs));
  }
  const time = point.properties?.recoveryPointTime;
  const age = time === undefined || nowMs === undefined ? t('unknown') : durationText(nowMs - time.getTime());
  return t('{0}: everything written after {1} is lost ({2} ago, {3}).', name, timeText(time), age, pointKind(point));
}
