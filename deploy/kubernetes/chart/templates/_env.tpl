{{- define "tcplens.env" -}}
{{- $values := .root.Values -}}
# What Kubernetes knows of this {{ if eq .mode "sidecar" }}pod{{ else }}node{{ end }}; it becomes part of the resource.
- name: K8S_NODE_NAME
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
{{- if eq .mode "sidecar" }}
- name: K8S_NAMESPACE_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: K8S_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: K8S_POD_UID
  valueFrom: {fieldRef: {fieldPath: metadata.uid}}
{{- end }}
- name: HOST_IP
  valueFrom: {fieldRef: {fieldPath: status.hostIP}}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- with $values.otlp.headers }}
{{- if .secretName }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: {secretKeyRef: {name: {{ .secretName }}, key: {{ .key }}}}
{{- end }}
{{- end }}
{{- if not (or (and $values.config (eq .mode "daemonset")) (and (eq .mode "sidecar") $values.sidecar.configMap)) }}
- name: TCPLENS_SCOPE
  value: {{ include "tcplens.scope" . }}
- name: TCPLENS_HEALTH
  value: {{ include "tcplens.health" . }}
- name: OTEL_METRICS_EXPORTER
  value: {{ join "," $values.exporters }}
- name: OTEL_METRIC_EXPORT_INTERVAL
  value: {{ $values.interval | int | quote }}
- name: OTEL_LOG_LEVEL
  value: {{ $values.logLevel }}
- name: TCPLENS_CONFINEMENT
  value: {{ join "," $values.confinement }}
- name: TCPLENS_CARDINALITY_LIMIT
  value: {{ $values.cardinalityLimit | int | quote }}
{{- if has "otlp" $values.exporters }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ include "tcplens.endpoint" .root | quote }}
- name: OTEL_EXPORTER_OTLP_COMPRESSION
  value: {{ $values.otlp.compression }}
- name: OTEL_EXPORTER_OTLP_TIMEOUT
  value: {{ $values.otlp.timeout | int | quote }}
- name: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
  value: {{ $values.otlp.temporality }}
- name: TCPLENS_QUEUE_LIMIT
  value: {{ $values.queueLimit }}
{{- end }}
{{- with $values.otlp.tls }}
{{- if .secretName }}
{{- range $variable, $file := dict "CERTIFICATE" .ca "CLIENT_CERTIFICATE" .certificate "CLIENT_KEY" .key }}
{{- if $file }}
- name: OTEL_EXPORTER_OTLP_{{ $variable }}
  value: /etc/tcplens/tls/{{ $file }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if has "prometheus" $values.exporters }}
- name: OTEL_EXPORTER_PROMETHEUS_HOST
  value: $(POD_IP)
- name: OTEL_EXPORTER_PROMETHEUS_PORT
  value: {{ $values.prometheus.port | int | quote }}
{{- end }}
{{- with $values.attributes }}
- name: TCPLENS_ATTRIBUTES
  value: {{ join "," . }}
{{- end }}
{{- if $values.responseTime }}
- name: TCPLENS_RESPONSE_TIME
  value: "true"
{{- end }}
{{- with $values.resourceAttributes }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ include "tcplens.resourceAttributes" . | quote }}
{{- end }}
{{- if eq .mode "daemonset" }}
- name: TCPLENS_APPLICATION_RESOURCE
  value: {{ $values.daemonset.applicationResource | quote }}
- name: TCPLENS_WORKLOAD_LIMIT
  value: {{ $values.daemonset.workloadLimit | int | quote }}
{{- with $values.daemonset.connectionLimit }}
- name: TCPLENS_CONNECTION_LIMIT
  value: {{ . | int | quote }}
{{- end }}
{{- if $values.daemonset.pin }}
- name: TCPLENS_PIN
  value: {{ include "tcplens.pins" . }}
{{- end }}
{{- if ne $values.daemonset.spool.type "none" }}
# A directory in the volume, which the agent makes: others may write to that of an emptyDir.
- name: TCPLENS_SPOOL
  value: /var/lib/tcplens/spool
- name: TCPLENS_SPOOL_LIMIT
  value: {{ $values.daemonset.spool.limit }}
{{- end }}
{{- end }}
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Attributes as the variable has them, where a comma, an equals sign and a percent sign in a value are encoded. */}}
{{- define "tcplens.resourceAttributes" -}}
{{- $pairs := list }}
{{- range $key, $value := . }}
{{- $encoded := $value | toString | replace "%" "%25" | replace "," "%2C" | replace "=" "%3D" | replace " " "%20" }}
{{- $pairs = append $pairs (printf "%s=%s" $key $encoded) }}
{{- end }}
{{- join "," $pairs }}
{{- end }}
