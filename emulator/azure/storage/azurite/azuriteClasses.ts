// The classes of Azurite that the storage process is built from, whoever loads them: Node and esbuild hand over a CommonJS module, vitest what its `default` is.
import listenerModule from 'azurite/dist/src/blob/BlobRequestListenerFactory.js';
import rangesModule from 'azurite/dist/src/blob/handlers/PageBlobRangesManager.js';
import metadataModule from 'azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js';
import accountsModule from 'azurite/dist/src/common/AccountDataStore.js';
import loggerModule from 'azurite/dist/src/common/Logger.js';

export const BlobRequestListenerFactory = exported(listenerModule);
export const PageBlobRangesManager = exported(rangesModule);
export const LokiBlobMetadataStore = exported(metadataModule);
export const AccountDataStore = exported(accountsModule);
/** Logs nothing unless it is told to. */
export const logger = exported(loggerModule);

function exported<T>(module: { default: T }): T {
  return 'default' in module ? module.default : module;
}
