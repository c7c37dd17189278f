// The parts of Azurite 3.36.0 that the storage process is built from; the package ships no types. All are CommonJS: the class is `default` of the default import.
declare module 'azurite/dist/src/common/Logger.js' {
  const module: { default: object };
  export default module;
}

declare module 'azurite/dist/src/common/AccountDataStore.js' {
  /** Reads the accounts from the variable AZURITE_ACCOUNTS (`name:key;name:key`) at `init`. */
  class AccountDataStore {
    constructor(logger: object);
    init(): Promise<void>;
    close(): Promise<void>;
  }
  const module: { default: typeof AccountDataStore };
  export default module;
}

declare module 'azurite/dist/src/blob/BlobRequestListenerFactory.js' {
  import type { RequestListener } from 'node:http';
  import type AccountDataStore from 'azurite/dist/src/common/AccountDataStore.js';
  class BlobRequestListenerFactory {
    constructor(
      metadataStore: object,
      extentStore: object,
      accounts: InstanceType<(typeof AccountDataStore)['default']>,
      enableAccessLog: boolean,
      accessLogWriteStream: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
      oauth: undefined,
      disableProductStyleUrl: boolean,
    );
    createRequestListener(): RequestListener;
  }
  const module: { default: typeof BlobRequestListenerFactory };
  export default module;
}

declare module 'azurite/dist/src/blob/handlers/PageBlobRangesManager.js' {
  class PageBlobRangesManager {
    mergeRange(ranges: object[], range: object): void;
    clearRange(ranges: object[], range: { start: number; end: number }): void;
    /** Places of the first range that ends at or after `start` (else Infinity) and of the last that begins at or before `end` (else -1). */
    selectImpactedRanges(ranges: readonly { start: number; end: number }[], start: number, end: number): [number, number];
  }
  const module: { default: typeof PageBlobRangesManager };
  export default module;
}

declare module 'azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js' {
  /** What the blob service knows of accounts, containers, blobs and uncommitted blocks, in memory. */
  class LokiBlobMetadataStore {
    constructor(databasePath: string, inMemory: boolean);
    readonly db: { collections: LokiCollection[] };
    pageBlobRangesManager: object;
    init(): Promise<void>;
    close(): Promise<void>;
    createSnapshot(context: { startTime: Date }, account: string, container: string, blob: string, ...rest: unknown[]): Promise<unknown>;
  }
  export interface LokiCollection {
    name: string;
    data: Record<string, unknown>[];
    insert(document: object): Record<string, unknown>;
    update(document: object): Record<string, unknown>;
    remove(document: object): unknown;
    removeBatchByPositions(positions: number[]): unknown;
    findOne(query: object): Record<string, unknown> | null;
  }
  const module: { default: typeof LokiBlobMetadataStore };
  export default module;
}
