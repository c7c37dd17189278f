// The commands on plans as text, as the manifest names them.

export const planCommandIds = ['openPlanText', 'newPlanText', 'diffPlanText', 'applyPlanText'] as const;
export type PlanCommandId = (typeof planCommandIds)[number];
