// Errors of disks, of the machines with their programs, and on the way of a write to the other side.
import { entry, type ErrorEntry } from './entry.ts';

/** Keep each group sorted. */
export const replicationErrors = {
  // disks
  DiskDamaged: entry(422, 'The disk file is damaged or incomplete.', 'Bring in another copy of the disk; a raw image is taken as it is.'),
  DiskFileDenied: entry(403, 'The file of the disk may not be opened.', 'Give the user of the lab access to the file and its folder.'),
  DiskFileExists: entry(409, 'A file with this name exists already.', 'Choose another name, or remove the file first.'),
  DiskFileMissing: entry(404, 'The file of the disk does not exist.', 'Check the path; restore the file if it was moved away.'),
  DiskFormatUnknown: entry(
    422,
    'The format of the disk file is not known.',
    'Convert it to raw, fixed VHD or VMDK first, for example with: qemu-img convert -O raw <file> disk.raw.',
  ),
  DiskRangeInvalid: entry(400, 'The range does not lie on the disk.', 'Use offsets and lengths that are multiples of 512 and end within the disk.'),
  DiskReadOnly: entry(403, 'The disk is open for reading only.', 'Open it for writing, or write to a copy.'),
  DiskResized: entry(
    409,
    'The disk of the source has another size than its replica.',
    'Resynchronize the machine: its replica is made anew in the new size. Recovery points from before stay.',
  ),
  DiskShrinkRefused: entry(409, 'A disk can only grow.', 'Give a size that is larger than the present one.'),
  DiskSizeInvalid: entry(400, 'A disk of this format cannot have this size.', 'Use a whole number of 512-byte sectors, and of MiB for a VHD.'),
  DiskSpaceExhausted: entry(507, 'The drive that holds the disk file is full.', 'Free space on the drive and repeat; nothing acknowledged is lost.'),
  DiskTooLarge: entry(413, 'The disk is larger than is allowed here.', 'Shrink the disk, or choose a profile with larger limits.'),
  NbdClientMalformed: entry(
    400,
    'The client of a disk served over NBD broke the protocol; its connection was ended.',
    'Use a client that speaks the fixed newstyle handshake, such as qemu or libnbd.',
  ),
  QemuImgFailed: entry(422, 'qemu-img could not convert the disk.', 'Check the file with: qemu-img check <file>; what qemu-img said is in the message.'),
  QemuImgMissing: entry(
    501,
    'This disk format needs qemu-img, which is not installed.',
    'Install qemu-img (Debian: apt-get install qemu-utils), or convert the disk to raw, fixed VHD or flat VMDK elsewhere.',
  ),
  VhdFooterInvalid: entry(422, 'The footer of the VHD is not valid.', 'Make a new copy of the file; if its content is raw, rename it and bring it in as raw.'),
  VmdkDescriptorInvalid: entry(
    422,
    'The descriptor of the VMDK is not valid.',
    'Export the disk again from vSphere, with its descriptor and its extents in one folder.',
  ),
  VmdkNotFlat: entry(422, 'The VMDK is not a single flat extent.', 'Import it (srlab disk import), which converts it with qemu-img.'),
  // machines and their programs
  MachineNotRunning: entry(409, 'The machine does not run.', 'Power it on first.'),
  QuiesceFailed: entry(
    409,
    'The guest could not be brought to an application-consistent state.',
    'Repair the VSS writers (or the pre script) of the guest; crash-consistent points go on.',
  ),
  WorkloadExists: entry(409, 'The machine already runs a workload of this name.', 'End it first, or choose another name.'),
  // Mobility service
  MarkNotPossible: entry(
    409,
    'No recovery point can be made of this machine now.',
    'Wait: a disk is being copied, or sends what changed while only regions were remembered.',
  ),
  NoValidIpAddress: entry(
    409,
    'No Valid IP Address found.',
    'Give a network adapter of the machine an IPv4 address; the Mobility service registers by itself then.',
  ),
  ProcessServerNotAssigned: entry(
    503,
    'The machine has no process server now.',
    'Nothing to do while its process server is being changed; else choose one for the machine.',
  ),
  // the way of a write
  BatchChecksumWrong: entry(
    400,
    'The batch does not match its checksum.',
    'The sender repeats it from its change log; nothing is lost. If it persists, check memory and network of the source.',
  ),
  BatchMalformed: entry(400, 'The bytes are not a batch of changes.', 'Only the Mobility service sends to this port.'),
  BatchMissing: entry(409, 'A batch is missing in the log, and later ones are there.', 'Start a resynchronisation of the disk.'),
  BatchOutOfOrder: entry(409, 'A batch is missing before this one.', 'The sender goes back to the sequence after the newest one held.'),
  BatchReplayMismatch: entry(409, 'Another batch with this sequence is held already.', 'Start a resynchronisation of the disk.'),
  BatchTruncated: entry(400, 'The batch ended early.', 'The sender repeats it from its change log; nothing is lost.'),
  ChangeLogCorrupt: entry(
    500,
    'The change log (.hrl) of a disk is damaged.',
    'Nothing to do: the disk itself is whole, and it is compared with its replica by checksum from now on.',
  ),
  ChangeLogFull: entry(
    507,
    'The change log (.hrl) of a disk cannot grow.',
    'Free space on the source; until then only the changed regions are remembered and no recovery point is made.',
  ),
  ProcessServerThrottled: entry(
    429,
    'The process server takes no more data: its cache folder is nearly full.',
    'Wait until it has uploaded, free space in the cache folder, or switch the machine to another process server.',
  ),
  SealBroken: entry(422, 'A replicated batch cannot be decrypted.', 'Start a resynchronisation of the disk.'),
} as const satisfies Record<string, ErrorEntry>;
