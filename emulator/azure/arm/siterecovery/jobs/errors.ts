// Errors inside a job: what the service says of them, and what a component at the site said (arm-contract §7.3).
import type { TimeMs } from '../../../../kernel/clock.ts';
import type { ErrorBody } from '../../../../kernel/errors.ts';
import { armTime } from '../../protocol/armTime.ts';
import { nameGuid } from './names.ts';

/** Push installation and discovery: the service's own code, around the component's (arm-contract §7.7). */
const fromSite = { code: '559', pattern: /^95\d{3}$/ } as const;

/** The error with those that it is made of, each a row of its own. */
export function jobErrorResources(error: ErrorBody, about: { taskId: string; timeMs: TimeMs; activityId: string }): unknown[] {
  return [error, ...(error.details ?? [])].map((row, place) => {
    const ofSite = fromSite.pattern.test(row.code);
    return {
      serviceErrorDetails: {
        code: ofSite ? fromSite.code : row.code,
        message: row.message,
        possibleCauses: row.message,
        recommendedAction: row.recommendedAction,
        activityId: about.activityId,
      },
      providerErrorDetails: {
        errorCode: ofSite ? Number(row.code) : 0,
        errorMessage: ofSite ? row.message : null,
        errorId: nameGuid(`${about.activityId}/${about.taskId}/${place}`),
        possibleCauses: ofSite ? row.message : '',
        recommendedAction: ofSite ? row.recommendedAction : '',
      },
      errorLevel: 'Error',
      creationTime: armTime(about.timeMs),
      taskId: about.taskId,
    };
  });
}
