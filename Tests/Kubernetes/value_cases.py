"""For each value of the chart: another value, what must appear in the rendering because of it, and which other values
it needs. `values.py` demands a case for each leaf of values.yaml, and that each case changes the rendering."""

COLLECTOR = {"collector": {"enabled": True}}
SECRET = {"otlp": {"headers": {"secretName": "token"}, "tls": {"secretName": "tls"}}}
SCRAPED = {"exporters": ["otlp", "prometheus"]}
MONITORED = {**SCRAPED, "podMonitor": {"enabled": True}}
EXAMPLE = {"sidecar": {"example": {"enabled": True}}}
POD_NETWORK = {"daemonset": {"hostNetwork": False}}
GUARDED = {"podSecurity": {"admissionPolicy": {"enabled": True}}}
ROLE = [{"namespaceSelector": {"matchLabels": {"role": "telemetry"}}}]
VARIABLE = [{"name": "FROM_TEST", "value": "yes"}]
TOLERATION = [{"key": "from-test", "operator": "Exists"}]
AFFINITY = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
    {"matchExpressions": [{"key": "from-test", "operator": "Exists"}]}]}}}


def spool(kind):
    return {"daemonset": {"spool": {"type": kind}}}


# Path: (value, text that must be new in the rendering, other values).
CASES = {
    "nameOverride": ("lens", "app.kubernetes.io/name: lens", {}),
    "fullnameOverride": ("lens", "  name: lens", {}),
    "commonLabels": ({"team": "net"}, "team: net", {}),
    "image.repository": ("registry.example:5000/lens", "image: registry.example:5000/lens:", {}),
    "image.tag": ("9.9", "tcplens:9.9", {}),
    "image.digest": ("sha256:" + "a" * 64, "@sha256:aaaa", {}),
    "image.pullPolicy": ("Always", "imagePullPolicy: Always", {}),
    "image.pullSecrets": (["registry"], "- name: registry", {}),
    "otlp.endpoint": ("https://backend:4318", "https://backend:4318", {}),
    "otlp.compression": ("none", "value: none", {}),
    "otlp.timeout": (2500, 'value: "2500"', {}),
    "otlp.headers.secretName": ("token", "OTEL_EXPORTER_OTLP_HEADERS", {}),
    "otlp.headers.key": ("auth", "key: auth", SECRET),
    "otlp.tls.secretName": ("certificates", "secretName: certificates", {}),
    "otlp.tls.ca": ("root.pem", "value: /etc/tcplens/tls/root.pem", SECRET),
    "otlp.tls.certificate": ("tls.crt", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", SECRET),
    "otlp.tls.key": ("tls.key", "OTEL_EXPORTER_OTLP_CLIENT_KEY", SECRET),
    "otlp.temporality": ("delta", "value: delta", {}),
    "exporters": (["prometheus"], "value: prometheus", {}),
    "prometheus.port": (9999, "containerPort: 9999", SCRAPED),
    "interval": (10000, 'value: "10000"', {"otlp": {"timeout": 1}}),
    "logLevel": ("debug", "value: debug", {}),
    "attributes": (["network.local.port"], "value: network.local.port", {}),
    "responseTime": (True, "TCPLENS_RESPONSE_TIME", {}),
    "cardinalityLimit": (300, 'value: "300"', {}),
    "resourceAttributes": ({"deployment.environment.name": "a,b=c %"}, "deployment.environment.name=a%2Cb%3Dc%20%25", {}),
    "queueLimit": ("32MiB", "value: 32MiB", {}),
    "config": ('file_format: "1.1"\n', "tcplens.yaml: |", {}),
    "confinement": (["capabilities", "landlock"], "value: capabilities,landlock", {}),
    "extraEnv": (VARIABLE, "name: FROM_TEST", {}),
    "extraEnvFrom": ([{"secretRef": {"name": "from-test"}}], "envFrom:", {}),
    "health.port": (8080, "port: 8080", {}),
    "daemonset.enabled": (False, None, {}),
    "daemonset.hostNetwork": (False, "value: 0.0.0.0:9465", {}),
    "daemonset.applicationResource": (False, 'value: "false"', {}),
    "daemonset.podNames": (False, None, {}),
    "daemonset.hostID": (False, None, {}),
    "daemonset.workloadLimit": (50, 'value: "50"', {}),
    "daemonset.connectionLimit": (50_000, 'value: "50000"', {}),
    "daemonset.spool.type": ("emptyDir", "emptyDir: {sizeLimit: 256Mi}", {}),
    "daemonset.spool.limit": ("1GiB", "value: 1GiB", spool("emptyDir")),
    "daemonset.spool.path": ("/srv/spool", "path: /srv/spool", spool("hostPath")),
    "daemonset.pin": ("/sys/fs/bpf/tcplens", "path: /sys/fs/bpf/tcplens, type: DirectoryOrCreate", {}),
    "daemonset.seccompProfile.type": ("Unconfined", "type: Unconfined", {}),
    "daemonset.appArmorProfile": ({"type": "Unconfined"}, "appArmorProfile:", {}),
    "daemonset.seLinuxOptions": ({"type": "spc_t"}, "type: spc_t", {}),
    "daemonset.tolerations": (TOLERATION, "key: from-test", {}),
    "daemonset.nodeSelector.kubernetes.io/os": ("other", "kubernetes.io/os: other", {}),
    "daemonset.affinity": (AFFINITY, "key: from-test", {}),
    "daemonset.priorityClassName": ("system-node-critical", "priorityClassName: system-node-critical", {}),
    "daemonset.updateStrategy.type": ("OnDelete", "type: OnDelete", {}),
    "daemonset.updateStrategy.rollingUpdate.maxUnavailable": (3, "maxUnavailable: 3", {}),
    "daemonset.terminationGracePeriodSeconds": (20, "terminationGracePeriodSeconds: 20", {}),
    "daemonset.podLabels": ({"team": "net"}, "team: net", {}),
    "daemonset.podAnnotations": ({"team": "net"}, "team: net", {}),
    "daemonset.extraVolumes": ([{"name": "from-test", "emptyDir": {}}], "name: from-test", {}),
    "daemonset.extraVolumeMounts": ([{"name": "from-test", "mountPath": "/x"}], "mountPath: /x", {}),
    "serviceAccount.create": (False, "serviceAccountName: default", {}),
    "serviceAccount.name": ("other", "serviceAccountName: other", {}),
    "serviceAccount.annotations": ({"team": "net"}, "team: net", {}),
    "sidecar.native": (False, None, EXAMPLE),
    "sidecar.configMap": ("settings", "configMap: {name: settings}", EXAMPLE),
    "sidecar.readinessProbe": ({"periodSeconds": 7}, "path: /readyz", {**EXAMPLE, "daemonset": {"enabled": False}}),
    "sidecar.seccompProfile.type": ("Unconfined", "type: Unconfined", EXAMPLE),
    "sidecar.appArmorProfile": ({"type": "Unconfined"}, "appArmorProfile:", EXAMPLE),
    "sidecar.seLinuxOptions": ({"type": "spc_t"}, "type: spc_t", EXAMPLE),
    "sidecar.example.enabled": (True, "kind: Deployment", {}),
    "sidecar.example.image": ("registry.example/app:2", "image: registry.example/app:2", EXAMPLE),
    "sidecar.example.command": (["serve"], 'command: ["serve"]', EXAMPLE),
    "sidecar.example.port": (8081, "containerPort: 8081", EXAMPLE),
    "collector.enabled": (True, "kind: Deployment", {}),
    "collector.image.repository": ("registry.example/collector", "image: registry.example/collector:", COLLECTOR),
    "collector.image.tag": ("9.9", "collector:9.9", COLLECTOR),
    "collector.image.digest": ("sha256:" + "b" * 64, "@sha256:bbbb", COLLECTOR),
    "collector.image.pullPolicy": ("Always", "imagePullPolicy: Always", COLLECTOR),
    "collector.replicas": (3, "replicas: 3", COLLECTOR),
    "collector.exporters": ({"otlp_http": {"endpoint": "https://b:4318"}}, "endpoint: https://b:4318", COLLECTOR),
    "collector.pipeline": (["debug", "otlp_http"], "exporters: [debug, otlp_http]", COLLECTOR),
    "collector.extraEnv": (VARIABLE, "name: FROM_TEST", COLLECTOR),
    "collector.nodeSelector.kubernetes.io/os": ("other", "kubernetes.io/os: other", COLLECTOR),
    "collector.tolerations": (TOLERATION, "key: from-test", COLLECTOR),
    "collector.affinity": (AFFINITY, "key: from-test", COLLECTOR),
    "collector.priorityClassName": ("high", "priorityClassName: high", COLLECTOR),
    "networkPolicy.enabled": (False, None, COLLECTOR),
    "networkPolicy.from": (ROLE, "role: telemetry", COLLECTOR),
    "networkPolicy.agentEgress": ([{"ports": [{"port": 7777}]}], "port: 7777", POD_NETWORK),
    "networkPolicy.collectorEgress": ([{"ports": [{"port": 7777}]}], "port: 7777", COLLECTOR),
    "podMonitor.enabled": (True, "kind: PodMonitor", SCRAPED),
    "podMonitor.interval": ("15s", "interval: 15s", MONITORED),
    "podMonitor.scrapeTimeout": ("9s", "scrapeTimeout: 9s", MONITORED),
    "podMonitor.labels": ({"release": "x"}, "release: x", MONITORED),
    "podMonitor.relabelings": ([{"action": "drop"}], "relabelings:", MONITORED),
    "podMonitor.metricRelabelings": ([{"action": "drop"}], "metricRelabelings:", MONITORED),
    "podSecurity.namespace": (True, "pod-security.kubernetes.io/enforce: privileged", {}),
    "podSecurity.admissionPolicy.enabled": (True, "kind: ValidatingAdmissionPolicyBinding", {}),
    "podSecurity.admissionPolicy.namespaces": (["shop"], '["tcplens","shop"]', GUARDED),
    "podSecurity.kyverno": (True, "kind: PolicyException", {}),
}

for mode, needs in (("daemonset", {}), ("sidecar", EXAMPLE), ("collector", COLLECTOR)):
    for kind in ("requests", "limits"):
        CASES[f"{mode}.resources.{kind}.cpu"] = ("333m", "cpu: 333m", needs)
        CASES[f"{mode}.resources.{kind}.memory"] = ("333Mi", "memory: 333Mi", needs)
for mode, needs in (("daemonset", {}), ("sidecar", EXAMPLE)):
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        for field in ("periodSeconds", "timeoutSeconds", "failureThreshold"):
            CASES[f"{mode}.{probe}.{field}"] = (77, f"{field}: 77", needs)
# The sidecar has no readiness probe by default.
for field in ("periodSeconds", "timeoutSeconds", "failureThreshold"):
    del CASES[f"sidecar.readinessProbe.{field}"]
