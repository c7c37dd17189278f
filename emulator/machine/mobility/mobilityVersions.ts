// Versions of the Mobility service that the lab installs, by profile.

/** The release that was current in the year of each profile; the product supports the newest and four before (asr-behaviour §1.4). */
export const mobilityVersions = {
  '2017': '9.12.0.0',
  '2019': '9.29.0.0',
  '2023': '9.56.0.0',
} as const;

export type MobilityProfile = keyof typeof mobilityVersions;
