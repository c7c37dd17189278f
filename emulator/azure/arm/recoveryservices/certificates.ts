// Who may register with a vault: uploaded certificates, and servers that are taken out again (arm-contract §4.2).
import { createHash, X509Certificate } from 'node:crypto';
import type { VaultEntry } from '../../vault/vaults.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { badRequest } from '../protocol/armError.ts';
import { noContent, ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { sameId } from '../siterecovery/ids.ts';
import { vaultPath, vaultType } from './vaultResource.ts';
import { requireEngine } from './vaultScope.ts';

const vault = 'RG/providers/Microsoft.RecoveryServices/vaults/{vaultName}';

export function certificateOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('VaultCertificates_Create', `PUT ${vault}/certificates/{certificateName}`, create),
    define('RegisteredIdentities_Delete', `DELETE ${vault}/registeredIdentities/{identityName}`, (scope) => {
      const engine = requireEngine(scope).vault;
      const name = param(scope.call, 'identityName');
      const server = engine.records.configServers.list().find((one) => [one.hostId, one.friendlyName, one.fabricName].some((id) => sameId(id, name)));
      if (server !== undefined) engine.site.release(server.hostId);
      return noContent;
    }),
  ];
}

/** The caller's own certificate with what a registration with the vault would need; it opens nothing in the lab, whose servers register with a signed file. */
function create(scope: AzureScope): Answer {
  const { resource } = requireEngine(scope) satisfies VaultEntry;
  const { call, deps } = scope;
  const name = param(call, 'certificateName');
  const text = call.body.part('properties').text('certificate');
  const certificate = readCertificate(text);
  const application = createHash('sha256')
    .update(resource.vaultId)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return ok({
    id: `${vaultPath(resource)}/certificates/${name}`,
    name,
    type: `${vaultType}/certificates`,
    properties: {
      authType: 'AzureActiveDirectory',
      certificate: text,
      friendlyName: '',
      subject: certificate.subject,
      issuer: certificate.issuer,
      thumbprint: certificate.fingerprint.replaceAll(':', ''),
      validFrom: certificate.validFromDate.toISOString(),
      validTo: certificate.validToDate.toISOString(),
      resourceId: Number.parseInt(resource.vaultId.replaceAll('-', '').slice(0, 12), 16),
      aadAuthority: call.origin,
      aadTenantId: deps.tenantId,
      servicePrincipalClientId: application,
      servicePrincipalObjectId: application,
      azureManagementEndpointAudience: `${call.origin}/`,
      serviceResourceId: vaultPath(resource),
      aadAudience: `${call.origin}${vaultPath(resource)}`,
    },
  });
}

/** Clients send DER in base64, and the SDKs wrap that in base64 once more. @throws ArmError BadRequest */
function readCertificate(text: string): X509Certificate {
  const bytes = Buffer.from(text, 'base64');
  for (const candidate of [bytes, Buffer.from(bytes.toString('latin1'), 'base64')]) {
    try {
      return new X509Certificate(candidate);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
  throw badRequest('InvalidParameter', 'properties.certificate is no X.509 certificate in base64.');
}
