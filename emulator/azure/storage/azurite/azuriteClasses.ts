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

// The original looks at every range of the blob for each page it writes or reads (3.36.0); the same answer is found by halving.
PageBlobRangesManager.prototype.selectImpactedRanges = (ranges, start, end) => {
  const first = firstPlace(ranges, (range) => range.end >= start);
  const after = firstPlace(ranges, (range) => range.start > end);
  return [first < ranges.length ? first : Infinity, after - 1];
};

/** Of an ascending list: the place of the first member that `reached` holds for, as it does for all after it; else the list's length. */
function firstPlace<T>(list: readonly T[], reached: (member: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function exported<T>(module: { default: T }): T {
  return 'default' in module ? module.default : module;
}
