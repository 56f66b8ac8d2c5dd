# What the tests change in the manifests of deploy/kubernetes, as functions for jq.

# Changes the container of the agent in a Deployment, a DaemonSet or a Pod; passes on other objects.
def agent(change):
    def of_pod: .containers |= map(if .name == "tcplens" then change else . end);
    if .kind == "Pod" then .spec |= of_pod
    elif .spec.template.spec.containers then .spec.template.spec |= of_pod
    else . end;

# Sets a variable of a container.
def variable($name; $value): .env = [.env[] | select(.name != $name)] + [{name: $name, value: $value}];

# Probes and intervals for people who wait.
def interval($seconds): agent(variable("OTEL_METRIC_EXPORT_INTERVAL"; "\($seconds * 1000)"));
def impatient:
    interval(2) | agent(.livenessProbe += {periodSeconds: 4, failureThreshold: 2, timeoutSeconds: 4})
    | if .spec.template.spec then .spec.template.spec.terminationGracePeriodSeconds = 8 else . end;

# The readiness that a sidecar does not have by default.
def with_readiness:
    agent(.readinessProbe = .livenessProbe + {failureThreshold: 1} | .readinessProbe.httpGet.path = "/readyz");

# The pod of a Deployment as a pod of its own.
def as_pod($name):
    {apiVersion: "v1", kind: "Pod", metadata: {name: $name, namespace: .metadata.namespace}, spec: .spec.template.spec};

def without_capability($name): agent(.securityContext.capabilities.add -= [$name]);
def without_mount($name): agent(.volumeMounts |= map(select(.name != $name)));

# The Collector prints what it receives. Here it also sends it on, each request as it came.
def sends_to($endpoint):
    if .kind == "ConfigMap" then
        .data["collector.yaml"] |= (
            sub("exporters: \\[debug\\]"; "exporters: [debug, otlp_http]")
            | sub("\nservice:"; "\n  otlp_http: {endpoint: \"\($endpoint)\", encoding: json, compression: none}\nservice:")
        )
    else . end;
