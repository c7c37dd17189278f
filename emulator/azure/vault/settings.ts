// Settings of the vault as a whole: who is told of critical operations, and what it is used for beside replication.
import { LabError } from '../../kernel/errors.ts';
import type { Table } from './records.ts';

/** Who gets mail about critical operations (asr-behaviour §10.2). The lab keeps it and sends none: the events are what there is to read. */
export interface AlertSetting {
  readonly sendToOwners: boolean;
  readonly customEmailAddresses: readonly string[];
  /** As its user gave it. */
  readonly locale: string;
}

/** Of migration and of the choice between the architectures; the service keeps it for its own tools. */
export interface ProviderSetting {
  readonly migrationSolutionId: string | null;
  readonly vmwareToAzureProviderType: string | null;
}

export interface SettingRecord {
  readonly name: 'alert' | 'provider';
  readonly value: AlertSetting | ProviderSetting;
}

export class VaultSettings {
  readonly #records: Table<SettingRecord>;

  constructor(records: Table<SettingRecord>) {
    this.#records = records;
  }

  get alert(): AlertSetting {
    const stored = this.#records.get('alert')?.value as AlertSetting | undefined;
    return stored ?? { sendToOwners: false, customEmailAddresses: [], locale: '' };
  }

  /** @throws LabError InvalidArgument for what is no mail address */
  setAlert(setting: AlertSetting): AlertSetting {
    const wrong = setting.customEmailAddresses.find((address) => !/^[^\s@]+@[^\s@]+$/.test(address));
    if (wrong !== undefined) throw new LabError('InvalidArgument', `"${wrong.slice(0, 200)}" is no mail address.`);
    this.#records.put({ name: 'alert', value: setting });
    return setting;
  }

  get provider(): ProviderSetting {
    const stored = this.#records.get('provider')?.value as ProviderSetting | undefined;
    return stored ?? { migrationSolutionId: null, vmwareToAzureProviderType: null };
  }

  setProvider(setting: ProviderSetting): ProviderSetting {
    this.#records.put({ name: 'provider', value: setting });
    return setting;
  }
}
