// The protected items that an operation was started on, and questions that several operations on items share.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import { itemOf } from '../model/find.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import type { OperationContext, PickStep, SubjectKind } from './operation.ts';

/** Rows that stand for an item. */
export const itemKinds: readonly SubjectKind[] = ['item', 'planMember'];
/** And those from which a recovery point is taken along. */
export const itemAndPointKinds: readonly SubjectKind[] = [...itemKinds, 'recoveryPoint'];

/** @throws ExtensionError ItemGone when one was removed meanwhile */
export function itemsOf({ snapshot }: Pick<OperationContext, 'snapshot'>, subjects: readonly Subject[]): ReplicationProtectedItem[] {
  return subjects.map((subject) => {
    const item = itemOf(snapshot, subject);
    if (item === undefined)
      throw new ExtensionError('ItemGone', t('The machine is not protected any more.'), { recommendedAction: t('Choose another machine.') });
    return item;
  });
}

/** A row of a recovery point says which. */
export function presetPoint(subjects: readonly Subject[]): { point?: string } {
  const [subject] = subjects;
  return subjects.length === 1 && subject?.kind === 'recoveryPoint' ? { point: subject.id } : {};
}

export const noNetwork = 'none';

/** @param preferredId ARM id of the network that the item's properties name; it comes first */
export function networkStep<Given extends { network: string }>(
  { lab }: OperationContext,
  { placeholder, preferredId, withNone }: { placeholder: string; preferredId?: string | undefined; withNone: string | undefined },
): PickStep<Given> {
  return {
    kind: 'pick',
    key: 'network',
    title: t('Virtual network'),
    placeholder,
    choices: async () => {
      const networks = (await lab.vault.virtualNetworks()).map(({ id, name, subnets }) => ({
        value: id,
        label: name,
        description: subnets.map((subnet) => `${subnet.name} ${subnet.addressPrefix}`).join(', '),
      }));
      const preferred = networks.filter(({ value }) => value.toLowerCase() === preferredId?.toLowerCase());
      const others = networks.filter((network) => !preferred.includes(network));
      return [...preferred, ...others, ...(withNone === undefined ? [] : [{ value: noNetwork, label: withNone }])];
    },
  };
}
