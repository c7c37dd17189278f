// A call to Azure in the words of each client, ready to be pasted: the lab's own ids in it, the lab's sign-in left to `srlab env`.
import type { VaultPlace } from '../client/vaultClient.ts';
import { apiVersion, namesIn, pathOf, type AzureCall } from './azureCall.ts';
import { powerShellQuoted } from './cmdlets.ts';

export const copyForms = ['azureCli', 'powerShell', 'rest', 'javaScript'] as const;
export type CopyForm = (typeof copyForms)[number];

/** @returns text for the clipboard */
export function copyAs(form: CopyForm, call: AzureCall, place: VaultPlace): string {
  switch (form) {
    case 'azureCli':
      return azureCli(call);
    case 'powerShell':
      return powerShell(call);
    case 'rest':
      return rest(call, place);
    case 'javaScript':
      return javaScript(call, place);
  }
}

function azureCli(call: AzureCall): string {
  const body = call.body === undefined ? '' : ` \\\n  --body ${shellQuoted(JSON.stringify(call.body))}`;
  return `az rest --method ${call.verb.toLowerCase()} \\\n  --url ${shellQuoted(`${pathOf(call)}?api-version=${apiVersion}`)}${body}\n`;
}

function powerShell(call: AzureCall): string {
  if (call.cmdlet !== undefined) return `${call.cmdlet}\n`;
  const payload = call.body === undefined ? '' : ` \`\n  -Payload ${powerShellQuoted(JSON.stringify(call.body))}`;
  return `Invoke-AzRestMethod -Method ${call.verb} \`\n  -Path ${powerShellQuoted(`${pathOf(call)}?api-version=${apiVersion}`)}${payload}\n`;
}

function rest(call: AzureCall, place: VaultPlace): string {
  const head = `${call.verb} ${place.endpoint}${pathOf(call)}?api-version=${apiVersion}\nAuthorization: Bearer {{token}}\n`;
  return call.body === undefined ? head : `${head}Content-Type: application/json\n\n${JSON.stringify(call.body, null, 2)}\n`;
}

function javaScript(call: AzureCall, place: VaultPlace): string {
  const names = [place.vaultName, place.resourceGroupName, ...namesIn(call.resourceId)].map((name) => JSON.stringify(name));
  const args = [...names, ...(call.body === undefined ? [] : [JSON.stringify(call.body, null, 2)])];
  return [
    "import { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';",
    "import { DefaultAzureCredential } from '@azure/identity';",
    '',
    `const client = new SiteRecoveryManagementClient(new DefaultAzureCredential(), ${JSON.stringify(place.subscriptionId)}, {`,
    `  endpoint: ${JSON.stringify(place.endpoint)},`,
    '});',
    `await client.${call.group}.begin${call.method}AndWait(${args.join(', ')});`,
    '',
  ].join('\n');
}

/** For sh: whatever is in it, it is one word and nothing is expanded. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
