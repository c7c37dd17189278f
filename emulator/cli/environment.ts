// What a client of a lab finds in its environment: endpoints, certificates and sign-in for every kind of client, all inside the lab's folder.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { ReadyLine } from '../contract/labLocator.ts';

/** Service principal of the clients; its secret is the lab's token. */
const clientId = 'site-recovery-lab';
/** Name of the lab's cloud in the configuration of the Azure CLI, as the lab's own metadata have it. */
const cloudName = 'SiteRecoveryLab';
const audience = 'https://management.azure.com/';

export type Environment = Readonly<Record<string, string>>;

/** A runtime and what it runs: together they are `srlab`. */
export interface Program {
  readonly runtime: string;
  readonly script: string;
}

/** Writes what the variables lead to below the lab's folder. @param program becomes the command `srlab` on the PATH; default: this process's own */
export async function clientEnvironment(ready: ReadyLine, program: Program = ownProgram()): Promise<Environment> {
  const root = join(ready.dir, '.srlab');
  const bin = await writeCommands(join(root, 'bin'), program);
  const bundle = await writeBundle(join(root, 'ca-bundle.pem'), ready.ca);
  const configuration = await writeAzureCliConfiguration(join(root, 'azure-cli'), ready);
  return {
    ...endpoints(ready),
    ...certificates(ready.ca, bundle),
    ...signIn(ready),
    AZURE_CONFIG_DIR: configuration,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
  };
}

function endpoints(ready: ReadyLine): Environment {
  const { blob } = ready;
  return {
    SRLAB_DIR: ready.dir,
    SRLAB_CA: ready.ca,
    SRLAB_TOKEN: ready.token,
    SRLAB_CONTROL_URL: ready.control.url,
    SRLAB_VCENTER_URL: ready.vcenter.url,
    SRLAB_VCENTER_USER: ready.vcenter.user,
    SRLAB_VCENTER_PASSWORD: ready.vcenter.password,
    SRLAB_CONFIGSERVER_URL: ready.configServer.url,
    SRLAB_ARM_URL: ready.arm.url,
    SRLAB_ARM_TOKEN: ready.arm.token,
    SRLAB_BLOB_URL: blob.url,
    SRLAB_BLOB_ACCOUNT: blob.accountName,
    SRLAB_BLOB_KEY: blob.accountKey,
    SRLAB_TENANT: ready.tenant,
    SRLAB_SUBSCRIPTION: ready.subscription,
    SRLAB_RESOURCE_GROUP: ready.resourceGroup,
    SRLAB_VAULT: ready.vault,
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${blob.accountName};AccountKey=${blob.accountKey};BlobEndpoint=${blob.url};`,
  };
}

/** Node adds an authority to its own; Python, curl, Go and .NET take a file that replaces theirs. */
function certificates(ca: string, bundle: string): Environment {
  return { NODE_EXTRA_CA_CERTS: ca, REQUESTS_CA_BUNDLE: bundle, CURL_CA_BUNDLE: bundle, SSL_CERT_FILE: bundle };
}

/**
 * For `EnvironmentCredential` and `DefaultAzureCredential` the tenant is `adfs`: of any other authority they would ask login.microsoftonline.com
 * whether it is one (arm-contract §3). `ARM_…` is what Terraform reads.
 */
function signIn(ready: ReadyLine): Environment {
  return {
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: ready.token,
    AZURE_TENANT_ID: 'adfs',
    AZURE_AUTHORITY_HOST: ready.arm.url,
    AZURE_SUBSCRIPTION_ID: ready.subscription,
    ARM_CLOUD_METADATA_URL: `${ready.arm.url}/metadata/endpoints?api-version=2019-05-01`,
    ARM_METADATA_HOSTNAME: new URL(ready.arm.url).host,
    ARM_CLIENT_ID: clientId,
    ARM_CLIENT_SECRET: ready.token,
    ARM_TENANT_ID: ready.tenant,
    ARM_SUBSCRIPTION_ID: ready.subscription,
    ARM_SKIP_PROVIDER_REGISTRATION: 'true',
  };
}

function ownProgram(): Program {
  return { runtime: process.execPath, script: process.argv[1] ?? '' };
}

/** `ELECTRON_RUN_AS_NODE` is for this one program, whose runtime may be VS Code's: in the environment itself it would keep `code` from opening a window. */
async function writeCommands(bin: string, { runtime, script }: Program): Promise<string> {
  const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`;
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'srlab'), `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(runtime)} ${quoted(script)} "$@"\n`, { mode: 0o755 });
  await writeFile(join(bin, 'srlab.cmd'), `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${runtime}" "${script}" %*\r\n`);
  return bin;
}

/** The world's authorities with the lab's, so that a client can reach both. */
async function writeBundle(path: string, ca: string): Promise<string> {
  await writeFile(path, [...rootCertificates, await readFile(ca, 'utf8')].join('\n'));
  return path;
}

/** As `az cloud register` and `az cloud set` leave it; who is signed in stays. */
async function writeAzureCliConfiguration(folder: string, ready: ReadyLine): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { url } = ready.arm;
  const cloud = {
    endpoint_resource_manager: url,
    endpoint_management: audience,
    endpoint_gallery: url,
    endpoint_active_directory: `${url}/adfs`,
    endpoint_active_directory_resource_id: audience,
    endpoint_active_directory_graph_resource_id: url,
    suffix_storage_endpoint: '127.0.0.1',
    subscription: ready.subscription,
  };
  await writeFile(join(folder, 'clouds.config'), section(cloudName, cloud));
  // What it learned of the cloud when the lab may have listened elsewhere.
  await rm(join(folder, 'cloudEndpoints.json'), { force: true });
  const settings = join(folder, 'config');
  // What its user has set since is left alone.
  if (!existsSync(settings)) await writeFile(settings, section('cloud', { name: cloudName }), { mode: 0o600 });
  return folder;
}

function section(name: string, fields: Environment): string {
  return `[${name}]\n${Object.entries(fields)
    .map(([field, value]) => `${field} = ${value}\n`)
    .join('')}`;
}

export const shellNames = ['bash', 'pwsh', 'json'] as const;
export type ShellName = (typeof shellNames)[number];

/** Text that sets the variables when the shell reads it. */
export function environmentText(environment: Environment, shell: ShellName): string {
  const variables = Object.entries(environment);
  switch (shell) {
    case 'json':
      return JSON.stringify(environment);
    case 'bash':
      return variables.map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`).join('\n');
    case 'pwsh':
      return variables.map(([name, value]) => `$env:${name} = '${value.replaceAll("'", "''")}'`).join('\n');
  }
}
