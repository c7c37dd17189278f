// The window's lab: which folder it lives in, starting, watching and ending it, and the clients that reach it.
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import { ControlClient } from '../client/controlClient.ts';
import { LabHttp } from '../client/labHttp.ts';
import type { VaultClient, VaultPlace } from '../client/vaultClient.ts';
import type { LabModel } from '../model/labModel.ts';
import { t } from '../texts.ts';
import { ExtensionError } from './labError.ts';
import type { LabSettings, Supervisor } from './supervisor.ts';

export interface SessionDeps {
  readonly supervisor: Supervisor;
  readonly model: LabModel;
  readonly settings: () => LabSettings;
  /** Whether the user trusts the folder: its lab's disks, settings and scripts may be anybody's. */
  readonly isTrusted: () => boolean;
  /** Loads Azure's client; called once, when the first lab runs. */
  readonly openVaultClient: (place: VaultPlace) => Promise<VaultClient>;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** The lab ended although nobody asked it to. */
  readonly onLost: () => void;
}

/** What a running lab is reached by. */
export interface RunningLab {
  readonly locator: LabLocator;
  readonly control: ControlClient;
  readonly vault: VaultClient;
}

const tokenLifetimeMs = 3_600_000;

export class Session implements AsyncDisposable {
  readonly #deps: SessionDeps;
  #lab: RunningLab | undefined;
  #watching: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  #starting: Promise<RunningLab> | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /** @throws ExtensionError LabNotRunning */
  get lab(): RunningLab {
    if (this.#lab === undefined) throw new ExtensionError('LabNotRunning', t('No lab runs.'), { recommendedAction: t('Start the lab.') });
    return this.#lab;
  }

  get running(): boolean {
    return this.#lab !== undefined;
  }

  /** Takes up a lab of this folder that runs already: of another window, of a terminal, of this window before its reload. */
  async attach(): Promise<boolean> {
    if (!this.#deps.isTrusted()) return false;
    const locator = await this.#deps.supervisor.find(this.#deps.settings().dir);
    if (locator === undefined) return false;
    await this.#open(locator);
    return true;
  }

  /** @throws ExtensionError LabStartFailed, Cancelled, NotTrusted */
  async start(signal: AbortSignal): Promise<RunningLab> {
    if (!this.#deps.isTrusted())
      throw new ExtensionError('NotTrusted', t('This folder is not trusted, so no lab starts in it.'), { recommendedAction: t('Trust the folder first.') });
    this.#starting ??= this.#start(signal).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async stop(): Promise<void> {
    const { locator } = this.lab;
    await this.#unwatch();
    await this.#deps.supervisor.stop(locator);
    this.#deps.model.become('stopped');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#unwatch();
  }

  async #start(signal: AbortSignal): Promise<RunningLab> {
    const { supervisor, model, settings } = this.#deps;
    model.become('starting');
    try {
      return await this.#open(await supervisor.start(settings(), signal));
    } catch (error) {
      model.become('stopped', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  async #open(locator: LabLocator): Promise<RunningLab> {
    await this.#unwatch();
    const http = await LabHttp.open(locator);
    const place: VaultPlace = {
      endpoint: locator.arm.url,
      subscriptionId: locator.subscription,
      resourceGroupName: locator.resourceGroup,
      vaultName: locator.vault,
      ca: http.ca,
      token: async () => ({ token: locator.token, expiresOnTimestamp: Date.now() + tokenLifetimeMs }),
    };
    const lab: RunningLab = { locator, control: new ControlClient(http), vault: await this.#deps.openVaultClient(place) };
    this.#lab = lab;
    const stop = new AbortController();
    const ended = this.#watch(lab, stop.signal).finally(() => http[Symbol.dispose]());
    this.#watching = { stop, ended };
    return lab;
  }

  async #watch(lab: RunningLab, signal: AbortSignal): Promise<void> {
    const { model, log, onLost } = this.#deps;
    try {
      await model.follow(lab, signal);
    } catch (error) {
      log.warn(`The lab was lost: ${error instanceof Error ? error.message : String(error)}`);
      if (this.#lab !== lab) return;
      this.#lab = undefined;
      if (await this.#deps.supervisor.endedInOrder(lab.locator)) {
        // Another window or a terminal has stopped it.
        if (this.#lab === undefined && this.#starting === undefined) model.become('stopped');
        return;
      }
      if (this.#lab !== undefined || this.#starting !== undefined) return;
      model.become('lost', t('The lab ended unexpectedly.'));
      onLost();
    }
  }

  async #unwatch(): Promise<void> {
    const watching = this.#watching;
    this.#watching = undefined;
    this.#lab = undefined;
    watching?.stop.abort();
    await watching?.ended;
  }
}
