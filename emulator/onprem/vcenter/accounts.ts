// Who may do what: accounts with a role, roles as sets of vSphere's privileges (asr-behaviour §2.2, vcenter.md §8).
import { timingSafeEqual } from 'node:crypto';
import { LabError } from '../../kernel/errors.ts';

/** vSphere's own privilege ids, as far as anything here asks for them. */
export type Privilege =
  | 'System.Read'
  | 'Datastore.AllocateSpace'
  | 'Datastore.Browse'
  | 'Datastore.DeleteFile'
  | 'Datastore.FileManagement'
  | 'Network.Assign'
  | 'Resource.AssignVMToPool'
  | 'VirtualMachine.Config.AddExistingDisk'
  | 'VirtualMachine.Config.AddNewDisk'
  | 'VirtualMachine.Config.RemoveDisk'
  | 'VirtualMachine.Interact.PowerOff'
  | 'VirtualMachine.Interact.PowerOn'
  | 'VirtualMachine.Inventory.Create'
  | 'VirtualMachine.Inventory.CreateFromExisting'
  | 'VirtualMachine.Inventory.Delete'
  | 'VirtualMachine.Inventory.Register'
  | 'VirtualMachine.State.CreateSnapshot'
  | 'VirtualMachine.State.RemoveSnapshot';

/** `siteRecovery` is the role that the product asks for: everything but taking snapshots and deleting machines. */
export type RoleName = 'administrator' | 'siteRecovery' | 'readOnly';

export interface VCenterAccount {
  readonly userName: string;
  readonly password: string;
  readonly role: RoleName;
}

const refusedToSiteRecovery: readonly Privilege[] = ['VirtualMachine.State.CreateSnapshot', 'VirtualMachine.Inventory.Delete'];

function holds(role: RoleName, privilege: Privilege): boolean {
  if (role === 'administrator') return true;
  return role === 'readOnly' ? privilege === 'System.Read' : !refusedToSiteRecovery.includes(privilege);
}

/** @throws LabError VSphereUnauthorized */
export function requirePrivilege(account: VCenterAccount, ...privileges: readonly Privilege[]): void {
  const missing = privileges.find((privilege) => !holds(account.role, privilege));
  if (missing !== undefined) throw new LabError('VSphereUnauthorized', `${account.userName} (${account.role}) lacks ${missing}.`);
}

/** The account that these credentials belong to. @throws LabError VSphereUnauthenticated */
export function authenticate(accounts: readonly VCenterAccount[], credentials: { userName: string; password: string }): VCenterAccount {
  const account = accounts.find(({ userName }) => userName.toLowerCase() === credentials.userName.toLowerCase());
  const [given, wanted] = [Buffer.from(credentials.password), Buffer.from(account?.password ?? '')];
  if (account === undefined || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new LabError('VSphereUnauthenticated', `User "${credentials.userName}".`);
  return account;
}
