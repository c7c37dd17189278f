// Lists of Azure that the failover's targets are chosen from: read without the SDK of each service, which are larger than all else together.
import { request } from 'node:https';
import { ExtensionError } from '../lab/labError.ts';
import { textOf } from './labHttp.ts';
import type { VaultPlace } from './vaultClient.ts';
import { t } from '../texts.ts';

interface Page<Resource> {
  readonly value?: readonly Resource[];
  readonly nextLink?: string | null;
  readonly error?: { readonly code?: string; readonly message?: string };
}

/**
 * @param path below the endpoint, such as `/subscriptions/…/virtualNetworks`
 * @returns all pages
 * @throws ExtensionError with the service's code, LabUnreachable when nobody answers
 */
export async function listResources<Resource>(place: VaultPlace, path: string, apiVersion: string): Promise<Resource[]> {
  const resources: Resource[] = [];
  const own = new URL(place.endpoint).origin;
  for (let next: string | null | undefined = `${place.endpoint}${path}?api-version=${apiVersion}`; next !== null && next !== undefined;) {
    // The token is for this endpoint alone.
    if (new URL(next).origin !== own) throw new ExtensionError('UnexpectedAnswer', t('A list goes on at another host: {0}.', new URL(next).host));
    const page: Page<Resource> = await read(place, next);
    resources.push(...(page.value ?? []));
    next = page.nextLink;
  }
  return resources;
}

async function read<Resource>(place: VaultPlace, url: string): Promise<Page<Resource>> {
  const { token } = await place.token();
  const { promise, resolve, reject } = Promise.withResolvers<Page<Resource>>();
  const asking = request(url, { headers: { authorization: `Bearer ${token}` }, ...(place.ca === undefined ? {} : { ca: place.ca }) }, (answer) => {
    textOf(answer)
      .then((text) => {
        const page = JSON.parse(text) as Page<Resource>;
        const { error } = page;
        if (error !== undefined) throw new ExtensionError(error.code ?? String(answer.statusCode), error.message ?? text);
        resolve(page);
      })
      .catch(reject);
  });
  asking.on('error', (error) =>
    reject(
      new ExtensionError('LabUnreachable', t('The lab does not answer: {0}', error.message), { cause: error, recommendedAction: t('Start the lab again.') }),
    ),
  );
  asking.end();
  return promise;
}
