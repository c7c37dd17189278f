// Where this Azure is, as clients ask for it before anything else: `/metadata/endpoints` in the three forms that they know (arm-contract §3).

/** Of a token for ARM, whatever the address of this lab. */
export const armAudience = 'https://management.azure.com/';

/** Lasting name of the cloud in the configuration of Azure's clients. */
export const cloudName = 'SiteRecoveryLab';

/**
 * @param options `origin` by which the client came; `version` its api-version
 * @returns one object without a name before 2019, a list of clouds until 2022, one cloud since
 */
export function metadataEndpoints({ origin, version, tenantId }: { origin: string; version: string; tenantId: string }): unknown {
  // MSAL asks login.microsoftonline.com about every authority that it does not know, unless it is one of ADFS (arm-contract §3.3).
  const adfs = { loginEndpoint: `${origin}/adfs`, audiences: [armAudience], tenant: tenantId, identityProvider: 'ADFS' };
  if (version < '2019') return { galleryEndpoint: origin, graphEndpoint: origin, portalEndpoint: origin, authentication: adfs };
  const cloud = {
    name: cloudName,
    resourceManager: origin,
    portal: origin,
    gallery: origin,
    graph: origin,
    graphAudience: origin,
    microsoftGraphResourceId: origin,
    batch: origin,
    media: origin,
    sqlManagement: origin,
    vmImageAliasDoc: origin,
    activeDirectoryDataLake: origin,
    // No service of the lab has a host name of its own.
    suffixes: {
      storage: '127.0.0.1',
      keyVaultDns: 'vault.invalid',
      acrLoginServer: 'registry.invalid',
      sqlServerHostname: 'sql.invalid',
      azureDataLakeStoreFileSystem: 'datalake.invalid',
      azureDataLakeAnalyticsCatalogAndJob: 'analytics.invalid',
    },
  };
  return version < '2022' ? [{ ...cloud, authentication: adfs }] : { ...cloud, authentication: { ...adfs, loginEndpoint: origin, identityProvider: 'AAD' } };
}
