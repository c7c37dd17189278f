#!/bin/sh
# Debian's Azure CLI against a lab, in the environment of `srlab exec`: sign-in by the lab's cloud and by one that is registered by hand, calls, a write.
set -eu
policy="/subscriptions/$SRLAB_SUBSCRIPTION/resourceGroups/$SRLAB_RESOURCE_GROUP/providers/Microsoft.RecoveryServices/vaults/$SRLAB_VAULT/replicationPolicies/from-cli?api-version=2023-06-01"

az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" --tenant "$SRLAB_TENANT" --output none
az group list --query '[].name' --output tsv
az backup vault create --resource-group "$SRLAB_RESOURCE_GROUP" --name from-cli --location westeurope --query name --output tsv
az backup vault delete --resource-group "$SRLAB_RESOURCE_GROUP" --name from-cli --yes

az cloud register --name ByHand --endpoint-resource-manager "$SRLAB_ARM_URL" --only-show-errors
az cloud set --name ByHand --only-show-errors
az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" --tenant "$SRLAB_TENANT" --output none
az rest --method put --url "$policy" --output none --body '{"properties":{"providerSpecificInput":{"instanceType":"InMageAzureV2","multiVmSyncStatus":"Enable","recoveryPointHistory":1440}}}'
# Its job takes a moment.
for _ in 1 2 3 4 5 6 7 8 9; do
  if az rest --method get --url "$policy" --query name --output tsv 2>"$SRLAB_DIR/az.err"; then exit 0; fi
done
cat "$SRLAB_DIR/az.err" >&2
exit 1
