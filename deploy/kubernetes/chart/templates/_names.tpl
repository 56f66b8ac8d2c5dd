{{- define "tcplens.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "tcplens.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := include "tcplens.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "tcplens.collectorName" -}}
{{- include "tcplens.fullname" . | trunc 53 | trimSuffix "-" }}-collector
{{- end }}

{{- define "tcplens.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "tcplens.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* The labels by which pods are selected; they never change. */}}
{{- define "tcplens.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tcplens.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "tcplens.labels" -}}
{{ include "tcplens.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: tcplens
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* An image, pinned by its digest if there is one. */}}
{{- define "tcplens.image" -}}
{{- $tag := .image.tag | default .tag -}}
{{ .image.repository }}:{{ $tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end }}
