// A lab as a process of its own, so that it can be killed at any moment and started again on its folder.
import { ControlClient } from '../../../emulator/cli/client.ts';
import type { OperationName, ReplyOf, RequestOf } from '../../../emulator/contract/control.ts';
import type { ReadyLine } from '../../../emulator/contract/labLocator.ts';
import type { SeparateRole } from '../../../emulator/contract/labOptions.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { SrlabProcess } from '../../support/srlabProcess.ts';

export interface LabProcessOptions {
  readonly dir: string;
  /** Path of the estate's file. */
  readonly scenario: string;
  readonly seed: string;
  /** Roles that run as processes of their own. */
  readonly processes: readonly SeparateRole[];
}

/** Its time stands still except for steps. Disposing ends the process; the folder stays. */
export class LabProcess implements AsyncDisposable {
  readonly #options: LabProcessOptions;
  #running: { readonly process: SrlabProcess<ReadyLine>; readonly client: ControlClient } | undefined;

  constructor(options: LabProcessOptions) {
    this.#options = options;
  }

  get dir(): string {
    return this.#options.dir;
  }

  get ready(): ReadyLine {
    return this.#require().process.ready;
  }

  /** Listening when the promise resolves. */
  async start(): Promise<void> {
    const { dir, scenario, seed, processes } = this.#options;
    const separate = processes.length === 0 ? [] : ['--processes', ...processes];
    const process = await SrlabProcess.start<ReadyLine>(['up', '--dir', dir, '--scenario', scenario, '--seed', seed, '--speed', 'paused', ...separate]);
    this.#running = { process, client: await ControlClient.open({ ...process.ready, startedMs: 0 }) };
  }

  call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
    return this.#require().client.call(name, request);
  }

  /** SIGKILL; nothing is told, nothing is written out. Ends when the process is gone. */
  async kill(): Promise<void> {
    await this.#end((process) => process.kill());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end((process) => process[Symbol.asyncDispose]());
  }

  #require() {
    if (this.#running === undefined) throw new LabError('LabNotRunning', this.dir);
    return this.#running;
  }

  async #end(how: (process: SrlabProcess<ReadyLine>) => Promise<void>): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await how(running.process);
    await running.client[Symbol.asyncDispose]();
  }
}
