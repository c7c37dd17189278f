// The components that register with a configuration server, and what each side says when they do.

/** Also the organizational unit of the certificate that a component is given. */
export const hostRoles = ['agent', 'processserver', 'mastertarget'] as const;
export type HostRole = (typeof hostRoles)[number];

/** Body of `POST /registration`. `proof` covers role, host id and request (`passphraseProof.ts`). */
export interface RegistrationRequest {
  readonly role: HostRole;
  readonly hostId: string;
  readonly name: string;
  /** PEM of the certificate request; its key never leaves the component. */
  readonly request: string;
  readonly proof: string;
  /** What the role wants to be known of itself, for example its version. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Answer; PEM texts. `proof` covers both, so that a server without the passphrase is recognised. */
export interface RegistrationAnswer {
  readonly certificate: string;
  readonly authority: string;
  readonly proof: string;
}

/** Answer to `POST /hosts/:hostId/report`. `renewCertificate`: the authority's time was extended, fetch a certificate for it. */
export interface ReportAnswer {
  readonly renewCertificate: boolean;
}
