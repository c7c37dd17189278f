// Why the lab's answers are not in everything of the shape that was recorded, row by row; a row that explains nothing any more is an error too.
import type { ShapeDifference } from './shapes.ts';

export interface ShapeExplanation {
  readonly at: RegExp;
  readonly kind: ShapeDifference['kind'];
  readonly path: RegExp;
  readonly because: string;
}

export const shapeExplanations: readonly ShapeExplanation[] = [];

export function explains(explanation: ShapeExplanation, difference: ShapeDifference): boolean {
  return explanation.kind === difference.kind && explanation.at.test(difference.at) && explanation.path.test(difference.path);
}
