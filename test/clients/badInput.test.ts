// Bad input: ARM's own error, nothing changed in any engine, and nothing told that is not the caller's.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Tokens } from '../../emulator/azure/arm/authority/tokens.ts';
import { specifiedOperations } from '../conformance/specification.ts';
import { linuxMachine, LabUnderTest } from '../support/lab.ts';
import { ArmEndpoint, type ArmAnswer, type ArmRequest } from './armRequest.ts';
import { badRequests } from './badRequests.ts';

const limitMs = 600_000;
const machine = 'WEB01';
const version = 'api-version=2023-06-01';

let lab: LabUnderTest;
let arm: ArmEndpoint;
/** Paths by the letters that stand for them. */
const paths = { V: '', F: '', C: '', I: '', N: '', R: '' };

beforeAll(async () => {
  lab = await LabUnderTest.open({
    virtualMachines: [linuxMachine(machine)],
    policies: [{ name: 'policy-24h', retentionMs: 86_400_000, appConsistentIntervalMs: 3_600_000, rpoThresholdMs: 900_000 }],
  });
  await lab.finish(lab.call('item.enable', { machine }));
  await lab.untilProtected(machine);
  const { ready } = lab.lab;
  arm = new ArmEndpoint(ready);
  const group = `/subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}`;
  const first = async (path: string): Promise<string> => {
    const { value } = (await arm.ask({ verb: 'GET', target: `${path}?${version}` })).body as { value: { name: string }[] };
    return `${path}/${value[0]?.name ?? ''}`;
  };
  paths.V = `${group}/providers/Microsoft.RecoveryServices/vaults/${ready.vault}`;
  paths.F = await first(`${paths.V}/replicationFabrics`);
  paths.C = await first(`${paths.F}/replicationProtectionContainers`);
  paths.I = await first(`${paths.C}/replicationProtectedItems`);
  paths.R = await first(`${paths.I}/recoveryPoints`);
  paths.N = `${group}/providers/Microsoft.Network/virtualNetworks`;
}, limitMs);

afterAll(async () => {
  arm[Symbol.dispose]();
  await lab[Symbol.asyncDispose]();
}, limitMs);

function written(request: string, more: { body?: unknown; headers?: Record<string, string> } = {}): ArmRequest {
  const [verb = '', target = ''] = request.split(/ (.*)/s);
  const [short = '', query = ''] = target.split(/\?(.*)/s);
  const path = short.replace(/^[VFCI](?=[/-]|$)/, (letter) => paths[letter as keyof typeof paths]);
  const fullQuery = query.startsWith('!') ? query.slice(1) : [version, query].filter((part) => part !== '').join('&');
  const body: unknown =
    typeof more.body === 'object'
      ? JSON.parse(JSON.stringify(more.body).replaceAll(/\{([VFCINR])\}/g, (_all, letter: keyof typeof paths) => paths[letter]))
      : more.body;
  return {
    verb,
    target: fullQuery === '' ? path : `${path}?${fullQuery}`,
    ...(body === undefined ? {} : { body }),
    ...(more.headers === undefined ? {} : { headers: more.headers }),
  };
}

/** Everything that a write could have touched. */
function engineState(): string {
  const { vaults, cloud, site } = lab.lab;
  const engines = vaults.list().map(({ vault }) => ({
    items: vault.items(),
    policies: vault.records.policies.list(),
    mappings: vault.records.mappings.list(),
    plans: vault.records.plans.list(),
    servers: vault.records.configServers.list(),
    jobs: vault.jobs.list(),
  }));
  return JSON.stringify({
    vaults: vaults.resources(),
    engines,
    machines: cloud.machines.list(),
    networks: cloud.networks.list(),
    site: site.configServer.vaultUrl,
  });
}

function secrets(): string[] {
  const { ready, world } = lab.lab;
  const repository = join(import.meta.dirname, '..', '..');
  return [ready.token, ready.vcenter.password, ready.blob.accountKey, ready.configServer.passphrase, world.household.signingKey, lab.dir, repository];
}

interface ArmErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly details?: readonly { readonly code: string; readonly message: string }[] };
}

/** ARM's frame around an error, with nothing of the machine in it. */
function expectArmError(answer: ArmAnswer, expected: string): void {
  const { error } = answer.body as ArmErrorBody;
  expect({ answer: `${answer.status} ${error.code}`, text: answer.text.slice(0, 500) }).toMatchObject({ answer: expected });
  expect(error.message).toMatch(/\w{3}/);
  for (const detail of error.details ?? []) expect([detail.code, detail.message].join(': ')).toMatch(/^\w+: .*\w{3}/s);
  expect(answer.text.length).toBeLessThan(10_000);
  expect(answer.headers['x-ms-request-id']).toMatch(/\w{8}/);
  expect(answer.text).not.toMatch(/\.[tj]s:\d|node_modules|node:internal|\n\s+at /);
  for (const secret of secrets()) expect(answer.text).not.toContain(secret);
}

test.each(badRequests.map(([what, request, answer, more]) => ({ what, request, answer, more })))('$what', async ({ request, answer, more }) => {
  const before = engineState();
  expectArmError(await arm.ask(written(request, more)), answer);
  expect(engineState()).toBe(before);
});

const forged = (header: object): string =>
  [header, { aud: 'https://management.azure.com/', exp: 99_999_999_999 }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

test.each([
  ['no token', '', 'AuthenticationFailed'],
  ['another scheme', 'Basic YWRtaW46YWRtaW4=', 'AuthenticationFailed'],
  ['an empty token', 'Bearer ', 'AuthenticationFailed'],
  ['a token of nobody', 'Bearer elsewhere', 'InvalidAuthenticationToken'],
  ['a token that signs itself', `Bearer ${forged({ alg: 'none', typ: 'JWT' })}.`, 'InvalidAuthenticationToken'],
  ['a token with a signature of nobody', `Bearer ${forged({ alg: 'HS256', typ: 'JWT' })}.AAAA`, 'InvalidAuthenticationToken'],
])('%s lets nobody in', async (_what, authorization, code) => {
  const before = engineState();
  const answer = await arm.ask(written('DELETE V/replicationPolicies/policy-24h', { headers: { authorization } }));
  expectArmError(answer, `401 ${code}`);
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  expect(engineState()).toBe(before);
});

test('a token that was good an hour ago lets nobody in', async () => {
  const { ready } = lab.lab;
  const tokens = new Tokens({ secret: ready.arm.token, tenantId: 'any', subscriptionId: ready.subscription });
  const { token } = await tokens.issue({ clientId: 'app', audience: 'https://management.azure.com/', issuer: ready.arm.url, lifetimeSeconds: -60 });
  const answer = await arm.ask(written('GET V/replicationFabrics', { headers: { authorization: `Bearer ${token}` } }));
  expectArmError(answer, '401 ExpiredAuthenticationToken');
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
});

test('properties that nobody knows are left alone, wherever they stand', async () => {
  const providerSpecificInput = { instanceType: 'InMageAzureV2', multiVmSyncStatus: 'Enable', smell: null, constructor: {} };
  const body = { colour: 'red', properties: { taste: 1, providerSpecificInput } };
  expect((await arm.ask(written('PUT V/replicationPolicies/odd', { body }))).status).toBe(202);
  await lab.until('The policy', async () => (await arm.ask(written('GET V/replicationPolicies/odd'))).status === 200);
});

test('every operation of the specification is one here, though its vault be unknown', async () => {
  const { subscription, resourceGroup } = lab.lab.ready;
  const known: Readonly<Record<string, string>> = { subscriptionId: subscription, resourceGroupName: resourceGroup };
  const before = engineState();
  const unknown: string[] = [];
  const operations = specifiedOperations();
  for (const { id, verb, path } of operations) {
    const target = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? 'nobody');
    const answer = await arm.ask({ verb, target: `${target}?${version}`, ...(verb === 'GET' || verb === 'DELETE' ? {} : { body: {} }) });
    if (/"code":"(InvalidResourceType|MethodNotAllowed|InternalServerError)"/.test(answer.text))
      unknown.push(`${id}: ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  expect(operations.length).toBeGreaterThan(150);
  expect(unknown).toEqual([]);
  expect(engineState()).toBe(before);
});
