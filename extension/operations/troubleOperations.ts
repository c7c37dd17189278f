// Trouble on purpose: faults at named points, links that are cut or narrowed, components that end.
import { faultPoints, networkPaths, type FaultEffect, type FaultPoint, type NetworkPath } from '../../emulator/contract/faults.ts';
import type { LinkState, RoleStatus } from '../../emulator/contract/resources.ts';
import { faultPointName } from '../model/faultNames.ts';
import { linkName } from '../model/linkNames.ts';
import { timesText } from '../counts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { rateText } from '../tree/figures.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { numberProblem } from './azureNames.ts';
import { spanIn } from './clockOperations.ts';
import { faultOf, linkOf } from './lookups.ts';
import type { Availability, Operation, Refusal } from './operation.ts';
import { subjectName } from './subjects.ts';

const addFault: Operation<{ point: string; machine: string; effect: string; code: string; delay: string; times: string }> = {
  id: 'addFault',
  title: () => t('Add Fault'),
  on: [],
  by: 'lab',
  availability: ({ state }) => (state === 'running' ? true : { because: t('No lab runs.'), remedy: t('Start the lab.') }),
  steps: ({ snapshot }) => [
    {
      kind: 'pick',
      key: 'point',
      title: t('Place'),
      placeholder: t('Where does it happen?'),
      choices: () => faultPoints.map((point) => ({ value: point, label: faultPointName(point), description: point })),
    },
    {
      kind: 'pick',
      key: 'machine',
      title: t('Machine'),
      placeholder: t('To whom does it happen?'),
      remember: false,
      choices: () => [
        { value: '', label: t('Everything that passes') },
        ...(snapshot.lab?.machines ?? []).map(({ machineId, name, platform }) => ({ value: machineId, label: name, description: platform })),
      ],
    },
    {
      kind: 'pick',
      key: 'effect',
      title: t('Effect'),
      placeholder: t('What happens?'),
      choices: () => [
        { value: 'error', label: t('Fail'), detail: t('The step fails with an error.') },
        { value: 'delay', label: t('Delay'), detail: t('The step costs more of the lab’s time.') },
        { value: 'skip', label: t('Skip'), detail: t('The step is silently left out.') },
        { value: 'corrupt', label: t('Corrupt'), detail: t('What passes is damaged.') },
      ],
    },
    {
      kind: 'text',
      key: 'code',
      title: t('Error'),
      prompt: t('Code of the error'),
      needed: ({ effect }) => effect === 'error',
      initial: () => 'FaultInjected',
      problem: (text) => (/^[A-Za-z0-9]{1,60}$/.test(text) ? undefined : t('Letters and digits.')),
    },
    {
      kind: 'text',
      key: 'delay',
      title: t('Delay'),
      prompt: t('How long: 90s, 10m, 2h'),
      needed: ({ effect }) => effect === 'delay',
      initial: () => '30s',
      problem: (text) => (spanIn(text) === undefined ? t('A number with s, m, h or d, such as 10m.') : undefined),
    },
    {
      kind: 'text',
      key: 'times',
      title: t('How often'),
      prompt: t('This many times; empty: until the fault is removed'),
      problem: (text) => (text === '' ? undefined : numberProblem(text, { least: 1, most: 1_000_000 })),
      shown: (text) => (text === '' ? t('until it is removed') : timesText(Number(text))),
    },
  ],
  calls: (_context, _subjects, { point, machine, effect, code, delay, times }) => [
    {
      control: 'fault.add',
      request: {
        rule: {
          point: point as FaultPoint,
          effect: effectOf({ effect, code, delay }),
          ...(machine === '' ? {} : { subject: machine }),
          ...(times === '' ? {} : { times: Number(times) }),
        },
      },
    },
  ],
};

function effectOf({ effect, code, delay }: { effect: string; code: string; delay: string }): FaultEffect {
  switch (effect) {
    case 'delay':
      return { kind: 'delay', delayMs: spanIn(delay) ?? 0 };
    case 'skip':
    case 'corrupt':
      return { kind: effect };
    default:
      return { kind: 'error', code };
  }
}

const removeFault: Operation = {
  id: 'removeFault',
  title: () => t('Remove Fault'),
  on: ['fault'],
  many: true,
  by: 'lab',
  availability: (snapshot, subject) =>
    faultOf(snapshot, subject) === undefined ? { because: t('There is no such fault.'), remedy: t('Choose another.') } : true,
  calls: (_context, subjects) =>
    subjects.flatMap((subject) => (subject.kind === 'fault' ? [{ control: 'fault.remove', request: { id: subject.id } } as const] : [])),
};

function noLink(): Refusal {
  return { because: t('There is no such link.'), remedy: t('Choose another.') };
}

function pathOf(subject: Subject): NetworkPath | undefined {
  return subject.kind === 'link' ? networkPaths.find((path) => path === subject.path) : undefined;
}

function linkOperation(id: string, title: () => string, { to, unless }: { to: 'up' | 'cut'; unless: (link: LinkState) => Refusal | undefined }): Operation {
  return {
    id,
    title,
    on: ['link'],
    many: true,
    by: 'lab',
    availability: (snapshot, subject) => {
      const link = linkOf(snapshot, subject);
      return link === undefined ? noLink() : (unless(link) ?? true);
    },
    calls: (_context, subjects) => subjects.flatMap((subject) => linkCall(subject, to)),
  };
}

const cutLink = linkOperation('cutLink', () => t('Cut Link'), {
  to: 'cut',
  unless: ({ path, state }) =>
    state === 'up' ? undefined : { because: t('{0} does not carry anything now.', linkName(path)), remedy: t('Restore it first.') },
});

const restoreLink = linkOperation('restoreLink', () => t('Restore Link'), {
  to: 'up',
  unless: ({ path, state }) => (state === 'up' ? { because: t('{0} is up.', linkName(path)), remedy: t('Nothing to do.') } : undefined),
});

function linkCall(subject: Subject, state: 'up' | 'cut'): { control: 'link.set'; request: { path: NetworkPath; state: 'up' | 'cut' } }[] {
  const path = pathOf(subject);
  return path === undefined ? [] : [{ control: 'link.set', request: { path, state } }];
}

const setLinkBandwidth: Operation<{ bandwidth: string; latency: string }> = {
  id: 'setLinkBandwidth',
  title: () => t('Set Link Bandwidth'),
  on: ['link'],
  many: true,
  by: 'lab',
  availability: (snapshot, subject) => (linkOf(snapshot, subject) === undefined ? noLink() : true),
  steps: ({ snapshot }, [subject]) => [
    {
      kind: 'text',
      key: 'bandwidth',
      title: t('Bandwidth'),
      prompt: t('Megabits per second; 0 is unlimited'),
      initial: () => String((linkOf(snapshot, subject)?.bandwidthBps ?? 0) / 1e6),
      problem: (text) => (text.trim() !== '' && Number(text) >= 0 && Number.isFinite(Number(text)) ? undefined : t('A number, 0 or more.')),
      shown: (text) => (Number(text) === 0 ? t('unlimited') : rateText(Number(text) * 1e6)),
    },
    {
      kind: 'text',
      key: 'latency',
      title: t('Latency'),
      prompt: t('Milliseconds'),
      initial: () => String(linkOf(snapshot, subject)?.latencyMs ?? 0),
      problem: (text) => numberProblem(text, { least: 0, most: 60_000 }),
      shown: (text) => t('{0} ms', text),
    },
  ],
  calls: (_context, subjects, { bandwidth, latency }) =>
    subjects.flatMap((subject) => {
      const path = pathOf(subject);
      const request = { bandwidthBps: Math.round(Number(bandwidth) * 1e6), latencyMs: Number(latency) };
      return path === undefined ? [] : [{ control: 'link.set', request: { path, ...request } } as const];
    }),
};

/** Components that are processes of their own: nothing else can end alone. */
function restartable({ lab }: LabSnapshot): RoleStatus[] {
  return (lab?.roles ?? []).filter(({ role, pid }) => role === 'storage' || pid !== undefined);
}

function roleOf(snapshot: LabSnapshot, subject: Subject | undefined): RoleStatus | undefined {
  return subject === undefined ? undefined : restartable(snapshot).find(({ name }) => name === subjectName(snapshot, subject));
}

const restartRole: Operation<{ role: string }> = {
  id: 'restartComponent',
  title: () => t('Kill and Restart Component'),
  on: [],
  by: 'lab',
  availability: (snapshot): Availability =>
    restartable(snapshot).length > 0
      ? true
      : { because: t('Every component runs in the lab’s own process.'), remedy: t('Start the lab with components of their own.') },
  steps: ({ snapshot }, [subject]) => [
    {
      kind: 'pick',
      key: 'role',
      title: t('Component'),
      placeholder: t('Which component is killed, and started again by its owner?'),
      choices: () => {
        const chosen = roleOf(snapshot, subject);
        return (chosen === undefined ? restartable(snapshot) : [chosen]).map(({ name, role, state }) => ({
          value: name,
          label: name,
          description: `${role} · ${state}`,
        }));
      },
    },
  ],
  confirmation: (_context, _subjects, { role }) => ({
    question: t('Kill {0}?', role),
    detail: t('The process ends at once, as if its computer lost power, and is started again. What it had acknowledged is kept.'),
    button: t('Kill'),
  }),
  calls: (_context, _subjects, { role }) => [{ control: 'role.restart', request: { role, kill: true } }],
};

export const troubleOperations: readonly Operation[] = [addFault, removeFault, cutLink, restoreLink, setLinkBandwidth, restartRole];
