// Disks served over NBD, used by real clients: qemu-io, qemu-img, nbdinfo, nbdcopy.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { BlockDevice } from '../../../emulator/disk/blockDevice.ts';
import { NbdServer } from '../../../emulator/disk/nbdServer.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';
import { temporaryFolder } from './folder.ts';
import { tool } from './tools.ts';

const mebibyte = 1024 * 1024;

interface Served extends AsyncDisposable {
  readonly disk: RawDisk;
  readonly url: string;
  readonly server: NbdServer;
  readonly problems: unknown[];
  file(name: string): string;
}

async function serve(options: { sizeBytes: number; readOnly?: boolean; wrap?: (disk: RawDisk) => BlockDevice }): Promise<Served> {
  const folder = temporaryFolder();
  const disk = await RawDisk.create({ path: folder.file('served.raw'), sizeBytes: options.sizeBytes });
  const problems: unknown[] = [];
  const device = options.wrap?.(disk) ?? disk;
  const server = await NbdServer.listen({
    exports: [{ name: 'web01 disk', device, readOnly: options.readOnly ?? false }],
    onProblem: (problem) => problems.push(problem),
  });
  return {
    disk,
    server,
    problems,
    url: server.url('web01 disk'),
    file: (name) => folder.file(name),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const qemuIo = (url: string, ...commands: string[]): Promise<string> => tool('qemu-io', '-f', 'raw', ...commands.flatMap((command) => ['-c', command]), url);

describe('an NBD export', () => {
  test('takes what qemu-io writes, aligned and not, and gives it back', async () => {
    await using served = await serve({ sizeBytes: 8 * mebibyte });
    const output = await qemuIo(
      served.url,
      'write -P 0x11 0 1M',
      'write -P 0x22 1000 3000',
      'write -f -P 0x33 2M 4k',
      'write -z 512k 256k',
      'discard 768k 64k',
      'flush',
      'read -P 0x22 1000 3000',
      'read -P 0x11 0 1000',
      'read -P 0 512k 256k',
    );
    expect(output).not.toContain('failed');
    const model = Buffer.alloc(8 * mebibyte);
    model.fill(0x11, 0, mebibyte);
    model.fill(0x22, 1000, 4000);
    model.fill(0x33, 2 * mebibyte, 2 * mebibyte + 4096);
    model.fill(0, 512 * 1024, (768 + 64) * 1024);
    expect((await served.disk.read(0, model.length)).equals(model)).toBe(true);
    expect(served.problems).toEqual([]);
  });

  test('shows nbdinfo its size and what is allocated', async () => {
    await using served = await serve({ sizeBytes: 64 * mebibyte });
    await served.disk.write(16 * mebibyte, Buffer.alloc(mebibyte, 1));
    const listed = JSON.parse(await tool('nbdinfo', '--list', '--json', `nbd://127.0.0.1:${served.server.port}`)) as {
      exports: { 'export-name': string; 'export-size': number; can_fua: boolean; contexts: string[] }[];
    };
    expect(listed.exports).toMatchObject([{ 'export-name': 'web01 disk', 'export-size': 64 * mebibyte, can_fua: true, contexts: ['base:allocation'] }]);
    const map = JSON.parse(await tool('nbdinfo', '--map', '--json', served.url)) as unknown;
    expect(map).toMatchObject([
      { offset: 0, length: 16 * mebibyte, type: 3 },
      { offset: 16 * mebibyte, length: mebibyte, type: 0 },
      { offset: 17 * mebibyte, length: 47 * mebibyte, type: 3 },
    ]);
  });

  test('is copied whole by nbdcopy on several connections and by qemu-img, there and back', async () => {
    await using served = await serve({ sizeBytes: 48 * mebibyte });
    const source = served.file('source.raw');
    writeFileSync(source, Buffer.concat([seededRandom('nbd').bytes(20 * mebibyte), Buffer.alloc(20 * mebibyte), seededRandom('end').bytes(8 * mebibyte)]));
    await tool('nbdcopy', '--connections=4', '--flush', source, served.url);
    expect(await tool('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', source, served.url)).toContain('identical');
    const copy = served.file('copy.qcow2');
    await tool('qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', served.url, copy);
    expect(await tool('qemu-img', 'compare', '-f', 'raw', '-F', 'qcow2', source, copy)).toContain('identical');
    await tool('nbdcopy', served.url, served.file('back.raw'));
    expect(await tool('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', source, served.file('back.raw'))).toContain('identical');
  });

  test('of 1 TiB with little in it is converted in the time of what is in it', async () => {
    await using served = await serve({ sizeBytes: 1024 * 1024 * mebibyte });
    await served.disk.write(700 * 1024 * mebibyte, Buffer.alloc(mebibyte, 9));
    const copy = served.file('copy.qcow2');
    await tool('qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', served.url, copy);
    expect(await qemuIoOf(copy, 'read -P 9 700G 1M')).not.toContain('failed');
  });

  test('keeps neighbours apart when many parts of one sector are written at once', async () => {
    await using served = await serve({ sizeBytes: mebibyte });
    const commands = Array.from({ length: 64 }, (_, place) => `aio_write -P ${place + 1} ${place * 100} 100`);
    // Images opened without a cache, or qemu would join the writes before it sends them.
    await qemuIo(served.url, ...commands, 'aio_flush');
    const bytes = await served.disk.read(0, 6656);
    const expected = Buffer.concat([...Array.from({ length: 64 }, (_, place) => Buffer.alloc(100, place + 1)), Buffer.alloc(256)]);
    expect(bytes.equals(expected)).toBe(true);
  });

  test('that is read-only refuses writes and says so beforehand', async () => {
    await using served = await serve({ sizeBytes: mebibyte, readOnly: true });
    const info = JSON.parse(await tool('nbdinfo', '--json', served.url)) as { exports: { is_read_only: boolean }[] };
    expect(info.exports[0]?.is_read_only).toBe(true);
    await expect(qemuIo(served.url, 'write 0 512')).rejects.toThrow(/Permission denied/);
    expect(await tool('qemu-io', '-r', '-f', 'raw', '-c', 'read -P 0 0 1M', served.url)).not.toContain('failed');
  });

  test('with an unknown name is refused by name', async () => {
    await using served = await serve({ sizeBytes: mebibyte });
    await expect(tool('nbdinfo', served.server.url('other'))).rejects.toThrow(/No such file or directory for export: other/);
  });

  test('answers a failing device with an error and goes on', async () => {
    await using served = await serve({ sizeBytes: mebibyte, wrap: failingAt(65_536) });
    const output = await qemuIo(served.url, 'write -P 1 0 4k', 'write -P 1 64k 4k', 'read -P 1 0 4k').catch(
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    expect(output).toContain('No space left on device');
    expect((await served.disk.read(0, 4096)).equals(Buffer.alloc(4096, 1))).toBe(true);
  });

  test('acknowledges a flush only after the writes before it', async () => {
    const order: string[] = [];
    await using served = await serve({
      sizeBytes: mebibyte,
      wrap: (disk) => ({
        ...facade(disk),
        write: async (offset, bytes) => {
          // Long enough in turns of the event loop for the flush to arrive meanwhile.
          for (let turn = 0; turn < 100; turn += 1) await setImmediate();
          await disk.write(offset, bytes);
          order.push('written');
        },
      }),
    });
    await qemuIo(served.url, 'aio_write -P 5 0 4k', 'flush');
    order.push('flushed');
    expect(order).toEqual(['written', 'flushed']);
  });

  test('ends the connection of a client that breaks the protocol, and reports it', async () => {
    await using served = await serve({ sizeBytes: mebibyte });
    const socket = connect(served.server.port, '127.0.0.1');
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
    expect(served.problems).toMatchObject([{ code: 'NbdClientMalformed' }]);
    expect(await qemuIo(served.url, 'read -P 0 0 1M')).not.toContain('failed');
  });

  test('on a port that is taken is refused by name', async () => {
    await using served = await serve({ sizeBytes: mebibyte });
    await expect(NbdServer.listen({ exports: [], port: served.server.port, onProblem: () => undefined })).rejects.toMatchObject({ code: 'PortInUse' });
  });
});

function qemuIoOf(path: string, command: string): Promise<string> {
  return tool('qemu-io', '-f', 'qcow2', '-c', command, path);
}

function facade(disk: RawDisk): BlockDevice {
  return {
    sizeBytes: disk.sizeBytes,
    read: (offset, length) => disk.read(offset, length),
    write: (offset, bytes) => disk.write(offset, bytes),
    zero: (offset, length) => disk.zero(offset, length),
    allocated: (within) => disk.allocated(within),
    [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose](),
  };
}

function failingAt(place: number): (disk: RawDisk) => BlockDevice {
  return (disk) => ({
    ...facade(disk),
    write: async (offset, bytes) => {
      if (offset <= place && place < offset + bytes.length) throw new LabError('DiskSpaceExhausted');
      await disk.write(offset, bytes);
    },
  });
}
