// The second half of an NBD connection: commands on one export, many at a time, each answered when the device has acknowledged it.
import type { Socket } from 'node:net';
import { LabError } from '../kernel/errors.ts';
import type { ByteAddressed } from './byteAddressed.ts';
import { allocationContextId, type Agreement } from './nbdHandshake.ts';
import * as wire from './nbdWire.ts';
import type { NbdRequest } from './nbdWire.ts';
import type { SocketReader } from './socketReader.ts';

/** Requests of a connection that are read before earlier ones are answered. */
const inFlightBytes = 64 * 1024 * 1024;
const inFlightRequests = 256;
const maximumDescriptors = 4096;

/** An answer with an error number of the protocol. */
class Refused extends Error {
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.number = number;
  }
}

export class NbdSession {
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  readonly #agreement: Agreement;
  readonly #bytes: ByteAddressed;
  readonly #onProblem: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();
  #runningBytes = 0;

  constructor(deps: { socket: Socket; reader: SocketReader; agreement: Agreement; bytes: ByteAddressed; onProblem: (error: unknown) => void }) {
    this.#socket = deps.socket;
    this.#reader = deps.reader;
    this.#agreement = deps.agreement;
    this.#bytes = deps.bytes;
    this.#onProblem = deps.onProblem;
  }

  /** Ends when the client has left and all it sent is done. @throws LabError NbdClientMalformed */
  async run(): Promise<void> {
    try {
      for (;;) {
        const header = await this.#reader.take(wire.requestHeaderBytes);
        if (header === undefined) return;
        const request = wire.readRequest(header);
        if (request === undefined) throw new LabError('NbdClientMalformed', 'A request does not begin with the magic number.');
        if (request.command === wire.commands.disconnect) return;
        // A payload that long cannot be skipped in reasonable time: the connection ends.
        if (request.command === wire.commands.write && request.length > wire.maximumPayloadBytes)
          throw new LabError('NbdClientMalformed', `A write of ${request.length} bytes.`);
        const payload = request.command === wire.commands.write ? await this.#reader.take(request.length) : undefined;
        if (request.command === wire.commands.write && payload === undefined) return;
        this.#begin(request, payload);
        await this.#roomForMore();
      }
    } finally {
      await Promise.all(this.#running);
    }
  }

  #begin(request: NbdRequest, payload: Buffer | undefined): void {
    const cost = request.command === wire.commands.read || payload !== undefined ? request.length : 0;
    this.#runningBytes += cost;
    const work: Promise<void> = this.#answer(request, payload).finally(() => {
      this.#running.delete(work);
      this.#runningBytes -= cost;
    });
    this.#running.add(work);
  }

  async #roomForMore(): Promise<void> {
    while (this.#running.size >= inFlightRequests || this.#runningBytes >= inFlightBytes) await Promise.race(this.#running);
    // A client that sends reads and takes no answers must not fill the memory.
    if (this.#socket.writableNeedDrain) await drainOrClose(this.#socket);
  }

  async #answer(request: NbdRequest, payload: Buffer | undefined): Promise<void> {
    try {
      this.#send(await this.#perform(request, payload));
    } catch (error) {
      const number = errorNumber(error);
      if (number === wire.errors.io) this.#onProblem(error);
      this.#send(this.#failure(request, number, error instanceof Error ? error.message : String(error)));
    }
  }

  /** @returns the parts of the reply */
  async #perform(request: NbdRequest, payload: Buffer | undefined): Promise<Buffer[]> {
    const { command, offset, length, cookie } = request;
    this.#requireAllowed(request);
    if (command === wire.commands.read) return this.#read(request);
    if (command === wire.commands.blockStatus) return this.#blockStatus(request);
    // A write is acknowledged when it is kept, so FUA asks for nothing more.
    if (command === wire.commands.write) await this.#bytes.write(offset, payload as Buffer);
    if (command === wire.commands.writeZeroes) await this.#bytes.zero(offset, length);
    if (command === wire.commands.trim) await this.#bytes.trim(offset, length);
    if (command === wire.commands.flush) await this.#bytes.flush();
    return [wire.simpleReply(cookie, wire.errors.none)];
  }

  #requireAllowed(request: NbdRequest): void {
    const { command, offset, length } = request;
    if (!Object.values<number>(wire.commands).includes(command)) throw new Refused(wire.errors.invalid, `Command ${command} is not known.`);
    if (command === wire.commands.flush) return;
    const changes = command !== wire.commands.read && command !== wire.commands.blockStatus;
    if (changes && this.#agreement.served.readOnly === true) throw new Refused(wire.errors.notPermitted, 'The export is read-only.');
    if (offset + length > this.#bytes.device.sizeBytes)
      throw new Refused(changes ? wire.errors.noSpace : wire.errors.invalid, 'The range ends past the end of the disk.');
    if (command === wire.commands.read && length > wire.maximumPayloadBytes)
      throw new Refused(wire.errors.invalid, `Reads are limited to ${wire.maximumPayloadBytes} bytes.`);
  }

  async #read({ offset, length, cookie }: NbdRequest): Promise<Buffer[]> {
    if (!this.#agreement.structuredReplies) return [wire.simpleReply(cookie, wire.errors.none), await this.#bytes.read(offset, length)];
    if (length === 0) return [wire.chunk(cookie, wire.chunkTypes.none, { head: Buffer.alloc(0), bodyBytes: 0 })];
    const place = wire.unsigned64(offset);
    const [extent] = await this.#bytes.extents(offset, length);
    if (extent !== undefined && !extent.allocated && extent.length === length)
      return [wire.chunk(cookie, wire.chunkTypes.offsetHole, { head: Buffer.concat([place, wire.unsigned32(length)]), bodyBytes: 0 })];
    return [wire.chunk(cookie, wire.chunkTypes.offsetData, { head: place, bodyBytes: length }), await this.#bytes.read(offset, length)];
  }

  async #blockStatus({ offset, length, cookie, flags }: NbdRequest): Promise<Buffer[]> {
    if (!this.#agreement.allocation || length === 0) throw new Refused(wire.errors.invalid, 'The context base:allocation was not negotiated.');
    const limit = (flags & wire.commandFlags.requestOne) === 0 ? maximumDescriptors : 1;
    const extents = (await this.#bytes.extents(offset, length)).slice(0, limit);
    const descriptors = wire.unsigned32(
      ...extents.flatMap((extent) => [extent.length, extent.allocated ? wire.allocationStates.data : wire.allocationStates.holeOfZeros]),
    );
    return [wire.chunk(cookie, wire.chunkTypes.blockStatus, { head: wire.unsigned32(allocationContextId), bodyBytes: descriptors.length }), descriptors];
  }

  /** Reads and block status have structured answers once those are agreed on; the rest may keep to simple ones. */
  #failure({ command, cookie }: NbdRequest, number: number, message: string): Buffer[] {
    const structured = this.#agreement.structuredReplies && (command === wire.commands.read || command === wire.commands.blockStatus);
    if (!structured) return [wire.simpleReply(cookie, number)];
    const text = Buffer.from(message, 'utf8').subarray(0, 4096);
    return [
      wire.chunk(cookie, wire.chunkTypes.error, { head: Buffer.concat([wire.unsigned32(number), wire.unsigned16(text.length)]), bodyBytes: text.length }),
      text,
    ];
  }

  #send(parts: readonly Buffer[]): void {
    if (this.#socket.destroyed) return;
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }
}

async function drainOrClose(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('drain', resolve);
  socket.once('close', resolve);
  await promise;
  socket.off('drain', resolve);
  socket.off('close', resolve);
}

function errorNumber(error: unknown): number {
  if (error instanceof Refused) return error.number;
  if (LabError.is(error, 'DiskRangeInvalid')) return wire.errors.invalid;
  if (LabError.is(error, 'DiskReadOnly')) return wire.errors.notPermitted;
  if (LabError.is(error, 'DiskSpaceExhausted')) return wire.errors.noSpace;
  return wire.errors.io;
}
