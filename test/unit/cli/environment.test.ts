// What clients find in their environment, and the files of a lab's folder that it leads to.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientEnvironment, environmentText } from '../../../emulator/cli/environment.ts';
import type { ReadyLine } from '../../../emulator/contract/labLocator.ts';
import { useFolder } from '../../support/folder.ts';

const url = 'https://127.0.0.1:44300';

function readyLine(dir: string): ReadyLine {
  mkdirSync(join(dir, '.srlab'), { recursive: true });
  const ca = join(dir, '.srlab', 'ca.pem');
  writeFileSync(ca, '-----BEGIN CERTIFICATE-----\nof the lab\n-----END CERTIFICATE-----\n');
  return {
    pid: 1,
    dir,
    arm: { url, token: 'token' },
    vcenter: { url: 'https://127.0.0.1:1', user: 'u', password: "it's secret" },
    configServer: { url: 'https://127.0.0.1:2', hostId: 'h', passphrase: 'p' },
    processServers: [],
    blob: { url: 'http://127.0.0.1:3/account', accountName: 'account', accountKey: 'a2V5' },
    control: { url: 'https://127.0.0.1:4', token: 'token' },
    ca,
    token: 'token',
    tenant: '11111111-2222-3333-4444-555555555555',
    subscription: 'subscription',
    resourceGroup: 'rg',
    vault: 'vault',
  };
}

test('everything that the environment names lies in the folder of the lab', async () => {
  using folder = useFolder();
  const environment = await clientEnvironment(readyLine(folder.path));
  for (const name of ['AZURE_CONFIG_DIR', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'])
    expect(environment[name]?.startsWith(folder.path)).toBe(true);
  const bundle = readFileSync(environment['REQUESTS_CA_BUNDLE'] ?? '', 'utf8');
  expect(bundle).toContain('of the lab');
  expect(bundle.split('BEGIN CERTIFICATE').length).toBeGreaterThan(50);
});

test('the Azure CLI finds the cloud of the lab, and keeps what its user has set', async () => {
  using folder = useFolder();
  const { AZURE_CONFIG_DIR: configuration = '' } = await clientEnvironment(readyLine(folder.path));
  expect(readFileSync(join(configuration, 'clouds.config'), 'utf8')).toContain(`endpoint_active_directory = ${url}/adfs`);
  const settings = join(configuration, 'config');
  expect(readFileSync(settings, 'utf8')).toContain('name = SiteRecoveryLab');
  writeFileSync(settings, '[cloud]\nname = Mine\n');
  await clientEnvironment(readyLine(folder.path));
  expect(readFileSync(settings, 'utf8')).toContain('name = Mine');
});

test('bash reads the variables as they are, quotes and all', async () => {
  using folder = useFolder();
  const text = environmentText(await clientEnvironment(readyLine(folder.path)), 'bash');
  const seen = execFileSync('bash', ['-c', `${text}\nprintf '%s|%s' "$SRLAB_VCENTER_PASSWORD" "$AZURE_AUTHORITY_HOST"`], { encoding: 'utf8' });
  expect(seen).toBe(`it's secret|${url}`);
});

test('PowerShell and programs have forms of their own', () => {
  const environment = { A: "it's", B: 'plain' };
  expect(environmentText(environment, 'pwsh')).toBe("$env:A = 'it''s'\n$env:B = 'plain'");
  expect(JSON.parse(environmentText(environment, 'json'))).toEqual(environment);
});
