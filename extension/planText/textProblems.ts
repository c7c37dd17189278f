// Everything that is to be said about a plan's text.
import type { PlanWorld } from './planWorld.ts';
import type { Problem } from './problem.ts';
import { readPlan } from './readPlan.ts';
import { planProblems } from './rules.ts';

/** All remarks about a text. A text that is no YAML is not judged further: half of it is not there. */
export function problemsOf(text: string, world: PlanWorld | undefined): readonly Problem[] {
  const { plan, problems } = readPlan(text);
  return problems.some(({ code }) => code === 'Syntax') ? problems : [...problems, ...planProblems(plan, world)];
}
