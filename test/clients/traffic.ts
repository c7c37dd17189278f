// What goes over the wire between an official client and the lab, written down beside the client's own pipeline and left as it is.
import type { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';

/** One request with its answer; bodies parsed, null when there was none. Header names in lower case, without the token. */
export interface Exchange {
  readonly verb: string;
  /** Absolute. */
  readonly url: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

type PipelinePolicy = Parameters<SiteRecoveryManagementClient['pipeline']['addPolicy']>[0];

export class Traffic {
  readonly #exchanges: Exchange[] = [];

  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** For the `additionalPolicies` of any client; every try counts. */
  get policy(): PipelinePolicy {
    return {
      name: 'recordTraffic',
      sendRequest: async (request, next) => {
        const response = await next(request);
        this.#exchanges.push({
          verb: request.method,
          url: request.url,
          requestBody: typeof request.body === 'string' ? parsed(request.body) : null,
          status: response.status,
          headers: response.headers.toJSON(),
          responseBody: parsed(response.bodyAsText ?? ''),
        });
        return response;
      },
    };
  }
}

function parsed(text: string): unknown {
  return text === '' ? null : (JSON.parse(text) as unknown);
}
