// What was found of the surroundings, as a page: the verdict first, then each finding with what to do.
import { t } from '../texts.ts';
import type { Finding } from './checks.ts';

const marks = { good: '✓', doubtful: '!', bad: '✗' } as const;

export function doctorReport(findings: readonly Finding[]): string {
  const bad = findings.filter(({ verdict }) => verdict === 'bad').length;
  const doubtful = findings.filter(({ verdict }) => verdict === 'doubtful').length;
  return [
    `# ${t("The Lab's Surroundings")}`,
    '',
    verdictText(bad, doubtful),
    '',
    ...findings.flatMap(({ title, verdict: mark, what, remedy }) => [
      `${marks[mark]} ${title}: ${what}`,
      ...(remedy === '' ? [] : [`   ${t('What to do: {0}', remedy)}`]),
      '',
    ]),
  ].join('\n');
}

function verdictText(bad: number, doubtful: number): string {
  if (bad > 0) return bad === 1 ? t('1 finding keeps a lab from running.') : t('{0} findings keep a lab from running.', bad);
  if (doubtful > 0) return doubtful === 1 ? t('A lab can run; 1 finding is worth a look.') : t('A lab can run; {0} findings are worth a look.', doubtful);
  return t('Everything is as a lab needs it.');
}
