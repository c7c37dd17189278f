// The caller's side of vSphere's REST wire (vcenter.md §11): a session, the calls that the site's components make, vSphere's errors as ours.
import { HttpClient, type Answer, type CallOptions } from '../../http/client.ts';
import type { NetworkPath } from '../../contract/faults.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Network } from '../../kernel/network.ts';

/** The machine's name, power and size as a list shows it. */
export interface VmSummary {
  readonly vm: string;
  readonly name: string;
  readonly power_state: 'POWERED_ON' | 'POWERED_OFF' | 'SUSPENDED';
}

export interface VSphereClientOptions {
  readonly url: string;
  readonly userName: string;
  readonly password: string;
  /** PEM of the authority that signed vCenter's certificate. */
  readonly ca: string;
  readonly network: Network;
  readonly paths: readonly NetworkPath[];
}

const sessionHeader = 'vmware-api-session-id';

export class VSphereClient implements AsyncDisposable {
  readonly #options: VSphereClientOptions;
  readonly #http: HttpClient;
  #session: Promise<string> | undefined;

  constructor(options: VSphereClientOptions) {
    this.#options = options;
    this.#http = new HttpClient({ url: options.url, identity: { ca: options.ca }, network: options.network, paths: options.paths, connections: 4 });
  }

  /** @throws LabError VCenterLoginFailed, PeerUnreachable, LinkDown */
  async login(): Promise<void> {
    await (this.#session ??= this.#logIn());
  }

  /**
   * One call with the session, which is renewed once when vCenter has forgotten it.
   * @returns the decoded body; undefined for an empty one
   * @throws LabError VCenterLoginFailed, VCenterPermissionDenied, NotFound, VCenterCallFailed, PeerUnreachable, LinkDown
   */
  async json<T>(path: string, options: CallOptions = {}): Promise<T> {
    let answer = await this.#withSession(path, options);
    if (answer.status === 401) {
      this.#session = undefined;
      answer = await this.#withSession(path, options);
    }
    if (answer.status >= 400) throw failure(answer, `${options.method ?? 'GET'} ${path}`);
    return (answer.bytes.length === 0 ? undefined : JSON.parse(answer.bytes.toString('utf8'))) as T;
  }

  async listVms(filter: { names?: string } = {}): Promise<VmSummary[]> {
    return this.json<VmSummary[]>(`/api/vcenter/vm${filter.names === undefined ? '' : `?names=${encodeURIComponent(filter.names)}`}`);
  }

  /** Ends the session and closes the connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    // A session that cannot be ended any more runs out on vCenter by itself.
    if (session !== undefined) await this.#http.exchange('/api/session', { method: 'DELETE', headers: { [sessionHeader]: session } }).catch(() => undefined);
    await this.#http[Symbol.asyncDispose]();
  }

  async #withSession(path: string, options: CallOptions): Promise<Answer> {
    const session = await (this.#session ??= this.#logIn());
    return this.#http.exchange(path, { ...options, headers: { ...options.headers, [sessionHeader]: session } });
  }

  async #logIn(): Promise<string> {
    const { userName, password, url } = this.#options;
    try {
      const basic = Buffer.from(`${userName}:${password}`, 'utf8').toString('base64');
      const answer = await this.#http.exchange('/api/session', { method: 'POST', headers: { authorization: `Basic ${basic}` } });
      if (answer.status === 401) throw new LabError('VCenterLoginFailed', `${userName} at ${url}.`);
      if (answer.status >= 400) throw failure(answer, 'POST /api/session');
      return JSON.parse(answer.bytes.toString('utf8')) as string;
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }
}

/** vSphere's error body: `{error_type, messages: [{default_message}]}`. */
function failure(answer: Answer, call: string): LabError {
  const said = messageOf(answer.bytes);
  if (answer.status === 404) return new LabError('NotFound', `${call}: ${said}`);
  if (answer.status === 401) return new LabError('VCenterLoginFailed', `${call}: ${said}`);
  if (answer.status === 403) return new LabError('VCenterPermissionDenied', `${call}: ${said}`);
  return new LabError('VCenterCallFailed', `${call} answered ${answer.status}: ${said}`);
}

function messageOf(bytes: Buffer): string {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    // No JSON: the text itself is all that vCenter said.
    return bytes.toString('utf8').slice(0, 200);
  }
  if (typeof body !== 'object' || body === null) return String(body);
  const messages = 'messages' in body && Array.isArray(body.messages) ? body.messages : [];
  const texts = messages.flatMap((message: unknown) =>
    typeof message === 'object' && message !== null && 'default_message' in message ? [String(message.default_message)] : [],
  );
  return texts.join(' ') || ('error_type' in body ? String(body.error_type) : '');
}
