// The life of two virtual machines and a physical server, from a vault to an empty one, in the order in which it is lived.
import { handleJobs, keepSettings, keepSiteWell, lookAround } from './administration.ts';
import { cleanUp, testFailover } from './drill.ts';
import { endPolicies, endProtection, endVault } from './ending.ts';
import { commit, failOver } from './failover.ts';
import type { Life } from './life.ts';
import { createPlan, drillPlan, failOverPlan, removePlan } from './plans.ts';
import { createPolicies, createVault, discoverMachines, mapPolicies } from './preparation.ts';
import { enableReplication, resynchronize, switchProcessServer, updateProperties } from './protection.ts';
import { commitFailback, failBack, reprotectToAzure, reprotectToSite } from './wayBack.ts';

export interface Stage {
  readonly name: string;
  readonly live: (life: Life) => Promise<void>;
}

export const stages: readonly Stage[] = [
  { name: 'a vault is created, and the site registered with it', live: createVault },
  { name: 'policies for both directions are created and changed', live: createPolicies },
  { name: 'the policies are mapped to the site', live: mapPolicies },
  { name: 'the machines of the site are found', live: discoverMachines },
  { name: 'replication is enabled and the first copy made', live: enableReplication },
  { name: 'properties of the machine to be are changed', live: updateProperties },
  { name: 'another process server takes a machine over', live: switchProcessServer },
  { name: 'a machine is resynchronised', live: resynchronize },
  { name: 'site, agents and health are looked after', live: keepSiteWell },
  { name: 'jobs are restarted, cancelled and exported', live: handleJobs },
  { name: 'a test failover gives copies of the chosen points', live: testFailover },
  { name: 'its clean-up leaves nothing in Azure', live: cleanUp },
  { name: 'a failover gives the last state, and another point its own', live: failOver },
  { name: 'the failover is committed', live: commit },
  { name: 'the machines in Azure replicate to the site', live: reprotectToSite },
  { name: 'a failback brings home what was written in Azure', live: failBack },
  { name: 'the failback is committed', live: commitFailback },
  { name: 'the machines replicate to Azure again', live: reprotectToAzure },
  { name: 'a plan takes them all, with a person and a script in it', live: createPlan },
  { name: 'the plan is drilled', live: drillPlan },
  { name: 'the plan fails over', live: failOverPlan },
  { name: 'a dashboard sees what has been', live: lookAround },
  { name: 'settings of the vault are kept', live: keepSettings },
  { name: 'the plan goes', live: removePlan },
  { name: 'protection is disabled, completed and purged', live: endProtection },
  { name: 'mappings and policies go', live: endPolicies },
  { name: 'the site leaves, and the vault goes', live: endVault },
];
