// One role that runs as a process of its own and belongs to this lab.
import { join } from 'node:path';
import type { RoleReadyLine } from '../../contract/role.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { OwnedProcess } from '../../kernel/ownedProcess.ts';
import type { OwnerServer } from './ownerServer.ts';

export interface RoleProcessOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  readonly owner: OwnerServer;
  readonly role: 'processserver' | 'mastertarget';
  /** Unique among the roles of the lab. */
  readonly name: string;
  readonly dir: string;
  readonly port: number;
  /** What `srlab run <role>` takes besides. */
  readonly parameters: readonly string[];
}

/** The bundle when this is a part of it. */
const program = import.meta.filename.endsWith('.mjs') ? import.meta.filename : join(import.meta.dirname, '..', '..', 'main.ts');

export class RoleProcess implements AsyncDisposable {
  readonly name: string;
  readonly #process: OwnedProcess<RoleReadyLine>;

  private constructor(name: string, process: OwnedProcess<RoleReadyLine>) {
    this.name = name;
    this.#process = process;
  }

  /** Listening, and in step with the lab's clock, when the promise resolves. @throws LabError RoleProcessFailed */
  static async start({ kernel, owner, role, name, dir, port, parameters }: RoleProcessOptions): Promise<RoleProcess> {
    const environment = { SRLAB_OWNER: JSON.stringify(owner.owner) };
    const portAfter = (former: RoleReadyLine | undefined): string => (former === undefined ? String(port) : new URL(former.url).port);
    const process = await OwnedProcess.start<RoleReadyLine>({
      kernel,
      name,
      command: (former) => ({ args: [program, 'run', role, '--owned', '--dir', dir, '--name', name, '--port', portAfter(former), ...parameters], environment }),
      failure: (reason) => new LabError('RoleProcessFailed', `${name}: ${reason}`),
      onDeath: () => owner.left(name),
    });
    return new RoleProcess(name, process);
  }

  get url(): string {
    return this.#process.ready.url;
  }

  get hostId(): string {
    return this.#process.ready.hostId ?? '';
  }

  get pid(): number {
    return this.#process.ready.pid;
  }

  /** SIGKILL; ends when it is back. @throws LabError RoleProcessFailed when it does not come back */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
