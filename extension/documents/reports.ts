// The text of read-only documents: what Azure says of an object, as YAML, with what it means above it. Pure: snapshot in, text out.
import { stringify } from 'yaml';
import { byId } from '../model/find.ts';
import { healthProblem, jobProblem, type Problem } from '../model/problems.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { durationText, happened, timeText } from '../tree/figures.ts';
import type { DocumentAddress } from './addresses.ts';

/** @returns undefined: it is not there (any more) */
export function documentText(snapshot: LabSnapshot, address: Exclude<DocumentAddress, { kind: 'doctor' }>): string | undefined {
  switch (address.kind) {
    case 'item':
      return resourceText(byId(snapshot.vault.items, address.id));
    case 'plan':
      return resourceText(byId(snapshot.vault.plans, address.id));
    case 'policy':
      return resourceText(byId(snapshot.vault.policies, address.id));
    case 'job':
      return jobText(snapshot, address.name);
    case 'event':
      return resourceText(snapshot.vault.events.find(({ name }) => name === address.name));
    case 'error':
      return errorText(snapshot, address);
  }
}

function resourceText(resource: object | undefined): string | undefined {
  return resource === undefined ? undefined : yamlText(resource);
}

function yamlText(value: object): string {
  // Dates and absent fields as ARM has them in JSON.
  return stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 });
}

function jobText(snapshot: LabSnapshot, name: string): string | undefined {
  const job = snapshot.vault.jobs.find((one) => one.name === name);
  if (job === undefined) return undefined;
  const { startTime, endTime, friendlyName, targetObjectName, state, tasks = [] } = job.properties ?? {};
  const began = happened(startTime);
  const lines = [
    t('{0}: {1}', friendlyName ?? name, targetObjectName ?? ''),
    [state ?? '', began === undefined ? '' : timeText(began), tookText({ startTime, endTime })].filter((word) => word !== '').join(' · '),
    ...tasks.map((task) => `  ${[task.friendlyName ?? task.name ?? '', task.state ?? '', tookText(task)].filter((word) => word !== '').join(' · ')}`),
  ];
  // A name may hold line breaks: each line of the heading stays a comment.
  const heading = lines.flatMap((line) => line.split(/\r\n|[\n\r\u0085\u2028\u2029]/)).map((line) => `# ${line}`);
  return `${heading.join('\n')}\n${yamlText(job)}`;
}

/** Empty until it has ended. */
function tookText({ startTime, endTime }: { readonly startTime?: Date | undefined; readonly endTime?: Date | undefined }): string {
  const [began, ended] = [happened(startTime), happened(endTime)];
  return began === undefined || ended === undefined ? '' : durationText(ended.getTime() - began.getTime());
}

function errorText(snapshot: LabSnapshot, { of, code }: Extract<DocumentAddress, { kind: 'error' }>): string | undefined {
  const page = errorOfItem(snapshot, of, code) ?? errorOfJob(snapshot, of, code);
  if (page === undefined) return undefined;
  const section = (title: string, text: string): readonly string[] => (text === '' ? [] : [`## ${title}`, '', asText(text), '']);
  return [
    `# ${asText(t('Error {0}', page.code))}`,
    '',
    asText(page.message),
    '',
    ...section(t('Possible Causes'), page.possibleCauses),
    ...section(t('Recommended Action'), page.recommendedAction),
    ...(page.time === undefined ? [] : [t('Since {0} UTC', timeText(page.time)), '']),
  ].join('\n');
}

/** Names in messages are nobody's markup. */
function asText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|!&~]/g, (character) => `\\${character}`);
}

function errorOfItem({ vault }: LabSnapshot, id: string, code: string): Problem | undefined {
  return byId(vault.items, id)
    ?.properties?.healthErrors?.map(healthProblem)
    .find((problem) => problem.code === code);
}

function errorOfJob({ vault }: LabSnapshot, name: string, code: string): Problem | undefined {
  return vault.jobs
    .find((job) => job.name === name)
    ?.properties?.errors?.map(jobProblem)
    .find((problem) => problem.code === code);
}
