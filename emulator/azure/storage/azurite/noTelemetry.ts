// In the place of Application Insights, which Azurite loads before it looks whether it may use it: a lab sends nothing to anybody.
export const telemetry = undefined;
