// Azure's words for the state of a protected item, in the language of the user: the service itself speaks English only.
import { t } from '../texts.ts';

/** @param description as the service writes it; one that is not known stays as it is */
export function protectionStateText(description: string): string {
  switch (description) {
    case 'Enabling protection':
      return t('Enabling protection');
    case 'Enabling protection failed':
      return t('Enabling protection failed');
    case 'Initial replication is in progress':
      return t('Initial replication is in progress');
    case 'Waiting for first recovery point':
      return t('Waiting for first recovery point');
    case 'Protected':
      return t('Protected');
    case 'Failover in progress':
      return t('Failover in progress');
    case "Failover couldn't be completed":
      return t("Failover couldn't be completed");
    case 'Failover completed':
      return t('Failover completed');
    case 'Changing the recovery point':
      return t('Changing the recovery point');
    case 'Changing the recovery point failed':
      return t('Changing the recovery point failed');
    case 'Committing failover':
      return t('Committing failover');
    case 'Commit failed':
      return t('Commit failed');
    case 'Failover committed':
      return t('Failover committed');
    case 'Reprotecting':
      return t('Reprotecting');
    case 'Reprotect failed':
      return t('Reprotect failed');
    case 'Disabling protection':
      return t('Disabling protection');
    case 'Disabling protection failed':
      return t('Disabling protection failed');
    case 'Migration completed':
      return t('Migration completed');
    default:
      return description;
  }
}
