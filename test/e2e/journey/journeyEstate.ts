// The estate of the journey: two machines that write a little, one of them with a name as bad as names can be.
import type { Estate, EstateMachine } from '../../../emulator/lab/estate.ts';
import { lightLog, linuxMachine, smallDiskBytes } from '../../support/lab.ts';

const start = `"DB" 'O1' <img src=x onerror="document.title='broken'"> [link](command:workbench.action.quit) $(flame) & שרת ${'0123456789 '.repeat(20)}`;

export const plainName = 'WEB01';
/** Quotes, markup, a link, an icon, right to left, and 200 characters of it. */
export const hostileName = start.slice(0, 199).trimEnd().padEnd(200, '.');

const machine = (name: string, ipAddress: string): EstateMachine =>
  linuxMachine(name, { ipAddress, disks: [{ sizeBytes: smallDiskBytes, contentBytes: 2 ** 20 }], workloads: [lightLog] });

export const journeyEstate: Partial<Estate> = {
  virtualMachines: [machine(plainName, '10.0.0.11'), machine(hostileName, '10.0.0.12')],
  policies: [],
};
