// Operations on replication policies.
import type { JobRecord, PolicyRecord } from '../resources.ts';
import type { Nothing, Operation } from './operation.ts';

export interface PolicyRequest {
  readonly name: string;
  readonly rpoThresholdMs?: number;
  readonly retentionMs?: number;
  readonly appConsistentIntervalMs?: number;
  readonly multiVmSync?: boolean;
}

export interface PolicyOperations {
  'policy.list': Operation<Nothing, readonly PolicyRecord[]>;
  /** Also creates `<name>-failback` and associates both (asr-behaviour §3.2). */
  'policy.create': Operation<PolicyRequest, JobRecord>;
  'policy.update': Operation<PolicyRequest, JobRecord>;
  'policy.associate': Operation<{ readonly name: string; readonly configurationServer?: string }, JobRecord>;
  'policy.dissociate': Operation<{ readonly name: string; readonly configurationServer?: string }, JobRecord>;
  'policy.remove': Operation<{ readonly name: string }, JobRecord>;
}
