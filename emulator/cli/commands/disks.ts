// The bytes of a disk, on any side: list, read, write, checksum, import, export, serve over NBD.
import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type { RequestOf } from '../../contract/control.ts';
import type { DiskListing, DiskReference } from '../../contract/control/disks.ts';
import { LabError } from '../../kernel/errors.ts';
import { Feed } from '../follow.ts';
import { onLab, type Session, type Shell } from '../shell.ts';
import { readInputFile } from '../inputFile.ts';
import { sizeText, type Column } from '../texts.ts';
import { parseDisk, parsePort, parseSize } from '../values.ts';
import { given } from './protection.ts';

/** What one request of the control API carries. */
const portionBytes = 4 * 1024 * 1024;
const formats = ['raw', 'vhd', 'vmdk', 'qcow2', 'vhdx'] as const;
type Format = (typeof formats)[number];

const diskColumns: readonly Column<DiskListing>[] = [
  { title: 'DISK', text: (disk) => `${disk.location === 'azure' ? 'azure:' : ''}${disk.machine}/${disk.number}` },
  { title: 'NAME', text: (disk) => disk.name },
  { title: 'SIZE', right: true, text: (disk) => sizeText(disk.sizeBytes) },
  { title: 'USED', right: true, text: (disk) => sizeText(disk.allocatedBytes) },
  { title: 'SERVED AT', text: (disk) => disk.servedAt ?? '' },
  { title: 'PATH', text: (disk) => disk.path },
];

const diskHelp = `
<disk> is web01/0 for the first disk of a machine at the site, azure:web01/0 for that of an Azure VM,
web01/0@replica for the newest state of the replica, web01/0@<point id> for a recovery point.

Examples:
  srlab disk sha256 web01/0
  srlab disk export web01/0@replica replica.vhd
  srlab disk serve azure:web01/0 --read-only`;

const argument = '<disk>';

export function addDiskCommands(program: Command, shell: Shell): void {
  const disk = program
    .command('disk')
    .description('the bytes of any disk: read, write, compare, bring in, take out')
    .helpGroup('Estate:')
    .addHelpText('after', diskHelp);
  disk
    .command('list')
    .argument('[machine]', 'only of this machine')
    .description('list disks, their size, and what they cost on this host')
    .action(
      onLab<object, [string | undefined]>(shell, async ({ client, output }, _, [machine]) =>
        output.list(await client.call('disk.list', given({ machine })), diskColumns, 'No disk.'),
      ),
    );
  disk
    .command('read')
    .argument(argument, 'which disk', parseDisk)
    .description('write bytes of a disk to standard output')
    .option('--offset <size>', 'where to begin', parseSize, 0)
    .option('--length <size>', 'how much', parseSize, 512)
    .action(onLab<{ offset: number; length: number }, [DiskReference]>(shell, read));
  disk
    .command('write')
    .argument(argument, 'which disk', parseDisk)
    .description('write bytes to a disk, through the tap like any write of the machine')
    .option('--offset <size>', 'where to begin', parseSize, 0)
    .option('--input <file>', 'bytes to write; default: standard input')
    .action(onLab<{ offset: number; input?: string }, [DiskReference]>(shell, write));
  addDigests(disk, shell);
  disk
    .command('verify')
    .argument(argument, 'which disk', parseDisk)
    .description('what the transaction ledger on the disk says of itself')
    .action(
      onLab<object, [DiskReference]>(shell, async ({ client, output, shell: around }, _, [reference]) => {
        const found = await client.call('disk.verify', { disk: reference });
        output.record(found, ({ verdict, detail }) => `${verdict}: ${detail}`);
        if (found.verdict === 'damaged') around.exitWith(1);
      }),
    );
  addTransfers(disk, shell);
}

function addDigests(disk: Command, shell: Shell): void {
  disk
    .command('digest')
    .argument(argument, 'which disk', parseDisk)
    .description('a digest that is equal for equal disks and costs what they hold; for large disks')
    .action(
      onLab<object, [DiskReference]>(shell, async ({ client, output }, _, [reference]) =>
        output.record(await client.call('disk.digest', { disk: reference }), ({ digest, sizeBytes }) => `${digest}  ${sizeText(sizeBytes)}`),
      ),
    );
  disk
    .command('sha256')
    .argument(argument, 'which disk', parseDisk)
    .description('SHA-256 of the whole content')
    .action(
      onLab<object, [DiskReference]>(shell, async ({ client, output }, _, [reference]) =>
        output.record(await client.call('disk.sha256', { disk: reference }), ({ sha256, sizeBytes }) => `${sha256}  ${sizeText(sizeBytes)}`),
      ),
    );
}

function addTransfers(disk: Command, shell: Shell): void {
  disk
    .command('import')
    .argument('<target>', 'a machine (web01) that gets a new disk, or a disk (web01/0) whose content is replaced')
    .argument('<file>', 'raw, VHD, VMDK; with qemu-img also qcow2, VHDX and others')
    .description('bring a disk of your own into a machine that is off')
    .action(
      onLab<object, [string, string]>(shell, async (session, _, [target, file]) => {
        const named = target.includes('/') ? parseDisk(target) : { machine: target, disk: undefined };
        const added = await withProgress(session, file, (progressId) =>
          session.client.call('disk.import', { machine: named.machine, path: resolve(file), progressId, ...given({ disk: named.disk }) }),
        );
        session.output.list([added], diskColumns, '');
      }),
    );
  disk
    .command('export')
    .argument('<disk>', 'which disk', parseDisk)
    .argument('<file>', 'file to make')
    .description('take a disk out as a file that other tools read')
    .addOption(new Option('--format <format>', 'default: by the ending of the file').choices(formats))
    .action(
      onLab<{ format?: Format }, [DiskReference, string]>(shell, async (session, options, [reference, file]) => {
        const request: RequestOf<'disk.export'> = { disk: reference, path: resolve(file), format: options.format ?? formatOf(file) };
        const made = await withProgress(session, file, (progressId) => session.client.call('disk.export', { ...request, progressId }));
        session.output.record(made, ({ path, sizeBytes }) => `${path}  ${sizeText(sizeBytes)}`);
      }),
    );
  disk
    .command('grow')
    .argument('<disk>', 'which disk', parseDisk)
    .argument('<size>', 'its new size, such as 2GiB', parseSize)
    .description('make a disk of a machine that is off larger; a protected machine needs a resynchronisation then')
    .action(
      onLab<object, [DiskReference, number]>(shell, async ({ client, output }, _, [reference, sizeBytes]) =>
        output.list([await client.call('disk.grow', { disk: reference, sizeBytes })], diskColumns, ''),
      ),
    );
  disk
    .command('serve')
    .argument('<disk>', 'which disk', parseDisk)
    .description('serve a disk over NBD on 127.0.0.1 until the lab ends or disk unserve')
    .option('--port <port>', 'default: a free one', parsePort)
    .option('--read-only', 'refuse writes')
    .action(
      onLab<{ port?: number; readOnly?: true }, [DiskReference]>(shell, async ({ client, output }, { port, readOnly }, [reference]) =>
        output.record(await client.call('disk.serve', { disk: reference, ...given({ port, readOnly }) }), ({ url }) => url),
      ),
    );
  disk
    .command('unserve')
    .argument('<url>', 'as disk serve printed it')
    .description('stop serving a disk')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [url]) =>
        output.record(await client.call('disk.unserve', { url }), () => `${url} is closed.`),
      ),
    );
}

async function read({ client, output }: Session, { offset, length }: { offset: number; length: number }, [disk]: readonly [DiskReference]): Promise<void> {
  for (let at = offset; at < offset + length; at += portionBytes) {
    const portion = await client.call('disk.read', { disk, offset: at, length: Math.min(portionBytes, offset + length - at) });
    if (output.json) output.record({ offset: at, ...portion }, String);
    else await output.bytes(Buffer.from(portion.base64, 'base64'));
  }
}

async function write(
  { client, output, shell }: Session,
  { offset, input }: { offset: number; input?: string },
  [disk]: readonly [DiskReference],
): Promise<void> {
  const bytes = input === undefined ? await readAll(shell.stdin) : await readInputFile(input);
  for (let at = 0; at < bytes.length; at += portionBytes)
    await client.call('disk.write', { disk, offset: offset + at, base64: bytes.subarray(at, at + portionBytes).toString('base64') });
  output.record({ writtenBytes: bytes.length }, ({ writtenBytes }) => `Wrote ${sizeText(writtenBytes)} at ${offset}.`);
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

async function withProgress<T>({ client, output }: Session, subject: string, work: (progressId: string) => Promise<T>): Promise<T> {
  // One transfer per process: the pid tells ours from those of others in the feed.
  const progressId = `srlab-${process.pid}`;
  await using feed = await Feed.open(client);
  using progress = output.progress();
  using _watch = feed.subscribe((event) => {
    if (event.kind === 'progress' && event.progressId === progressId)
      progress.show({ subject, text: 'copying', done: event.doneBytes, total: event.totalBytes, unit: 'bytes' });
  });
  return await work(progressId);
}

function formatOf(file: string): Format {
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  if (ending === 'img' || ending === 'bin') return 'raw';
  const format = formats.find((known) => known === ending);
  if (format === undefined) throw new LabError('CommandLineInvalid', `The ending of ${file} names no format; give --format ${formats.join(', ')}.`);
  return format;
}
