// One call of the lab's own interface as data, for what Azure has no interface for: clock, faults, links, guests, components.
import type { OperationName, RequestOf } from '../../emulator/contract/control.ts';
import type { ControlClient } from '../client/controlClient.ts';

/** The name goes with its request. */
export type ControlCall = {
  [Name in OperationName]: { readonly control: Name; readonly request: RequestOf<Name> };
}[OperationName];

export function isControlCall(call: object): call is ControlCall {
  return 'control' in call;
}

/** @throws ExtensionError with the lab's own code and remedy */
export async function order<Name extends OperationName>(
  control: Pick<ControlClient, 'call'>,
  call: { readonly control: Name; readonly request: RequestOf<Name> },
): Promise<void> {
  await control.call(call.control, call.request);
}
