// The parts of Microsoft Entra ID and of a managed identity that Azure's clients ask for before their first call (arm-contract §3).
import express, { type Request, type Router } from 'express';
import { armAudience, metadataEndpoints } from './metadata.ts';
import type { IssuedToken, Tokens } from './tokens.ts';

/** Who signs in without a name. */
const managedIdentity = 'managed-identity';

/** Open to anyone: who has the lab's secret gets a token, who has not gets an error. */
export function authorityRoutes(tokens: Tokens): Router {
  const router = express.Router({ caseSensitive: false });
  router.get('/metadata/endpoints', (request, response) => {
    response.json(metadataEndpoints({ origin: originOf(request), version: textsOf(request.query)['api-version'] ?? '', tenantId: tokens.tenantId }));
  });
  for (const tenant of ['/:tenant', '/:tenant/v2.0']) {
    router.get(`${tenant}/.well-known/openid-configuration`, (request, response) => {
      response.json(openIdConfiguration(request as Request<{ tenant: string }>, tokens));
    });
  }
  for (const path of ['/:tenant/oauth2/token', '/:tenant/oauth2/v2.0/token']) {
    router.post(path, express.urlencoded({ extended: false }), async (request, response) => {
      const form = textsOf(request.body);
      const { client_id: clientId = '', client_secret: secret = '', grant_type: grantType } = form;
      if (grantType !== 'client_credentials') {
        response.status(400).json({ error: 'unsupported_grant_type', error_description: 'This lab gives tokens for client_credentials only.' });
        return;
      }
      if (!tokens.isSecret(secret)) {
        response
          .status(401)
          .json({ error: 'invalid_client', error_description: "AADSTS7000215: the client secret is not this lab's token; srlab env prints it." });
        return;
      }
      const audience = form['resource'] ?? form['scope']?.replace(/\/\.default$/, '') ?? armAudience;
      response.json(tokenAnswer(await tokens.issue({ clientId, audience, issuer: issuerOf(request, tokens) }), audience));
    });
  }
  // Signatures of the lab's tokens are for itself to check.
  router.get('/:tenant/discovery/keys', (_request, response) => {
    response.json({ keys: [] });
  });
  router.get('/msi/token', async (request, response) => {
    const secret = request.get('secret') ?? request.get('x-identity-header') ?? '';
    if (!tokens.isSecret(secret)) {
      response
        .status(401)
        .json({ error: 'invalid_request', error_description: "The secret of the managed identity is this lab's token; srlab env prints it." });
      return;
    }
    const { resource = armAudience, 'api-version': version = '' } = textsOf(request.query);
    const issued = await tokens.issue({ clientId: managedIdentity, audience: resource, issuer: issuerOf(request, tokens) });
    const older = version < '2019';
    response.json({ ...tokenAnswer(issued, resource), client_id: managedIdentity, ...(older ? { expires_on: olderTime(issued.expiresAtSeconds) } : {}) });
  });
  return router;
}

function openIdConfiguration(request: Request<{ tenant: string }>, tokens: Tokens): unknown {
  const { tenant } = request.params;
  const base = `${originOf(request)}/${tenant}`;
  const version = request.path.toLowerCase().includes('/v2.0/') ? '/oauth2/v2.0' : '/oauth2';
  return {
    issuer: issuerOf(request, tokens),
    authorization_endpoint: `${base}${version}/authorize`,
    token_endpoint: `${base}${version}/token`,
    jwks_uri: `${base}/discovery/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    response_types_supported: ['code', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    tenant_region_scope: null,
    cloud_instance_name: '127.0.0.1',
  };
}

function tokenAnswer({ token, expiresAtSeconds, lifetimeSeconds }: IssuedToken, resource: string): Record<string, unknown> {
  return {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    expires_on: String(expiresAtSeconds),
    resource,
    access_token: token,
  };
}

/** Of a form or query: what is given more than once counts as not given. */
function textsOf(body: unknown): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(body ?? {}).filter((field): field is [string, string] => typeof field[1] === 'string'));
}

/** As an App Service of 2017 wrote times: `05/29/2017 08:00:00 +00:00` (arm-contract §3.3). */
function olderTime(seconds: number): string {
  const [date = '', time = ''] = new Date(seconds * 1000).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${month}/${day}/${year} ${time.slice(0, 8)} +00:00`;
}

function issuerOf(request: Pick<Request, 'get'>, tokens: Tokens): string {
  return `${originOf(request)}/${tokens.tenantId}/`;
}

function originOf(request: Pick<Request, 'get'>): string {
  return `https://${request.get('host') ?? 'localhost'}`;
}
