// How a lab is opened: its folder, what it begins with, where its roles listen.
import type { ClockSpeed } from './resources.ts';

/** Ports by role; absent or 0 lets the system choose. */
export interface LabPorts {
  readonly arm?: number;
  readonly vcenter?: number;
  readonly configServer?: number;
  readonly processServer?: number;
  readonly masterTarget?: number;
  readonly blob?: number;
  readonly control?: number;
}

/** Each component of this kind becomes a child process of the lab. */
export type SeparateRole = 'processserver' | 'mastertarget';

/** How `openLab` (emulator/lab.ts) is asked for a lab. Its folder is made when absent; a folder with a lab goes on where it stopped. */
export interface LabOptions {
  readonly dir: string;
  /** Name of a sample estate, or the path of a file; ignored when the folder holds a lab already. */
  readonly scenario: string;
  readonly seed: string;
  readonly speed: ClockSpeed;
  readonly ports: LabPorts;
  /** Components that run as processes of their own, which can be killed alone; absent: none but storage. */
  readonly processes?: readonly SeparateRole[];
  /** News of a start that takes a while, for a person. */
  readonly onProgress?: (message: string) => void;
}
