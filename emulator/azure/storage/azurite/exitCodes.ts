// How the storage process tells its owner why it did not start.

export const portInUseExitCode = 98;
