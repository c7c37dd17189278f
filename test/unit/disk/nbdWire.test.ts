// The parts of NBD that today's clients no longer use, and those that a broken one might: spoken by hand.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { NbdServer } from '../../../emulator/disk/nbdServer.ts';
import * as wire from '../../../emulator/disk/nbdWire.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { SocketReader } from '../../../emulator/disk/socketReader.ts';
import { temporaryFolder } from './folder.ts';

const mebibyte = 1024 * 1024;

interface Client extends AsyncDisposable {
  readonly socket: Socket;
  readonly disk: RawDisk;
  readonly problems: unknown[];
  take(length: number): Promise<Buffer>;
}

/** A connection that has seen the greeting and sent its flags. */
async function client(flags: number): Promise<Client> {
  const folder = temporaryFolder();
  const disk = await RawDisk.create({ path: folder.file('disk.raw'), sizeBytes: mebibyte });
  const problems: unknown[] = [];
  const server = await NbdServer.listen({ exports: [{ name: 'disk', device: disk }], onProblem: (problem) => problems.push(problem) });
  const socket = connect(server.port, '127.0.0.1');
  const reader = new SocketReader(socket);
  const take = async (length: number): Promise<Buffer> => {
    const bytes = await reader.take(length);
    if (bytes === undefined) throw new Error('The server ended the connection.');
    return bytes;
  };
  expect((await take(18)).toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT');
  socket.write(wire.unsigned32(flags));
  return {
    socket,
    disk,
    problems,
    take,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await server[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

function option(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from('IHAVEOPT', 'latin1'), wire.unsigned32(number, content.length), content]);
}

function request(command: number, range: { offset: number; length: number }, payload: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([
    wire.unsigned32(0x2560_9513),
    wire.unsigned16(0),
    wire.unsigned16(command),
    Buffer.from('cookie-8', 'latin1'),
    wire.unsigned64(range.offset),
    wire.unsigned32(range.length),
    payload,
  ]);
}

/** Chooses the export the old way and reads its figures. */
async function chosen(made: Client): Promise<void> {
  made.socket.write(option(wire.options.exportName, Buffer.from('disk')));
  const figures = await made.take(10);
  expect(Number(figures.readBigUInt64BE(0))).toBe(mebibyte);
}

async function errorOf(made: Client): Promise<number> {
  const reply = await made.take(16);
  expect(reply.readUInt32BE(0)).toBe(0x6744_6698);
  expect(reply.toString('latin1', 8)).toBe('cookie-8');
  return reply.readUInt32BE(4);
}

describe('an old client', () => {
  test('chooses by EXPORT_NAME, with 124 bytes of padding unless it said no, and gets simple replies', async () => {
    await using made = await client(wire.handshakeFlags.fixedNewstyle);
    await chosen(made);
    expect(await made.take(124)).toEqual(Buffer.alloc(124));
    made.socket.write(request(wire.commands.write, { offset: 3, length: 5 }, Buffer.from('hello')));
    expect(await errorOf(made)).toBe(0);
    made.socket.write(request(wire.commands.read, { offset: 0, length: 10 }));
    expect(await errorOf(made)).toBe(0);
    expect((await made.take(10)).toString('latin1')).toBe('\0\0\0hello\0\0');
  });

  test('is told of options that are not known, and may go on', async () => {
    await using made = await client(3);
    made.socket.write(option(5, Buffer.alloc(0)));
    const reply = await made.take(20);
    expect(reply.readUInt32BE(12)).toBe(wire.optionReplies.unsupported);
    await chosen(made);
  });

  test('that aborts is answered and let go', async () => {
    await using made = await client(3);
    made.socket.write(option(wire.options.abort, Buffer.alloc(0)));
    expect((await made.take(20)).readUInt32BE(12)).toBe(wire.optionReplies.ack);
    await once(made.socket, 'close');
    expect(made.problems).toEqual([]);
  });
});

describe('a wrong request', () => {
  test('is answered with its error and the connection goes on', async () => {
    await using made = await client(3);
    await chosen(made);
    const wrong: readonly [Buffer, number][] = [
      [request(wire.commands.read, { offset: mebibyte - 1, length: 2 }), wire.errors.invalid],
      [request(wire.commands.write, { offset: mebibyte, length: 1 }, Buffer.alloc(1)), wire.errors.noSpace],
      [request(wire.commands.writeZeroes, { offset: 0, length: 2 * mebibyte }), wire.errors.noSpace],
      [request(wire.commands.blockStatus, { offset: 0, length: 512 }), wire.errors.invalid],
      [request(99, { offset: 0, length: 0 }), wire.errors.invalid],
    ];
    for (const [bytes, number] of wrong) {
      made.socket.write(bytes);
      expect(await errorOf(made)).toBe(number);
    }
    made.socket.write(request(wire.commands.flush, { offset: 0, length: 0 }));
    expect(await errorOf(made)).toBe(0);
    expect(await made.disk.allocated({ offset: 0, length: mebibyte })).toEqual([]);
  });

  test('without its magic number, or of a write too long to take, ends the connection', async () => {
    for (const bytes of [Buffer.alloc(28, 1), request(wire.commands.write, { offset: 0, length: 0xffff_ffff })]) {
      await using made = await client(3);
      await chosen(made);
      made.socket.write(bytes);
      await expect(made.take(1)).rejects.toThrow('ended');
      expect(made.problems).toMatchObject([{ code: 'NbdClientMalformed' }]);
    }
  });

  test('cut off in the middle of its payload changes nothing', async () => {
    await using made = await client(3);
    await chosen(made);
    made.socket.end(request(wire.commands.write, { offset: 0, length: 4096 }, Buffer.alloc(1000, 1)));
    await once(made.socket, 'close');
    expect(await made.disk.allocated({ offset: 0, length: mebibyte })).toEqual([]);
    expect(made.problems).toEqual([]);
  });
});
