// Fixed names and times of the vault, the same in every profile.

/** The Azure side is always this fabric (asr-behaviour §1.5). [Observed] */
export const azureFabricId = 'Microsoft Azure';
/** Credentials files open the vault this long (asr-behaviour §1.4). */
export const credentialsLifetimeMs = 5 * 24 * 3_600_000;
/** The configuration server's certificate is complained about this long before its end (asr-behaviour §1.4). */
export const certificateWarningMs = 60 * 24 * 3_600_000;
/** No heartbeat for this long means disconnected (asr-behaviour §9.5). */
export const heartbeatLimitMs = 15 * 60_000;
