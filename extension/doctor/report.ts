// What was found of the surroundings, as a page: the verdict first, then each finding with what to do.
import { t } from '../texts.ts';
import type { Finding } from './checks.ts';

const marks = { good: '✓', doubtful: '!', bad: '✗' } as const;

export function doctorReport(findings: readonly Finding[]): string {
  const bad = findings.filter(({ verdict }) => verdict === 'bad').length;
  const doubtful = findings.filter(({ verdict }) => verdict === 'doubtful').length;
  const verdict =
    bad > 0
      ? t('{0} findings keep a lab from running.', bad)
      : doubtful > 0
        ? t('A lab can run; {0} findings are worth a look.', doubtful)
        : t('Everything is as a lab needs it.');
  return [
    `# ${t("The Lab's Surroundings")}`,
    '',
    verdict,
    '',
    ...findings.flatMap(({ title, verdict: mark, what, remedy }) => [
      `${marks[mark]} ${title}: ${what}`,
      ...(remedy === '' ? [] : [`   ${t('What to do: {0}', remedy)}`]),
      '',
    ]),
  ].join('\n');
}
