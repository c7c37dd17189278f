// Fixed names of the Azure side, the same in every vault (asr-behaviour §1.5). [Observed]

export const azureFabricId = 'Microsoft Azure';
export const azureCloudId = 'd38048d4-b460-4791-8ece-108395ee8478';
export const azureServerId = '21a9403c-6ec1-44f2-b744-b4e50b792387';
/** Credentials files open the vault this long (asr-behaviour §1.4). */
export const credentialsLifetimeMs = 5 * 24 * 3_600_000;
/** The configuration server's certificate is complained about this long before its end (asr-behaviour §1.4). */
export const certificateWarningMs = 60 * 24 * 3_600_000;
/** No heartbeat for this long means disconnected (asr-behaviour §9.5). */
export const heartbeatLimitMs = 15 * 60_000;
