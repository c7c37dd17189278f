// Datastore files over HTTPS: `/folder/path?dcPath=…&dsName=…`, for qemu-img, virt-v2v, curl and browsers (vcenter.md §10).
import { Router, type Request, type Response } from 'express';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../kernel/errors.ts';
import { basicCredentials, sessionOf, sessionToken } from './authentication.ts';
import { isOurs, type DatastorePath } from './datastores.ts';
import { VSphere, type VSphereDeps } from './service.ts';
import type { Sessions } from './sessions.ts';

export interface FolderOptions {
  readonly vSphere: VSphereDeps;
  readonly sessions: Sessions;
}

export function folderRoutes(options: FolderOptions): Router {
  const router = Router();
  router.get('/{*path}', (request, response) => {
    const vSphere = as(request, options);
    const place = placeOf(request, vSphere);
    if (place === undefined) return list(request, response, vSphere);
    const path = vSphere.fileToRead(place);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || isOurs(basename(path))) throw new LabError('NotFound', `[${place.datastore}] ${place.path}`);
    if (stats.isDirectory())
      return page(response, `Index of ${place.path === '' ? '/' : place.path} on datastore ${place.datastore}`, linksOf(vSphere, place, dcPathOf(request)));
    // Ranges, conditional requests and HEAD are express's business.
    response.sendFile(path, { dotfiles: 'allow', cacheControl: false, headers: { 'Content-Type': 'application/octet-stream' } });
  });
  router.put('/{*path}', async (request, response) => {
    const vSphere = as(request, options);
    const path = await vSphere.fileToChange(fileOf(request, vSphere), 'write');
    const replaced = existsSync(path);
    await receive(request, path);
    response.status(replaced ? 200 : 201).end();
  });
  router.delete('/{*path}', async (request, response) => {
    const vSphere = as(request, options);
    const path = await vSphere.fileToChange(fileOf(request, vSphere), 'delete');
    if (!existsSync(path)) throw new LabError('NotFound', request.path);
    rmSync(path, { recursive: true });
    response.status(204).end();
  });
  return router;
}

/** A file appears under its name when it is whole. */
async function receive(request: Request, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.next`;
  try {
    await pipeline(request, createWriteStream(partial));
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** A session, or credentials with the request itself. */
function as(request: Request, { vSphere, sessions }: FolderOptions): VSphere {
  const session = sessionToken(request) === undefined ? sessions.login(basicCredentials(request)) : sessionOf(request, sessions);
  return new VSphere(vSphere, session.account);
}

/** Undefined without a datastore. `%2F` in the path counts as a slash. */
function placeOf(request: Request, vSphere: VSphere): DatastorePath | undefined {
  const { dcPath, dsName } = request.query;
  if (typeof dcPath === 'string') vSphere.requireDatacenter(dcPath);
  if (dsName === undefined) return undefined;
  if (typeof dsName !== 'string' || typeof dcPath !== 'string') throw new LabError('InvalidArgument', 'dcPath and dsName are each given once.');
  return { datastore: dsName, path: decoded(request.path).replace(/^\/+|\/+$/g, '') };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw new LabError('InvalidArgument', `The path "${path}" is not URL-encoded.`, { cause: error });
  }
}

function fileOf(request: Request, vSphere: VSphere): DatastorePath {
  const place = placeOf(request, vSphere);
  if (place === undefined || place.path === '') throw new LabError('InvalidArgument', 'Name a file, dcPath and dsName.');
  return place;
}

/** Without a datacenter the datacenters, with one its datastores. */
function list(request: Request, response: Response, vSphere: VSphere): void {
  const { dcPath } = request.query;
  const links =
    typeof dcPath === 'string'
      ? vSphere.datastores().map(({ name }) => ({ name, href: `/folder?dcPath=${encodeURIComponent(dcPath)}&dsName=${encodeURIComponent(name)}` }))
      : vSphere.datacenters().map(({ name }) => ({ name, href: `/folder?dcPath=${encodeURIComponent(name)}` }));
  page(response, typeof dcPath === 'string' ? `Datastores of ${dcPath}` : 'Datacenters', links);
}

function dcPathOf(request: Request): string {
  const { dcPath } = request.query;
  return typeof dcPath === 'string' ? dcPath : '';
}

function linksOf(vSphere: VSphere, place: DatastorePath, dcPath: string): { name: string; href: string; details: string }[] {
  const query = `?dcPath=${encodeURIComponent(dcPath)}&dsName=${encodeURIComponent(place.datastore)}`;
  return vSphere.browse(place).map(({ name, folder, sizeBytes, modifiedMs }) => {
    const inside = place.path === '' ? name : `${place.path}/${name}`;
    const href = `/folder/${inside.split('/').map(encodeURIComponent).join('/')}${folder ? '/' : ''}${query}`;
    return { name: folder ? `${name}/` : name, href, details: `${new Date(modifiedMs).toUTCString()} ${folder ? '-' : sizeBytes}` };
  });
}

function page(response: Response, title: string, links: readonly { name: string; href: string; details?: string }[]): void {
  const rows = links.map(
    ({ name, href, details = '' }) => `<tr><td><a href="${escaped(href)}">${escaped(name)}</a></td><td align="right">${escaped(details)}</td></tr>`,
  );
  response
    .type('html')
    .send(
      `<!DOCTYPE html>\n<html><head><title>${escaped(title)}</title></head><body><h1>${escaped(title)}</h1><table>\n${rows.join('\n')}\n</table></body></html>\n`,
    );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
