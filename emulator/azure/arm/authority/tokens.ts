// Bearer tokens of the lab's own authority. They open this lab and nothing else; their clock is the wall's, because clients compare with it.
import { jwtVerify, SignJWT, errors } from 'jose';
import { createHash, timingSafeEqual } from 'node:crypto';
import { wallTimeMs } from '../../../kernel/wallTime.ts';
import { ArmError } from '../protocol/armError.ts';

/** What Azure's own access tokens live for. */
const lifetimeSeconds = 3600;

export interface TokensDeps {
  /** The lab's secret: a bearer token itself, and the password of every service principal. */
  readonly secret: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtSeconds: number;
  readonly lifetimeSeconds: number;
}

export class Tokens {
  readonly #deps: TokensDeps;
  readonly #key: Buffer;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
    this.#key = createHash('sha256').update(`tokens of ${deps.secret}`).digest();
  }

  get tenantId(): string {
    return this.#deps.tenantId;
  }

  get subscriptionId(): string {
    return this.#deps.subscriptionId;
  }

  isSecret(text: string): boolean {
    return sameText(text, this.#deps.secret);
  }

  /** @param order `clientId` of the service principal; `audience` the resource that the client named; `lifetimeSeconds` for tests of expiry */
  async issue(order: { clientId: string; audience: string; issuer: string; lifetimeSeconds?: number }): Promise<IssuedToken> {
    const nowSeconds = Math.floor(wallTimeMs() / 1000);
    const seconds = order.lifetimeSeconds ?? lifetimeSeconds;
    const expiresAtSeconds = nowSeconds + seconds;
    const token = await new SignJWT({ appid: order.clientId, oid: order.clientId, tid: this.#deps.tenantId, idtyp: 'app', ver: '1.0' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(order.audience)
      .setIssuer(order.issuer)
      .setSubject(order.clientId)
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(expiresAtSeconds)
      .sign(this.#key);
    return { token, expiresAtSeconds, lifetimeSeconds: seconds };
  }

  /**
   * Lets the caller through, by the lab's secret or a token that was issued here.
   * @param authorization the header; @throws ArmError 401 AuthenticationFailed, InvalidAuthenticationToken, ExpiredAuthenticationToken
   */
  async require(authorization: string | undefined, origin: string): Promise<void> {
    const [scheme, token] = (authorization ?? '').split(' ', 2);
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '')
      throw this.#refused(origin, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
    if (this.isSecret(token)) return;
    try {
      await jwtVerify(token, this.#key, { algorithms: ['HS256'], currentDate: new Date(wallTimeMs()) });
    } catch (error) {
      throw error instanceof errors.JWTExpired
        ? this.#refused(origin, 'ExpiredAuthenticationToken', 'The access token has expired: sign in again.')
        : this.#refused(origin, 'InvalidAuthenticationToken', 'The access token was not issued by this lab.');
    }
  }

  #refused(origin: string, code: string, message: string): ArmError {
    const challenge = `Bearer authorization_uri="${origin}/${this.#deps.tenantId}", error="invalid_token", error_description="${message}"`;
    return new ArmError(401, code, message, { headers: { 'www-authenticate': challenge } });
  }
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(left, right);
}
