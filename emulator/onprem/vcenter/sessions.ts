// Sessions of vCenter's clients: a token for an account, forgotten after half an hour without a call.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { authenticate, type VCenterAccount } from './accounts.ts';

export interface Session {
  readonly token: string;
  readonly account: VCenterAccount;
  readonly createdMs: number;
  lastAccessedMs: number;
}

/** vCenter's own limit for an idle session. */
const idleLimitMs = 30 * 60_000;

export class Sessions {
  readonly #kernel: Pick<Kernel, 'clock' | 'ids'>;
  readonly #accounts: () => readonly VCenterAccount[];
  readonly #sessions = new Map<string, Session>();

  constructor(kernel: Pick<Kernel, 'clock' | 'ids'>, accounts: () => readonly VCenterAccount[]) {
    this.#kernel = kernel;
    this.#accounts = accounts;
  }

  /** @throws LabError VSphereUnauthenticated */
  login(credentials: { userName: string; password: string }): Session {
    const account = authenticate(this.#accounts(), credentials);
    const nowMs = this.#kernel.clock.now();
    for (const session of this.#sessions.values()) if (nowMs - session.lastAccessedMs > idleLimitMs) this.#sessions.delete(session.token);
    const session: Session = { token: this.#kernel.ids.hex(32), account, createdMs: nowMs, lastAccessedMs: nowMs };
    this.#sessions.set(session.token, session);
    return session;
  }

  /** @throws LabError VSphereUnauthenticated */
  get(token: string): Session {
    const session = this.#sessions.get(token);
    const nowMs = this.#kernel.clock.now();
    if (session === undefined || nowMs - session.lastAccessedMs > idleLimitMs)
      throw new LabError('VSphereUnauthenticated', 'The session does not exist or has run out.');
    session.lastAccessedMs = nowMs;
    return session;
  }

  logout(token: string): void {
    this.#sessions.delete(token);
  }
}
