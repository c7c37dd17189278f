"""The whole life of two virtual machines and a physical server through azure.mgmt.recoveryservicessiterecovery, as its documentation has it."""
import time

import azure.mgmt.recoveryservicessiterecovery.models as m
from azure.core.exceptions import HttpResponseError
from azure.mgmt.recoveryservices.models import Sku, Vault, VaultProperties

import lab
from lab import finish, resource_id, until

VAULT = "python-vault"
FORWARD, REVERSE = "python-policy", "python-failback"
MACHINES = {"WEB01": ("Linux", 1), "DB01": ("Windows", 2), "PHYS01": ("Linux", 1)}
POLL = {"polling_interval": 1}
REGISTRATION_MS = 20 * 60_000

began = time.monotonic()
client = lab.site_recovery(VAULT)
items = client.replication_protected_items


def stage(name):
    print(f"{time.monotonic() - began:6.1f} s  {name}", flush=True)


def policy_id(name):
    return resource_id(f"Microsoft.RecoveryServices/vaults/{VAULT}/replicationPolicies", name)


def fabric():
    [only] = client.replication_fabrics.list()
    return client.replication_fabrics.get(only.name)


def details():
    return fabric().properties.custom_details


def place():
    name = fabric().name
    [container] = client.replication_protection_containers.list_by_replication_fabrics(name)
    return name, container.name


def server_id(name):
    return next(server.id for server in details().process_servers if server.friendly_name == name)


def each(begin):
    """Begins the same operation on all machines, and ends when all have ended."""
    return finish(*[begin(*place(), machine.lower(), machine) for machine in MACHINES])


def item(machine):
    return items.get(*place(), machine.lower())


def until_protected():
    for machine in MACHINES:
        until(f"Protection of {machine}", lambda machine=machine: item(machine).properties.protection_state == "Protected")


def points(machine):
    return list(client.recovery_points.list_by_replication_protected_items(*place(), machine.lower()))


def make_vault():
    vault = Vault(location="westeurope", sku=Sku(name="Standard"), properties=VaultProperties(public_network_access="Enabled"))
    made = lab.recovery_services.vaults.begin_create_or_update(lab.GROUP, VAULT, vault, **POLL).result()
    assert made.properties.provisioning_state == "Succeeded"
    lab.control("site.register", vault=VAULT)


def make_policies():
    common = {"multi_vm_sync_status": "Enable", "recovery_point_threshold_in_minutes": 15, "recovery_point_history": 1440, "app_consistent_frequency_in_minutes": 60}
    policies = client.replication_policies
    inputs = {FORWARD: m.InMageAzureV2PolicyInput(**common), REVERSE: m.InMagePolicyInput(**common)}
    begin = lambda name, specific: policies.begin_create(name, m.CreatePolicyInput(properties=m.CreatePolicyInputProperties(provider_specific_input=specific)), **POLL)
    finish(*[begin(name, specific) for name, specific in inputs.items()])
    assert sorted(policy.name for policy in policies.list()) == sorted(inputs)
    container = client.replication_protection_containers.get(*place()).id
    mappings = client.replication_protection_container_mappings
    for name, policy, target in (("to-azure", FORWARD, "Microsoft Azure"), ("to-site", REVERSE, container)):
        wanted = m.CreateProtectionContainerMappingInputProperties(target_protection_container_id=target, policy_id=policy_id(policy))
        finish(mappings.begin_create(*place(), name, m.CreateProtectionContainerMappingInput(properties=wanted), **POLL))
    assert len(list(mappings.list_by_replication_protection_containers(*place()))) == 2


def protectable(machine):
    rows = client.replication_protectable_items.list_by_replication_protection_containers(*place())
    return next((row for row in rows if row.properties.friendly_name == machine), None)


def enable(name, container, item_name, machine):
    os_type, _ = MACHINES[machine]
    server = server_id("CS01")
    account = next(account for account in details().run_as_accounts if account.account_name == os_type)
    specific = m.InMageAzureV2EnableProtectionInput(
        process_server_id=server,
        master_target_id=server,
        run_as_account_id=account.account_id,
        storage_account_id=resource_id("Microsoft.Storage/storageAccounts", lab.ACCOUNT),
        log_storage_account_id=resource_id("Microsoft.Storage/storageAccounts", "asrlablogs"),
        target_azure_network_id=resource_id("Microsoft.Network/virtualNetworks", "vnet-recovery"),
        target_azure_subnet_id="default",
        target_azure_vm_name=item_name,
        target_azure_v2_resource_group_id=f"/subscriptions/{lab.SUBSCRIPTION}/resourceGroups/{lab.GROUP}",
    )
    wanted = m.EnableProtectionInputProperties(policy_id=policy_id(FORWARD), protectable_item_id=protectable(machine).id, provider_specific_details=specific)
    return items.begin_create(name, container, item_name, m.EnableProtectionInput(properties=wanted), **POLL)


def replicate():
    each(enable)
    until_protected()
    for machine in MACHINES:
        until(f"A recovery point of {machine}", lambda machine=machine: points(machine))


def drill():
    wanted = m.TestFailoverInputProperties(
        failover_direction="PrimaryToRecovery",
        network_type="VmNetworkAsInput",
        network_id=resource_id("Microsoft.Network/virtualNetworks", "vnet-drill"),
        provider_specific_details=m.InMageAzureV2TestFailoverInput(),
    )
    each(lambda *at: items.begin_test_failover(*at[:3], m.TestFailoverInput(properties=wanted), **POLL))
    machines = [machine.name for machine in lab.compute.virtual_machines.list(lab.GROUP)]
    assert len(machines) == len(MACHINES), machines
    cleanup = m.TestFailoverCleanupInput(properties=m.TestFailoverCleanupInputProperties(comments="done"))
    each(lambda *at: items.begin_test_failover_cleanup(*at[:3], cleanup, **POLL))
    assert list(lab.compute.virtual_machines.list(lab.GROUP)) == []


def site_contents():
    return {machine: lab.on_premises(machine, disks) for machine, (_, disks) in MACHINES.items()}


def azure_contents():
    return {machine: lab.in_azure(machine.lower()) for machine in MACHINES}


def write_everywhere(text, location="onPremises"):
    for machine, (_, disks) in MACHINES.items():
        for number in range(disks):
            lab.write(lab.site_disk(machine, number) if location == "onPremises" else lab.disk_of("azure", machine.lower(), number), text)


def fail_over(specific):
    wanted = m.UnplannedFailoverInputProperties(failover_direction="PrimaryToRecovery", source_site_operations="Required", provider_specific_details=specific)
    each(lambda *at: items.begin_unplanned_failover(*at[:3], m.UnplannedFailoverInput(properties=wanted), **POLL))


def newest(machine):
    return max(points(machine), key=lambda point: point.properties.recovery_point_time)


def to_azure():
    write_everywhere("at the earlier point ")
    earlier = site_contents()
    former = {machine: newest(machine).name for machine in MACHINES}
    until("Newer points", lambda: all(newest(machine).name != former[machine] for machine in MACHINES))
    chosen = {machine: newest(machine).id for machine in MACHINES}
    write_everywhere("the last of the site ")
    last = site_contents()
    fail_over(m.InMageAzureV2UnplannedFailoverInput())
    assert azure_contents() == last
    applied = lambda machine: m.ApplyRecoveryPointInput(
        properties=m.ApplyRecoveryPointInputProperties(recovery_point_id=chosen[machine], provider_specific_details=m.InMageAzureV2ApplyRecoveryPointInput())
    )
    each(lambda *at: items.begin_apply_recovery_point(*at[:3], applied(at[3]), **POLL))
    assert azure_contents() == earlier


def commit():
    each(lambda *at: items.begin_failover_commit(*at[:3], **POLL))


def reprotect(direction, specific):
    wanted = lambda machine: m.ReverseReplicationInput(
        properties=m.ReverseReplicationInputProperties(failover_direction=direction, provider_specific_details=specific(machine))
    )
    each(lambda *at: items.begin_reprotect(*at[:3], wanted(at[3]), **POLL))
    until_protected()


def to_site(machine):
    os_type, _ = MACHINES[machine]
    target = next(server for server in details().master_target_servers if server.os_type.lower() == os_type.lower())
    return m.InMageReprotectInput(
        master_target_id=target.id,
        process_server_id=server_id("PS-AZURE"),
        retention_drive=target.retention_volumes[0].volume_name,
        datastore_name=target.data_stores[0].symbolic_name,
        profile_id=policy_id(REVERSE),
    )


def to_azure_again(_machine):
    server = server_id("CS01")
    return m.InMageAzureV2ReprotectInput(
        master_target_id=server,
        process_server_id=server,
        storage_account_id=resource_id("Microsoft.Storage/storageAccounts", lab.ACCOUNT),
        log_storage_account_id=resource_id("Microsoft.Storage/storageAccounts", "asrlablogs"),
        policy_id=policy_id(FORWARD),
    )


def home():
    lab.control("link.set", path="site-to-site", state="up")
    lab.control("clock.step", stepMs=REGISTRATION_MS)
    reprotect("RecoveryToPrimary", to_site)
    write_everywhere("written in Azure ", "azure")
    last = {machine: [lab.content(lab.disk_of("azure", machine.lower(), number)) for number in range(disks)] for machine, (_, disks) in MACHINES.items()}
    fail_over(m.InMageUnplannedFailoverInput(recovery_point_type="LatestTime"))
    assert site_contents() == last
    commit()
    assert list(lab.compute.virtual_machines.list(lab.GROUP)) == []
    # The physical server came home as a virtual machine that the site has to see first.
    providers = client.replication_recovery_services_providers
    [provider] = providers.list_by_replication_fabrics(place()[0])
    finish(providers.begin_refresh_provider(place()[0], provider.name, **POLL))
    reprotect("PrimaryToRecovery", to_azure_again)


def end():
    wanted = m.DisableProtectionInput(properties=m.DisableProtectionInputProperties(disable_protection_reason="NotSpecified", replication_provider_input=m.InMageDisableProtectionProviderSpecificInput()))
    each(lambda *at: items.begin_delete(*at[:3], wanted, **POLL))
    assert list(items.list()) == []
    mappings = client.replication_protection_container_mappings
    removal = m.RemoveProtectionContainerMappingInput(properties=m.RemoveProtectionContainerMappingInputProperties())
    finish(*[mappings.begin_delete(*place(), name, removal, **POLL) for name in ("to-azure", "to-site")])
    finish(*[client.replication_policies.begin_delete(name, **POLL) for name in (FORWARD, REVERSE)])
    try:
        lab.recovery_services.vaults.delete(lab.GROUP, VAULT)
        raise AssertionError("A vault with a server was deleted.")
    except HttpResponseError as error:
        assert error.status_code == 409, error


def main():
    for name, work in (
        ("vault", make_vault),
        ("policies and mappings", make_policies),
        ("replication", replicate),
        ("drill", drill),
        ("failover and another recovery point", to_azure),
        ("commit", commit),
        ("there and back again", home),
        ("end", end),
    ):
        stage(name)
        work()


main()
stage("done")
