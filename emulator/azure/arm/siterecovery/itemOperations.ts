// Every operation on protected items, and on what hangs below them.
import type { ArmOperation } from '../protocol/operation.ts';
import { itemActionOperations } from './itemActions.ts';
import { protectedItemOperations } from './protectedItems.ts';
import { recoveryPointOperations } from './recoveryPoints.ts';
import type { DefineOperation } from './siteRecovery.ts';
import { targetComputeSizeOperations } from './targetComputeSizes.ts';

export function itemOperations(define: DefineOperation): ArmOperation[] {
  return [...protectedItemOperations(define), ...itemActionOperations(define), ...recoveryPointOperations(define), ...targetComputeSizeOperations(define)];
}
