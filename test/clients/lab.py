"""The lab as the environment of `srlab exec` names it: Azure's own Python clients on it, its time, and the bytes of its disks."""
import base64
import hashlib
import json
import os
import ssl
import tempfile
import threading
import time
import urllib.request

from azure.identity import EnvironmentCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.recoveryservices import RecoveryServicesClient
from azure.mgmt.recoveryservicessiterecovery import SiteRecoveryManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import BlobClient

ARM = os.environ["SRLAB_ARM_URL"]
SUBSCRIPTION = os.environ["SRLAB_SUBSCRIPTION"]
GROUP = os.environ["SRLAB_RESOURCE_GROUP"]
ACCOUNT = os.environ["SRLAB_BLOB_ACCOUNT"]
STEP_MS = 15_000
PAUSE_SECONDS = 0.02
LIMIT_SECONDS = 240
PIECE = 4 * 2**20
BLOCK = 4096
FOOTER = 512

# Tenant, secret and authority come from the environment, as its documentation has it.
credential = EnvironmentCredential()
recovery_services = RecoveryServicesClient(credential, SUBSCRIPTION, base_url=ARM)
# The newest version that the Debian package's clients really hold.
compute = ComputeManagementClient(credential, SUBSCRIPTION, base_url=ARM, api_version="2022-08-01")
storage = StorageManagementClient(credential, SUBSCRIPTION, base_url=ARM)


def site_recovery(vault):
    return SiteRecoveryManagementClient(credential, SUBSCRIPTION, GROUP, vault, base_url=ARM)


def resource_id(kind, name):
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{kind}/{name}"


_context = ssl.create_default_context(cafile=os.environ["SRLAB_CA"])


def control(operation, **request):
    """An operation that Azure has no API for: the site, its disks and the time."""
    headers = {"authorization": f"Bearer {os.environ['SRLAB_TOKEN']}", "content-type": "application/json"}
    call = urllib.request.Request(f"{os.environ['SRLAB_CONTROL_URL']}/control/{operation}", json.dumps(request).encode(), headers)
    with urllib.request.urlopen(call, context=_context) as answer:
        return json.load(answer)


class Time:
    """The lab's time goes on in steps while a client waits, and stands still otherwise."""

    def __init__(self):
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._pass, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _pass(self):
        while not self._ended.wait(PAUSE_SECONDS):
            control("clock.step", stepMs=STEP_MS)


def finish(*pollers):
    """The results of long-running operations."""
    with Time():
        return [poller.result(LIMIT_SECONDS) for poller in pollers]


def until(what, reached):
    end = time.monotonic() + LIMIT_SECONDS
    with Time():
        while time.monotonic() < end:
            value = reached()
            if value:
                return value
            time.sleep(0.2)
    raise AssertionError(f"{what} did not come about within {LIMIT_SECONDS} seconds")


def disk_of(location, machine, number):
    return {"location": location, "machine": machine, "disk": str(number), "at": "present"}


def site_disk(machine, number):
    """Of the protected machine as it is at the site: a physical server comes home as a virtual machine of its name."""
    return disk_of("onPremises", control("item.show", machine=machine)["machineId"], number)


def content(disk):
    """Digest of a disk of the lab, from a file that is taken out of it."""
    with tempfile.TemporaryDirectory(dir=os.environ["SRLAB_DIR"]) as folder:
        path = os.path.join(folder, "disk.raw")
        size = control("disk.export", disk=disk, path=path, format="raw")["sizeBytes"]
        with open(path, "rb") as file:
            return digest_of(size, filled_in_file(file, size))


def filled_in_file(file, size):
    """Pieces of a sparse file that are no holes."""
    at = 0
    while at < size:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        at -= at % BLOCK
        while at < end:
            file.seek(at)
            piece = file.read(min(PIECE, end - at))
            yield at, piece
            at += len(piece)


def digest_of(size, pieces):
    """Two disks with the same bytes have the same digest, however much of their zeros is written down."""
    digest = hashlib.sha256(str(size).encode())
    empty = bytes(BLOCK)
    for at, piece in pieces:
        for begin in range(0, len(piece), BLOCK):
            block = piece[begin : begin + BLOCK]
            if block != empty[: len(block)]:
                digest.update(f"{at + begin}:".encode())
                digest.update(block)
    return digest.hexdigest()


def write(disk, text):
    block = (text.encode() * 512)[:4096]
    control("disk.write", disk=disk, offset=2 * 2**20, base64=base64.b64encode(block).decode())


def on_premises(machine, disks):
    return [content(site_disk(machine, number)) for number in range(disks)]


def in_azure(name):
    """Hashes of the disks of an Azure VM, read as its owner would: the blobs, by the key of their account."""
    machine = compute.virtual_machines.get(GROUP, name)
    key = storage.storage_accounts.list_keys(GROUP, ACCOUNT).keys[0].value
    profile = machine.storage_profile
    blobs = [profile.os_disk.vhd.uri] + [disk.vhd.uri for disk in profile.data_disks]
    return [hash_of(BlobClient.from_blob_url(url, credential={"account_name": ACCOUNT, "account_key": key})) for url in blobs]


def hash_of(blob):
    """Of a fixed VHD without its footer."""
    size = blob.get_blob_properties().size - FOOTER
    filled, _ = blob.get_page_ranges()
    return digest_of(size, filled_in_blob(blob, filled, size))


def filled_in_blob(blob, filled, size):
    """Pieces of whole blocks, each once, whatever the ranges begin with."""
    done = 0
    for pages in filled:
        at = max(done, pages["start"] - pages["start"] % BLOCK)
        end = min(-(-(pages["end"] + 1) // BLOCK) * BLOCK, size)
        while at < end:
            length = min(PIECE, end - at)
            yield at, blob.download_blob(offset=at, length=length).readall()
            at += length
        done = max(done, at)
