// Errors of the lab itself: its folder, its command line, and the wires between all components.
import { entry, type ErrorEntry } from './entry.ts';

/** Keep each group sorted. */
export const labErrors = {
  // kernel and lab folder
  CommandLineInvalid: entry(
    400,
    'The command line is not one that srlab understands.',
    'Run the command with --help: it lists commands, options and examples.',
  ),
  FaultInjected: entry(500, 'An injected fault stopped this operation.', 'Remove the fault rule, or let its count run out.'),
  InterpreterMissing: entry(
    424,
    'The program that runs this kind of script is not installed.',
    'Install it and see that it is found on PATH: pwsh for .ps1, python3 for .py, bash for .sh; .js and .mjs need nothing.',
  ),
  InternalError: entry(
    500,
    'The lab met a condition it does not handle.',
    'Report the trace of the lab folder; restarting the lab loses nothing that was acknowledged.',
  ),
  InvalidArgument: entry(400, 'A value given to the lab is not usable.', 'Correct the value named in the details.'),
  LabFolderInUse: entry(409, 'Another process already runs a lab in this folder.', 'Use the running lab with --dir, stop it, or choose another folder.'),
  LabNotRunning: entry(404, 'No lab runs in this folder.', 'Start one with: srlab up --dir <folder>.'),
  LabRunning: entry(409, 'The lab is running.', 'Stop it first with: srlab down, or Ctrl-C where it runs.'),
  LoopStalled: entry(
    500,
    'What was waited for does not come about.',
    'Look at srlab status and srlab job list of the lab: health errors say which component holds it up.',
  ),
  PortInUse: entry(409, 'The port is taken by another process.', 'Stop that process or choose another port; 0 lets the lab pick a free one.'),
  RoleProcessFailed: entry(
    500,
    'A component that runs as a process of its own does not start.',
    'Read the message it left, and trace.jsonl in its folder below the lab.',
  ),
  ScenarioInvalid: entry(400, 'The file of the scenario is not one.', 'Correct what the details name; the README shows a file that works.'),
  ScenarioNotFound: entry(404, 'There is neither a scenario nor a file of this name.', 'Use sample, empty, or the path of a file that describes an estate.'),
  StateDatabaseDamaged: entry(
    500,
    'The state database of this folder is damaged.',
    'Restore the folder from a saved lab, or move the file away to start empty; disks and replicas are untouched.',
  ),
  StateVersionUnknown: entry(500, 'The state database was written by a newer version.', 'Open the folder with the version that wrote it.'),
  // wires
  AccessDenied: entry(403, 'The caller may not do this.', 'Use the credentials of the lab that printed this endpoint.'),
  AzureProcessServerMissing: entry(
    409,
    'No process server in Azure has registered yet.',
    'Build the private connection (srlab link restore site-to-site, or "Restore Link" in VS Code): a process server is set up in Azure with it, and registers within minutes.',
  ),
  CertificateNotTrusted: entry(
    401,
    'The peer certificate cannot be authenticated.',
    'Register the component again with the configuration server and its passphrase.',
  ),
  MachineMustBeOff: entry(409, 'The machine is running.', 'Shut it down first; its disks are then free.'),
  LinkDown: entry(503, 'The network link is cut.', 'Restore the link; replication goes on by itself.'),
  MachineNotProtected: entry(404, 'The machine is not protected.', 'Protect it first: srlab enable <machine>.'),
  MalformedRequest: entry(400, 'The request could not be read.', 'Send the documented shape.'),
  NotFound: entry(404, 'The object does not exist.', 'List the objects and use one of the names shown.'),
  PeerUnreachable: entry(503, 'The other component does not answer.', 'Start it; what was acknowledged is kept and work goes on by itself.'),
} as const satisfies Record<string, ErrorEntry>;
