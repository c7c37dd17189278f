// A member's end of the group port: freezes this machine's disks while the coordinator asks for it, and never longer than it is connected.
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { readCertificate } from '../../http/certificates.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Consistency } from '../../replication/stations.ts';
import { GroupChannel, type GroupMessage } from './groupWire.ts';
import type { MachineMarks } from './machineMarks.ts';

export interface GroupIdentity {
  readonly key: string;
  readonly certificate: string;
  /** Of the site's configuration server. */
  readonly authority: string;
}

export interface GroupListenerDeps {
  readonly kernel: Kernel;
  readonly port: number;
  readonly identity: GroupIdentity;
  readonly marks: MachineMarks;
  /** Whether this host may coordinate that group. */
  readonly accepts: (hostId: string, groupId: string) => boolean;
  /** A common mark was begun and did not come about here. Called inside an activity. */
  readonly onAbandoned: (consistency: Consistency) => Promise<void>;
}

export class GroupListener implements AsyncDisposable {
  readonly #deps: GroupListenerDeps;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(deps: GroupListenerDeps) {
    this.#deps = deps;
    const { key, certificate, authority } = deps.identity;
    this.#server = createServer({ key, cert: certificate, ca: authority, requestCert: true, rejectUnauthorized: true }, (socket) => void this.#serve(socket));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    // A peer without a certificate of this site ends here; it has nothing to be told.
    this.#server.on('tlsClientError', () => undefined);
  }

  /** @throws LabError PortInUse */
  static async open(deps: GroupListenerDeps): Promise<GroupListener> {
    const listener = new GroupListener(deps);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    listener.#server.once('error', reject);
    listener.#server.listen(deps.port, '127.0.0.1', resolve);
    try {
      await promise;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new LabError('PortInUse', `127.0.0.1:${deps.port}`, { cause: error });
      throw error;
    }
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(socket: TLSSocket): Promise<void> {
    const channel = new GroupChannel(socket);
    const caller = callerOf(socket);
    const first = await channel.next();
    if (first?.type !== 'freeze' || caller === undefined || !this.#deps.accepts(caller, first.groupId)) channel[Symbol.dispose]();
    else this.#deps.kernel.clock.start('group mark', () => this.#takePart(channel, first.consistency));
  }

  /** The coordinator's next word; while it waits for others, lab time may pass. */
  async #afterWait(channel: GroupChannel): Promise<GroupMessage | undefined> {
    const message = await channel.next();
    return message?.type === 'wait' ? this.#deps.kernel.clock.idle(channel.next()) : message;
  }

  async #takePart(channel: GroupChannel, consistency: Consistency): Promise<void> {
    using _ = channel;
    const { marks } = this.#deps;
    let marked = false;
    try {
      channel.send({ type: 'working' });
      await marks.prepare(consistency);
      channel.send({ type: 'frozen' });
      for (let message = await this.#afterWait(channel); message?.type === 'mark'; message = await channel.next()) {
        marked = marks.put(message.mark);
        channel.send({ type: 'marked', taken: marked });
      }
    } catch (error) {
      channel.send({ type: 'refused', reason: LabError.from(error).message });
      if (!(error instanceof LabError)) throw error;
      await this.#afterWait(channel);
    } finally {
      await marks.release();
      channel.send({ type: 'thawed' });
      if (!marked) await this.#deps.onAbandoned(consistency);
    }
  }
}

/** The host id of another agent of this site; anybody else is hung up on. */
function callerOf(socket: TLSSocket): string | undefined {
  try {
    const { name, role } = readCertificate(socket.getPeerCertificate().raw);
    return role === 'agent' ? name : undefined;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return undefined;
  }
}
