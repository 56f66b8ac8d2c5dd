{{- /* The container of an agent, without `restartPolicy`. */}}
{{- define "tcplens.container" -}}
{{- $values := .root.Values -}}
name: tcplens
image: {{ include "tcplens.image" (dict "image" $values.image "tag" .root.Chart.AppVersion) }}
imagePullPolicy: {{ $values.image.pullPolicy }}
args:
  {{- include "tcplens.args" . | nindent 2 }}
env:
  {{- include "tcplens.env" . | nindent 2 }}
{{- with $values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if has "prometheus" $values.exporters }}
ports:
  - name: tcplens-metrics
    containerPort: {{ $values.prometheus.port }}
    protocol: TCP
{{- end }}
{{- include "tcplens.probes" . }}
resources:
  {{- toYaml (index $values .mode).resources | nindent 2 }}
securityContext:
  {{- include "tcplens.securityContext" . | nindent 2 }}
{{- with include "tcplens.volumeMounts" . }}
volumeMounts:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- end }}
