{{- /* What the container of an agent is made of. Each takes {root, mode}, and mode is daemonset or sidecar. */}}

{{- define "tcplens.endpoint" -}}
{{- if .Values.otlp.endpoint }}
{{- .Values.otlp.endpoint }}
{{- else if .Values.collector.enabled }}
{{- printf "http://%s.%s.svc:4318" (include "tcplens.collectorName" .) .Release.Namespace }}
{{- else }}
{{- fail "\n\nWhere should the metrics go? Set otlp.endpoint to the URL of your Collector, such as http://collector.observability.svc:4318, or collector.enabled=true to get one.\n" }}
{{- end }}
{{- end }}

{{- /* Where /livez and /readyz are. On the node's own network only the kubelet of the node can reach them. */}}
{{- define "tcplens.health" -}}
{{- if and (eq .mode "daemonset") .root.Values.daemonset.hostNetwork }}127.0.0.1{{ else }}0.0.0.0{{ end }}:{{ .root.Values.health.port }}
{{- end }}

{{- define "tcplens.scope" -}}
{{- if eq .mode "daemonset" }}node{{ else }}self{{ end }}
{{- end }}

{{- define "tcplens.args" -}}
- run
{{- if or (and .root.Values.config (eq .mode "daemonset")) (and (eq .mode "sidecar") .root.Values.sidecar.configMap) }}
- --config=/etc/tcplens/tcplens.yaml
- --scope={{ include "tcplens.scope" . }}
- --health={{ include "tcplens.health" . }}
{{- if and (eq .mode "daemonset") .root.Values.daemonset.pin }}
- --pin={{ include "tcplens.pins" . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Where a container has the directory of daemonset.pin. */}}
{{- define "tcplens.pins" }}/run/tcplens/pins{{ end }}

{{- define "tcplens.probes" -}}
{{- $values := index .root.Values .mode }}
{{- range $probe, $path := dict "startupProbe" "/livez" "livenessProbe" "/livez" "readinessProbe" "/readyz" }}
{{- with index $values $probe }}
{{ $probe }}:
  httpGet:
    path: {{ $path }}
    port: {{ $.root.Values.health.port }}
    {{- if and (eq $.mode "daemonset") $.root.Values.daemonset.hostNetwork }}
    host: 127.0.0.1
    {{- end }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "tcplens.securityContext" -}}
{{- $values := index .root.Values .mode -}}
# Root, because Kubernetes gives capabilities to no other user; with these alone, and no way to get more.
runAsUser: 0
runAsGroup: 0
runAsNonRoot: false
privileged: false
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  add:
    # Load BPF programs and create their maps. Without it, tcplens does not start.
    - BPF
    # Attach them to tracepoints, and read the kernel's memory. Without it, tcplens does not start.
    - PERFMON
    {{- if and (eq .mode "daemonset") .root.Values.daemonset.applicationResource }}
    # Read what processes of others say of themselves. Without it, workloads have their container's name.
    - SYS_PTRACE
    {{- end }}
{{- with $values.seccompProfile }}
seccompProfile:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.appArmorProfile }}
appArmorProfile:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.seLinuxOptions }}
seLinuxOptions:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
