// The environment of a lab's terminal, the same names as `srlab env` prints: endpoints, certificates, sign-in. All inside the lab's folder.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { LabLocator } from '../../emulator/contract/control.ts';
import { labRoot } from '../lab/locator.ts';

/** VS Code's runtime and the emulator's bundle: together they are `srlab`. */
export interface Program {
  readonly runtime: string;
  readonly emulator: string;
}

/** Writes what the variables lead to below the lab's folder. */
export async function terminalEnvironment(locator: LabLocator, program: Program): Promise<Readonly<Record<string, string>>> {
  const root = labRoot(locator.dir);
  const bin = join(root, 'bin');
  await mkdir(bin, { recursive: true });
  await writeCommands(bin, program);
  const bundle = join(root, 'ca-bundle.pem');
  // Python, curl and Go take one file that replaces their own authorities.
  await writeFile(bundle, [...rootCertificates, await readFile(locator.ca, 'utf8')].join('\n'));
  const azure = join(root, 'azure-cli');
  await mkdir(azure, { recursive: true });
  return { ...variables(locator, bundle), AZURE_CONFIG_DIR: azure, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}

/** Pure: what clients read. */
export function variables(locator: LabLocator, bundle: string): Readonly<Record<string, string>> {
  const { arm, blob, control, vcenter } = locator;
  return {
    SRLAB_DIR: locator.dir,
    SRLAB_CA: locator.ca,
    SRLAB_TOKEN: locator.token,
    SRLAB_CONTROL_URL: control.url,
    SRLAB_VCENTER_URL: vcenter.url,
    SRLAB_VCENTER_USER: vcenter.user,
    SRLAB_VCENTER_PASSWORD: vcenter.password,
    SRLAB_CONFIGSERVER_URL: locator.configServer.url,
    SRLAB_ARM_URL: arm.url,
    SRLAB_ARM_TOKEN: arm.token,
    SRLAB_BLOB_URL: blob.url,
    SRLAB_BLOB_ACCOUNT: blob.accountName,
    SRLAB_BLOB_KEY: blob.accountKey,
    SRLAB_SUBSCRIPTION: locator.subscription,
    SRLAB_RESOURCE_GROUP: locator.resourceGroup,
    SRLAB_VAULT: locator.vault,
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${blob.accountName};AccountKey=${blob.accountKey};BlobEndpoint=${blob.url};`,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    NODE_EXTRA_CA_CERTS: locator.ca,
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    // Of any other tenant Azure's identity libraries would ask the world's own authority whether it is one (arm-contract §3).
    AZURE_TENANT_ID: 'adfs',
    AZURE_AUTHORITY_HOST: arm.url,
    AZURE_CLIENT_ID: 'site-recovery-lab',
    AZURE_CLIENT_SECRET: locator.token,
    AZURE_SUBSCRIPTION_ID: locator.subscription,
  };
}

/** `ELECTRON_RUN_AS_NODE` is for this one program: in the terminal's own environment it would keep `code` from opening a window. */
async function writeCommands(bin: string, { runtime, emulator }: Program): Promise<void> {
  const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`;
  const script = join(bin, 'srlab');
  await writeFile(script, `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(runtime)} ${quoted(emulator)} "$@"\n`);
  await chmod(script, 0o755);
  await writeFile(join(bin, 'srlab.cmd'), `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${runtime}" "${emulator}" %*\r\n`);
}
