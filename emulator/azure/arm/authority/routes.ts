// The parts of Microsoft Entra ID and of a managed identity that Azure's clients ask for before their first call (arm-contract §3).
import express, { type Request, type Router } from 'express';
import type { IssuedToken, Tokens } from './tokens.ts';

/** Open to anyone: who has the lab's secret gets a token, who has not gets an error. */
export function authorityRoutes(tokens: Tokens): Router {
  const router = express.Router({ caseSensitive: false });
  router.get('/metadata/endpoints', (request, response) => {
    response.json(endpoints(request, tokens));
  });
  for (const tenant of ['/:tenant', '/:tenant/v2.0']) {
    router.get(`${tenant}/.well-known/openid-configuration`, (request, response) => {
      response.json(openIdConfiguration(request as Request<{ tenant: string }>, tokens));
    });
  }
  for (const path of ['/:tenant/oauth2/token', '/:tenant/oauth2/v2.0/token']) {
    router.post(path, express.urlencoded({ extended: false }), async (request, response) => {
      const form = (request.body ?? {}) as Record<string, string | undefined>;
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
      const audience = form['resource'] ?? form['scope']?.replace(/\/\.default$/, '') ?? 'https://management.azure.com/';
      response.json(tokenAnswer(await tokens.issue({ clientId, audience, issuer: issuerOf(request, tokens) }), audience));
    });
  }
  return router;
}

/** @returns what `az cloud register` and `Add-AzEnvironment` read; the Azure CLI takes an ADFS authority only (arm-contract §3.3) */
function endpoints(request: Request, tokens: Tokens): unknown {
  const origin = originOf(request);
  const audience = 'https://management.azure.com/';
  if (String(request.query['api-version'] ?? '') >= '2019') {
    return [
      {
        name: 'SiteRecoveryLab',
        resourceManager: origin,
        portal: origin,
        authentication: { loginEndpoint: `${origin}/`, audiences: [audience], tenant: tokens.tenantId, identityProvider: 'AAD' },
        graph: origin,
        gallery: origin,
        suffixes: { storage: '127.0.0.1' },
      },
    ];
  }
  return { galleryEndpoint: origin, graphEndpoint: origin, portalEndpoint: origin, authentication: { loginEndpoint: `${origin}/adfs`, audiences: [audience] } };
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

function tokenAnswer({ token, expiresAtSeconds, lifetimeSeconds }: IssuedToken, resource: string): unknown {
  return {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    expires_on: String(expiresAtSeconds),
    resource,
    access_token: token,
  };
}

function issuerOf(request: Pick<Request, 'get'>, tokens: Tokens): string {
  return `${originOf(request)}/${tokens.tenantId}/`;
}

function originOf(request: Pick<Request, 'get'>): string {
  return `https://${request.get('host') ?? 'localhost'}`;
}
