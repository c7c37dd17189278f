// Releases of configuration server, process server and master target in the year of each profile, as those of the Mobility service.
export const componentVersions = { '2017': '9.12.0.0', '2019': '9.29.0.0', '2023': '9.56.0.0' } as const;
