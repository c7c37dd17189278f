// Calls in the words of other clients: whatever is in a name, it stays one text and nothing in it is carried out.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { copyAs, copyForms, shellQuoted } from '../../../../extension/operations/copyAs.ts';
import { powerShellQuoted } from '../../../../extension/operations/cmdlets.ts';
import { cleanupCall, commitCall, failoverCall, testFailoverCall } from '../../../../extension/operations/itemCalls.ts';
import { contextOf, item, itemId, snapshotOf } from './site.ts';

const { place } = contextOf(snapshotOf({})).lab.vault;
const hostile = [
  `it's`,
  '"; rm -rf ~; "',
  '$(touch /tmp/x)',
  '`id`',
  'a\\',
  '${HOME}',
  'x\ny',
  '\u2019; Remove-Item *; \u2018',
  '<b>bold</b>',
  '\u202Eevil',
  "'''",
  '%PATH%',
];

/** What a shell makes of the one word. */
function throughShell(word: string): string {
  return execFileSync('sh', ['-c', `printf '%s' ${word}`], { encoding: 'utf8' });
}

describe('For a shell', () => {
  test.each(hostile)('%j is one word', (text) => {
    expect(throughShell(shellQuoted(text))).toBe(text);
  });

  test('any text is one word', () => {
    const words = fc.sample(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      { numRuns: 30, seed: 1 },
    );
    expect(words.map((text) => throughShell(shellQuoted(text)))).toEqual(words);
  });

  test('a whole command has address and body as one word each', () => {
    const command = copyAs('azureCli', cleanupCall(item(`o'neil`), `it's "done" $(reboot)`), place);
    const words = execFileSync('sh', ['-c', `az() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command}`], { encoding: 'utf8' }).split('\0');
    expect(words.slice(0, -1)).toEqual([
      'rest',
      '--method',
      'post',
      '--url',
      `${itemId(`o'neil`)}/testFailoverCleanup?api-version=2023-06-01`,
      '--body',
      JSON.stringify({ properties: { comments: `it's "done" $(reboot)` } }),
    ]);
  });
});

describe('For PowerShell', () => {
  test.each(hostile)('%j ends only where it ends', (text) => {
    const quoted = powerShellQuoted(text);
    // PowerShell reads two quotes in a row as one, whichever of its quotes they are.
    expect(quoted.slice(1, -1).replaceAll(/(['\u2018\u2019\u201A\u201B])\1/g, '$1')).toBe(text);
    expect(quoted.slice(1, -1).replaceAll(/(['\u2018\u2019\u201A\u201B])\1/g, '')).not.toMatch(/['\u2018\u2019\u201A\u201B]/);
  });

  test('the names of a command are explained by its first lines', () => {
    const text = copyAs('powerShell', testFailoverCall(item('web01'), { networkId: '/networks/n', pointId: `${itemId('web01')}/recoveryPoints/p1` }), place);
    expect(text.trimEnd().split('\n')).toEqual([
      `$vault = Get-AzRecoveryServicesVault -ResourceGroupName 'lab-rg' -Name 'lab-vault'`,
      'Set-AzRecoveryServicesAsrVaultContext -Vault $vault',
      `$fabric = Get-AzRecoveryServicesAsrFabric -Name 'f00d'`,
      `$container = Get-AzRecoveryServicesAsrProtectionContainer -Fabric $fabric -Name 'cloud_1234'`,
      `$item = Get-AzRecoveryServicesAsrReplicationProtectedItem -ProtectionContainer $container -Name 'web01'`,
      `$point = Get-AzRecoveryServicesAsrRecoveryPoint -ReplicationProtectedItem $item -Name 'p1'`,
      `Start-AzRecoveryServicesAsrTestFailoverJob -ReplicationProtectedItem $item -Direction PrimaryToRecovery -AzureVMNetworkId '/networks/n' -RecoveryPoint $point`,
    ]);
  });

  test('what it has no command for is a plain request', () => {
    expect(copyAs('powerShell', testFailoverCall(item('web01'), { networkId: undefined, pointId: undefined }), place)).toMatch(
      /^Invoke-AzRestMethod -Method POST `\n/,
    );
  });
});

describe('For JavaScript', () => {
  test.each(hostile)('%j is one argument', (text) => {
    const code = copyAs('javaScript', cleanupCall(item('web01'), text), place);
    const call = /beginTestFailoverCleanupAndWait\(([\s\S]*)\);\n$/.exec(code)?.[1] ?? '';
    expect(JSON.parse(`[${call}]`)).toEqual(['lab-vault', 'lab-rg', 'f00d', 'cloud_1234', 'web01', { properties: { comments: text } }]);
  });
});

test('a request without a body has none in any form', () => {
  const texts = copyForms.map((form) => copyAs(form, commitCall(item('web01')), place));
  for (const text of texts) expect(text).not.toMatch(/--body|-Payload|Content-Type|undefined/);
});

test('a request names the endpoint, and leaves the token to whoever sends it', () => {
  expect(copyAs('rest', failoverCall(item('web01'), { shutdown: true, pointId: undefined }), place)).toBe(
    [
      `POST https://localhost:1${itemId('web01')}/unplannedFailover?api-version=2023-06-01`,
      'Authorization: Bearer {{token}}',
      'Content-Type: application/json',
      '',
      JSON.stringify(
        {
          properties: { failoverDirection: 'PrimaryToRecovery', sourceSiteOperations: 'Required', providerSpecificDetails: { instanceType: 'InMageAzureV2' } },
        },
        null,
        2,
      ),
      '',
    ].join('\n'),
  );
});
