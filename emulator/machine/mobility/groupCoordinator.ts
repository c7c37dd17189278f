// The coordinator's end of a common mark: all members come to rest, take the same mark, and go on (asr-behaviour §12).
import { connect, type TLSSocket } from 'node:tls';
import type { NetworkPath } from '../../contract/faults.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { MachineOrder } from '../../replication/orders.ts';
import type { Consistency } from '../../replication/stations.ts';
import type { GroupIdentity } from './groupListener.ts';
import { GroupChannel, type GroupMessage } from './groupWire.ts';
import type { CommonMark, MachineMarks } from './machineMarks.ts';

export type ReplicationGroup = NonNullable<MachineOrder['group']>;

export interface CommonMarkOptions {
  readonly kernel: Kernel;
  readonly group: ReplicationGroup;
  readonly hostId: string;
  readonly identity: GroupIdentity;
  readonly marks: MachineMarks;
  readonly consistency: Consistency;
  /** Fires when this machine stops: its connections end as those of a killed process do, and the members go on. */
  readonly signal: AbortSignal;
}

const paths: readonly NetworkPath[] = ['machine-machine'];

/**
 * Makes one mark on all members at a moment when none of them has a write in flight. Call it inside an activity.
 * @throws LabError PeerUnreachable, LinkDown, MarkNotPossible (a member refused), QuiesceFailed; then there is no common mark in this cycle
 */
export async function makeCommonMark(options: CommonMarkOptions): Promise<void> {
  const { kernel, group, hostId, marks, consistency } = options;
  kernel.network.requireUp(paths);
  using open = new DisposableStack();
  const channels: GroupChannel[] = [];
  open.defer(() => hangUp(channels));
  const stopped = (): void => hangUp(channels);
  options.signal.addEventListener('abort', stopped, { once: true });
  open.defer(() => options.signal.removeEventListener('abort', stopped));
  open.use(kernel.network.onChange((path, state) => void (path === 'machine-machine' && state !== 'up' && hangUp(channels))));
  const others = group.members.filter((member) => member.hostId !== hostId);
  const reached = await Promise.allSettled(others.map(async (member) => void channels.push(await reach(member, options.identity))));
  for (const each of reached) if (each.status === 'rejected') throw each.reason;
  for (const channel of channels) channel.send({ type: 'freeze', groupId: group.groupId, consistency });
  await Promise.all(channels.map((channel) => expect(channel, 'working')));
  try {
    // The members at work hold stepped time themselves; one of them may need some to pass.
    const rested = [prepareHere(options), ...channels.map((channel) => rest(channel))];
    const outcome = await kernel.clock.idle(Promise.allSettled(rested));
    for (const each of outcome) if (each.status === 'rejected') throw each.reason;
    const mark: CommonMark = {
      id: marks.newId(),
      timeMs: kernel.clock.now(),
      consistency,
      members: group.members.map((member) => member.hostId),
    };
    if (!marks.put(mark)) throw new LabError('MarkNotPossible', hostId);
    for (const channel of channels) channel.send({ type: 'mark', mark });
    for (const answer of await Promise.all(channels.map((channel) => expect(channel, 'marked'))))
      if (!answer.taken) throw new LabError('MarkNotPossible', 'A member could not take the common mark.');
  } finally {
    for (const channel of channels) channel.send({ type: 'thaw' });
    await marks.release();
    await Promise.all(channels.map((channel) => untilThawed(channel)));
  }
}

function hangUp(channels: readonly GroupChannel[]): void {
  for (const channel of channels) channel[Symbol.dispose]();
}

/** In an activity of its own: quiescing may take lab time. */
async function prepareHere({ kernel, marks, consistency }: CommonMarkOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  kernel.clock.start('group mark', () => marks.prepare(consistency).then(resolve, reject));
  return promise;
}

/** Each machine of the lab listens on this computer, whatever address its network card shows. */
async function reach(member: ReplicationGroup['members'][number], identity: GroupIdentity): Promise<GroupChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect(
    { host: '127.0.0.1', port: member.port, key: identity.key, cert: identity.certificate, ca: identity.authority, servername: 'localhost' },
    () => resolve(socket),
  );
  const failed = (error: Error): void => reject(new LabError('PeerUnreachable', `${member.hostId} at port ${member.port}: ${error.message}`, { cause: error }));
  socket.once('error', failed);
  const connected = await promise;
  connected.off('error', failed);
  return new GroupChannel(connected);
}

async function rest(channel: GroupChannel): Promise<void> {
  try {
    await expect(channel, 'frozen');
  } finally {
    channel.send({ type: 'wait' });
  }
}

async function expect<T extends GroupMessage['type']>(channel: GroupChannel, type: T): Promise<Extract<GroupMessage, { type: T }>> {
  const message = await channel.next();
  if (message === undefined) throw new LabError('PeerUnreachable', 'A member of the replication group hung up.');
  if (message.type === 'refused') throw new LabError('MarkNotPossible', message.reason);
  if (message.type !== type) throw new LabError('MalformedRequest', `A member answered ${message.type}, not ${type}.`);
  return message as Extract<GroupMessage, { type: T }>;
}

/** The member has gone on, or its connection has ended, which lets it go on as well. */
async function untilThawed(channel: GroupChannel): Promise<void> {
  for (let message = await channel.next(); message !== undefined && message.type !== 'thawed'; message = await channel.next());
}
