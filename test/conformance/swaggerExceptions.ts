// Where the lab leaves the published specification on purpose, each with the recording that justifies it.
import type { Exchange } from '../clients/traffic.ts';
import { placeOf } from './shapes.ts';
import { SwaggerCheck, type Finding } from './swaggerCheck.ts';

export interface SwaggerException {
  /** Of the finding's `operation`. */
  readonly operation: RegExp;
  readonly code: Finding['code'];
  /** Of the finding's `path`. */
  readonly path: RegExp;
  readonly message?: RegExp;
  /** Of the address; for what the specification has no operation. */
  readonly address?: RegExp;
  readonly because: string;
  readonly recording: string;
}

export const swaggerExceptions: readonly SwaggerException[] = [
  {
    operation: /^unknown$/,
    code: 'OPERATION_NOT_FOUND_IN_CACHE',
    path: /^$/,
    address: /\/replicationOperationStatus\/[^/]+$/,
    because: 'The address of Azure-AsyncOperation is no operation of the specification.',
    recording: 'cli-vault.json: GET …/replicationOperationStatus/8ef92677-cb79-4182-a1f3-11a8034e52fc',
  },
  {
    operation: /^unknown$/,
    code: 'OPERATION_NOT_FOUND_IN_CACHE',
    path: /^$/,
    address: /\/operationresults\/[^/]+$/,
    because: 'The address of Location is no operation of the specification.',
    recording: 'V2ATestJob.json: location of POST …/testFailover',
  },
  {
    operation: /^ReplicationJobs_/,
    code: 'DISCRIMINATOR_VALUE_NOT_FOUND',
    path: /\/tasks\[\]\/customDetails\/instanceType$/,
    message: /"TaskDetails"/,
    because: 'An ordinary task has the word of its own type as its discriminator.',
    recording: 'cli-vault.json: GET …/replicationJobs/8ef92677-cb79-4182-a1f3-11a8034e52fc',
  },
  {
    operation: /^ReplicationJobs_/,
    code: 'DISCRIMINATOR_VALUE_NOT_FOUND',
    path: /\/childTasks\[\]\/customDetails\/instanceType$/,
    message: /"JobTaskDetails"/,
    because: 'The specification has it (#/definitions/JobTaskDetails); the validator does not find types that others derive from.',
    recording: 'hand-extracts-2021.json: reprotectJob',
  },
  {
    operation: /^ReplicationJobs_/,
    code: 'DISCRIMINATOR_VALUE_NOT_FOUND',
    path: /\/groupTaskCustomDetails\/instanceType$/,
    message: /"(GroupTaskDetails|RecoveryPlanGroupTaskDetails|RecoveryPlanShutdownGroupTaskDetails)"/,
    because: 'The specification has them (#/definitions/RecoveryPlanGroupTaskDetails); the validator does not find types that others derive from.',
    recording: 'hand-extracts-2021.json: reprotectJob',
  },
  {
    operation: /^(Replication|RecoveryPoints|SupportedOperatingSystems|TargetComputeSizes)/,
    code: 'INVALID_RESPONSE_CODE',
    path: /^$/,
    message: /'4\d\d' response code/,
    because: 'The specification of Site Recovery names no errors at all; the life makes some on purpose.',
    recording: 'arm-contract §7.7, from the V2A session records',
  },
];

export function excuses(exception: SwaggerException, finding: Finding): boolean {
  return (
    exception.operation.test(finding.operation) &&
    exception.code === finding.code &&
    exception.path.test(finding.path) &&
    (exception.message === undefined || exception.message.test(finding.message)) &&
    (exception.address === undefined || exception.address.test(finding.example))
  );
}

export interface Judgement {
  /** Findings that no exception explains, each kind once. */
  readonly open: readonly Finding[];
  readonly excused: readonly Finding[];
  /** Exceptions that nothing needed. */
  readonly idle: readonly SwaggerException[];
  /** How many exchanges of each operation there were. */
  readonly operations: ReadonlyMap<string, number>;
}

export async function judged(exchanges: readonly Exchange[]): Promise<Judgement> {
  const check = await SwaggerCheck.open();
  const found = new Map<string, Finding>();
  const operations = new Map<string, number>();
  for (const exchange of exchanges) {
    const { operation, findings } = await check.look(exchange);
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    for (const finding of findings) {
      const { example, ...kind } = finding;
      const place = finding.operation === 'unknown' ? placeOf(example) : '';
      const key = JSON.stringify({ ...kind, place });
      if (!found.has(key)) found.set(key, finding);
    }
  }
  const all = [...found.values()];
  const isExcused = (finding: Finding): boolean => swaggerExceptions.some((exception) => excuses(exception, finding));
  return {
    open: all.filter((finding) => !isExcused(finding)),
    excused: all.filter(isExcused),
    idle: swaggerExceptions.filter((exception) => !all.some((finding) => excuses(exception, finding))),
    operations,
  };
}
