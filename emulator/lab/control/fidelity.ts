// What the lab imitates and how sure we are of it (design §9): the rules with their sources, as a user may ask for them.
import type { FidelityRule } from '../../contract/resources.ts';
import { documentedDurations, profiles, type Limit } from '../../azure/vault/profiles.ts';

const rule = (id: string, text: string, fact: Pick<Limit, 'source' | 'mark'> & { readonly deviation?: string }): FidelityRule => ({
  id,
  rule: text,
  mark: fact.mark,
  source: `asr-behaviour ${fact.source}`,
  date: '2017-05-29 to 2023-09-28',
  ...(fact.deviation === undefined ? {} : { deviation: fact.deviation }),
});

const limits = Object.entries(profiles).flatMap(([year, profile]) =>
  Object.entries(profile).flatMap(([name, value]) =>
    typeof value === 'object' && 'value' in value ? [rule(`limit.${year}.${name}`, `${name} = ${value.value}`, value)] : [],
  ),
);
const durations = Object.entries(documentedDurations).map(([name, value]) => rule(`duration.${name}`, `${name} = ${value.value}`, value));

const deviations: FidelityRule[] = [
  rule('heartbeat', 'Components report each 60 s.', { source: '§9.5', mark: 'Unverified', deviation: 'The interval is not documented.' }),
  rule('hrl', 'Tracked changes are held in .hrl files on the source.', {
    source: '§4.5',
    mark: 'Documented',
    deviation: 'The lab keeps them as segments of one log per disk; the product never documented a format.',
  }),
  rule('bitmap', 'When changes cannot be sent, only changed regions are remembered and no point is made.', { source: '§4.5', mark: 'Inferred' }),
  rule('certificates', 'Certificates live three years on the lab clock.', {
    source: '§1.4',
    mark: 'Documented',
    deviation: 'X.509 dates are wide, the true ones are in an extension: TLS knows only wall time.',
  }),
  rule('groupMark', 'A common point of a replication group needs all members at one instant.', { source: '§12', mark: 'Inferred' }),
  rule('resync', 'A resynchronisation compares checksums of 4 KiB blocks.', {
    source: '§4.6',
    mark: 'Inferred',
    deviation: 'The block size is not documented.',
  }),
  rule('churn', 'A machine that changes more than its target takes gets 78188.', {
    source: '§4.7, §10.2',
    mark: 'Documented',
    deviation: 'The mean is taken over five minutes, and the limit is that of standard storage whatever the size of the writes.',
  }),
  rule('grownDisk', 'A disk that has grown needs a resynchronisation.', {
    source: '§4.9',
    mark: 'Documented',
    deviation:
      'Disks grow while their machine is off; the resynchronisation sends the whole disk to a replica of the new size, and older points stay in the old one.',
  }),
  rule('validator', 'A missing target network makes a machine unready for failover.', {
    source: '§5.3',
    mark: 'Documented',
    deviation: 'The product looks every 12 hours, the lab each minute.',
  }),
  rule('failbackRetention', 'Points of a failback are kept in a journal on the retention drive.', { source: '§7.3', mark: 'Inferred' }),
];

export const fidelity: readonly FidelityRule[] = [...limits, ...durations, ...deviations];
