// The first half of an NBD connection: the client learns what is served here and chooses one export.
import type { Socket } from 'node:net';
import { LabError } from '../kernel/errors.ts';
import type { NbdExport } from './nbdServer.ts';
import * as wire from './nbdWire.ts';
import type { SocketReader } from './socketReader.ts';

/** What was agreed on. */
export interface Agreement {
  readonly served: NbdExport;
  readonly structuredReplies: boolean;
  /** The context `base:allocation` was asked for, under `allocationContextId`. */
  readonly allocation: boolean;
}

export const allocationContextId = 1;
const allocationContext = 'base:allocation';

export class NbdHandshake {
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  readonly #exports: readonly NbdExport[];
  #structuredReplies = false;
  /** The export for which `base:allocation` was chosen. */
  #allocationOf: NbdExport | undefined;

  constructor(deps: { socket: Socket; reader: SocketReader; exports: readonly NbdExport[] }) {
    this.#socket = deps.socket;
    this.#reader = deps.reader;
    this.#exports = deps.exports;
  }

  /** @returns undefined when the client left. @throws LabError NbdClientMalformed */
  async run(): Promise<Agreement | undefined> {
    this.#socket.write(wire.greeting());
    const clientFlags = (await this.#reader.take(4))?.readUInt32BE(0);
    if (clientFlags === undefined) return undefined;
    if ((clientFlags & wire.handshakeFlags.fixedNewstyle) === 0)
      throw new LabError('NbdClientMalformed', 'The client does not speak the fixed newstyle handshake.');
    for (;;) {
      const header = await this.#reader.take(wire.optionHeaderBytes);
      if (header === undefined) return undefined;
      if (header.readBigUInt64BE(0) !== wire.optionMagic) throw new LabError('NbdClientMalformed', 'An option does not begin with IHAVEOPT.');
      const option = header.readUInt32BE(8);
      const length = header.readUInt32BE(12);
      if (length > wire.maximumOptionBytes) throw new LabError('NbdClientMalformed', `Option ${option} has ${length} bytes.`);
      const content = await this.#reader.take(length);
      if (content === undefined) return undefined;
      if (option === wire.options.abort) {
        this.#reply(option, wire.optionReplies.ack);
        return undefined;
      }
      const served = option === wire.options.exportName ? this.#exportName(content, clientFlags) : this.#option(option, content);
      if (served !== undefined) return { served, structuredReplies: this.#structuredReplies, allocation: this.#allocationOf === served };
    }
  }

  /** @returns the export, once the client has chosen one */
  #option(option: number, content: Buffer): NbdExport | undefined {
    switch (option) {
      case wire.options.list:
        this.#list(content);
        return undefined;
      case wire.options.info:
      case wire.options.go:
        return this.#describe(option, content);
      case wire.options.structuredReply:
        this.#structuredReplies ||= content.length === 0;
        this.#reply(option, content.length === 0 ? wire.optionReplies.ack : wire.optionReplies.invalid);
        return undefined;
      case wire.options.listMetaContext:
      case wire.options.setMetaContext:
        this.#metaContexts(option, content);
        return undefined;
      default:
        this.#reply(option, wire.optionReplies.unsupported);
        return undefined;
    }
  }

  /** The oldest way to choose: it has no answer for a wrong name but the end of the connection. */
  #exportName(content: Buffer, clientFlags: number): NbdExport {
    const served = this.#find(content.toString('utf8'));
    if (served === undefined) throw new LabError('NotFound', `There is no export named "${content.toString('utf8')}".`);
    const padding = (clientFlags & wire.handshakeFlags.noZeroes) === 0 ? 124 : 0;
    this.#socket.write(Buffer.concat([exportFigures(served), Buffer.alloc(padding)]));
    return served;
  }

  #list(content: Buffer): void {
    if (content.length > 0) return this.#reply(wire.options.list, wire.optionReplies.invalid);
    for (const { name } of this.#exports) this.#reply(wire.options.list, wire.optionReplies.server, named(name));
    this.#reply(wire.options.list, wire.optionReplies.ack);
  }

  /** INFO and GO: name, then what the client wants to know (it is told everything). */
  #describe(option: number, content: Buffer): NbdExport | undefined {
    const name = nameIn(content);
    const served = name === undefined ? undefined : this.#find(name);
    if (served === undefined) {
      this.#reply(
        option,
        name === undefined ? wire.optionReplies.invalid : wire.optionReplies.unknown,
        Buffer.from(`There is no export named "${name ?? ''}".`, 'utf8'),
      );
      return undefined;
    }
    const tell = (type: number, figures: Buffer): void => this.#reply(option, wire.optionReplies.info, Buffer.concat([wire.unsigned16(type), figures]));
    tell(wire.infoTypes.export, exportFigures(served));
    tell(wire.infoTypes.name, Buffer.from(served.name, 'utf8'));
    if (served.description !== undefined) tell(wire.infoTypes.description, Buffer.from(served.description, 'utf8'));
    tell(wire.infoTypes.blockSize, wire.unsigned32(1, 4096, wire.maximumPayloadBytes));
    this.#reply(option, wire.optionReplies.ack);
    return option === wire.options.go ? served : undefined;
  }

  /** Export name, number of queries, queries. Without queries LIST tells all contexts and SET chooses none. */
  #metaContexts(option: number, content: Buffer): void {
    const name = nameIn(content);
    if (name === undefined || !this.#structuredReplies) return this.#reply(option, wire.optionReplies.invalid);
    const served = this.#find(name);
    if (served === undefined) return this.#reply(option, wire.optionReplies.unknown);
    const queries = queriesIn(content.subarray(4 + Buffer.byteLength(name)));
    if (queries === undefined) return this.#reply(option, wire.optionReplies.invalid);
    const setting = option === wire.options.setMetaContext;
    const wanted = queries.includes(allocationContext) || (!setting && (queries.length === 0 || queries.includes('base:')));
    if (setting) this.#allocationOf = wanted ? served : undefined;
    if (wanted)
      this.#reply(option, wire.optionReplies.metaContext, Buffer.concat([wire.unsigned32(setting ? allocationContextId : 0), Buffer.from(allocationContext)]));
    this.#reply(option, wire.optionReplies.ack);
  }

  /** The empty name is the default export: the first. */
  #find(name: string): NbdExport | undefined {
    return name === '' ? this.#exports[0] : this.#exports.find((served) => served.name === name);
  }

  #reply(option: number, type: number, content?: Buffer): void {
    this.#socket.write(wire.optionReply(option, type, content));
  }
}

function exportFigures(served: NbdExport): Buffer {
  const { hasFlags, readOnly, flush, fua, trim, writeZeroes, dontFragment, multiConnection } = wire.transmissionFlags;
  // Every acknowledged write is kept already, so connections need not flush for each other.
  const common = hasFlags | flush | fua | dontFragment | multiConnection;
  return Buffer.concat([wire.unsigned64(served.device.sizeBytes), wire.unsigned16(served.readOnly === true ? common | readOnly : common | trim | writeZeroes)]);
}

function named(name: string): Buffer {
  const text = Buffer.from(name, 'utf8');
  return Buffer.concat([wire.unsigned32(text.length), text]);
}

function nameIn(content: Buffer): string | undefined {
  if (content.length < 4) return undefined;
  const length = content.readUInt32BE(0);
  return 4 + length > content.length ? undefined : content.toString('utf8', 4, 4 + length);
}

function queriesIn(content: Buffer): string[] | undefined {
  if (content.length < 4) return undefined;
  const count = content.readUInt32BE(0);
  const queries: string[] = [];
  let rest = content.subarray(4);
  while (rest.length > 0) {
    const query = nameIn(rest);
    if (query === undefined) return undefined;
    queries.push(query);
    rest = rest.subarray(4 + Buffer.byteLength(query));
  }
  return queries.length === count ? queries : undefined;
}
