// Datastore files over HTTPS, with the tools people use: curl and qemu-img.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accounts, diskBytes } from './siteSpec.ts';
import { basic, vCenterLab, type VCenterLab, type WireClient } from './vcenterLab.ts';

const run = promisify(execFile);
let site: VCenterLab;
let client: WireClient;
const [administrator] = accounts as [(typeof accounts)[0]];
const query = '?dcPath=DC0&dsName=datastore1';
const flat = `/folder/web/web-flat.vmdk${query}`;

beforeEach(async () => {
  site = await vCenterLab();
  client = await site.client(administrator);
});
afterEach(async () => {
  await site[Symbol.asyncDispose]();
});

const web = (): string => site.vCenter.list().find(({ name }) => name === 'web')?.instanceUuid as string;

test('the listing leads from datacenters to datastores to folders to files', async () => {
  const page = async (path: string): Promise<string> => (await client.call(path)).bytes.toString();
  expect(await page('/folder')).toContain('href="/folder?dcPath=DC0"');
  expect(await page('/folder?dcPath=%2FDC0')).toContain('dsName=datastore1');
  expect(await page(`/folder${query}`)).toContain('href="/folder/web/?dcPath=DC0&amp;dsName=datastore1"');
  const files = await page(`/folder/web/${query}`);
  for (const name of ['web.vmx', 'web.vmdk', 'web-flat.vmdk']) expect(files).toContain(`/folder/web/${name}?`);
  expect(files).not.toContain('.map');
});

test('a range is answered with 206, HEAD with the length, a path may have its slash encoded', async () => {
  await using disk = await site.vCenter.openStoppedDisk(web(), site.vCenter.vm(web()).disks[0]?.diskId as string);
  await disk.write(512, Buffer.alloc(512, 'r'));
  const part = await client.call(flat, { headers: { range: 'bytes=512-1023' } });
  expect(part.status).toBe(206);
  expect(part.bytes.toString()).toBe('r'.repeat(512));
  expect(part.headers['content-range']).toBe(`bytes 512-1023/${diskBytes}`);
  const head = await client.call(flat, { method: 'HEAD' });
  expect([head.status, head.headers['content-length'], head.headers['accept-ranges']]).toEqual([200, String(diskBytes), 'bytes']);
  expect((await client.call(`/folder/web%2Fweb.vmx${query}`)).bytes.toString()).toContain('displayName = "web"');
  expect((await client.call(flat, { headers: { range: `bytes=${diskBytes}-` } })).status).toBe(416);
});

test('qemu-img reads a disk through the wire, and it is the disk', async () => {
  const { diskId } = site.vCenter.vm(web()).disks[0] as { diskId: string };
  {
    await using disk = await site.vCenter.openStoppedDisk(web(), diskId);
    await disk.write(diskBytes / 2, site.kernel.random.bytes(64 * 1024));
  }
  const source = site.vCenter.file('[datastore1] web/web.vmdk');
  const { stdout } = await run('qemu-img', ['info', '--output=json', source]);
  expect(JSON.parse(stdout)).toMatchObject({ format: 'vmdk', 'virtual-size': diskBytes });
  const copy = `${site.lab.folder}/copy.raw`;
  await run('curl', [
    '--silent',
    '--show-error',
    '--fail',
    '--insecure',
    '--user',
    `${administrator.userName}:${administrator.password}`,
    '--output',
    copy,
    `${site.vCenter.url}${flat}`,
  ]);
  expect(execFileSync('qemu-img', ['compare', '-f', 'vmdk', '-F', 'raw', source, copy]).toString()).toContain('Images are identical');
});

test('an uploaded disk is what the machine then runs on', async () => {
  const bytes = site.kernel.random.bytes(diskBytes);
  const image = `${site.lab.folder}/upload.raw`;
  writeFileSync(image, bytes);
  const upload = (path: string): Promise<{ stdout: string }> =>
    run('curl', [
      '--silent',
      '--insecure',
      '--write-out',
      '%{http_code}',
      '--user',
      `${administrator.userName}:${administrator.password}`,
      '--upload-file',
      image,
      `${site.vCenter.url}${path}`,
    ]);
  expect((await upload(flat)).stdout).toBe('200');
  expect((await upload(`/folder/new/place/file.iso${query}`)).stdout).toBe('201');
  expect(readFileSync(site.vCenter.file('[datastore1] new/place/file.iso')).equals(bytes)).toBe(true);
  await site.vCenter.power(web(), 'start');
  const machine = site.vCenter.machine(web());
  expect((await machine.disk(machine.definition.disks[0]?.diskId as string).read(0, diskBytes)).equals(bytes)).toBe(true);
});

test('the disk of a running machine can be neither replaced nor deleted, and nothing is lost by trying', async () => {
  await site.vCenter.power(web(), 'start');
  const before = readFileSync(site.vCenter.file('[datastore1] web/web-flat.vmdk'));
  for (const file of ['web/web-flat.vmdk', 'web/web.vmdk']) {
    expect((await client.call(`/folder/${file}${query}`, { method: 'PUT', body: Buffer.from('x') })).status).toBe(400);
    expect(await client.call(`/folder/${file}${query}`, { method: 'DELETE' })).toMatchObject({ status: 400, body: { error_type: 'RESOURCE_IN_USE' } });
  }
  expect(readFileSync(site.vCenter.file('[datastore1] web/web-flat.vmdk')).equals(before)).toBe(true);
});

test('paths that lead out, names that do not exist and callers without rights are refused', async () => {
  for (const path of ['..%2f..%2fvcenter.db', '%2e%2e%2f%2e%2e%2fvcenter.db', 'web/..%2f..%2f..%2fvcenter.db', '..'])
    expect({ path, refused: [400, 404].includes((await client.call(`/folder/${path}${query}`)).status) }).toEqual({ path, refused: true });
  expect((await client.call(`/folder/..%2f..%2fvcenter.db${query}`)).body).toMatchObject({ error_type: 'INVALID_ARGUMENT' });
  expect((await client.call(`/folder/%zz${query}`)).status).toBe(400);
  expect((await client.call('/folder/web/web.vmx?dcPath=DC7&dsName=datastore1')).status).toBe(404);
  expect((await client.call('/folder/web/web.vmx?dcPath=DC0&dsName=datastore7')).status).toBe(404);
  expect((await client.call(`/folder/web/none.vmdk${query}`)).status).toBe(404);
  expect((await client.call(`/folder/web/web-flat.vmdk.map${query}`)).status).toBe(404);
  const stranger = await site.client(undefined);
  const refused = await stranger.call(flat);
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="vCenter", charset="UTF-8"']);
  const reader = accounts[2] as (typeof accounts)[0];
  expect((await stranger.call(flat, { headers: { authorization: basic(reader) } })).status).toBe(403);
  expect((await stranger.call(`/folder/web${query}`, { headers: { authorization: basic(administrator) } })).status).toBe(200);
});

test('a deleted file is gone', async () => {
  await client.call(`/folder/a/b.txt${query}`, { method: 'PUT', body: Buffer.from('text') });
  expect((await client.call(`/folder/a/b.txt${query}`, { method: 'DELETE' })).status).toBe(204);
  expect((await client.call(`/folder/a/b.txt${query}`, { method: 'DELETE' })).status).toBe(404);
});
