// What a message says in general and what it says of one case make one text that reads well.
import { expect, test } from 'vitest';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { withSpecifics } from '../../../emulator/kernel/specifics.ts';

test('a name follows a colon, a sentence stands by itself, and nothing adds nothing', () => {
  expect(new LabError('MachineMustBeOff', 'WEB01').message).toBe('The machine is running: WEB01');
  expect(new LabError('ProcessServerUnhealthy', 'PS01 is critical.').message).toBe('The process server cannot be chosen. PS01 is critical.');
  expect(withSpecifics('No test failover has succeeded for this machine.', '')).toBe('No test failover has succeeded for this machine.');
});
