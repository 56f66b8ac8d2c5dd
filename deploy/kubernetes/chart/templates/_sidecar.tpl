{{- /*
For charts of applications. Add this chart to their dependencies with `daemonset.enabled: false`, and in a pod's template:

  initContainers:
    {{- include "tcplens.sidecar" .Subcharts.tcplens | nindent 4 }}
  volumes:
    {{- include "tcplens.sidecarVolumes" .Subcharts.tcplens | nindent 4 }}

With `sidecar.native: false` it belongs in `containers` instead.
*/}}
{{- define "tcplens.sidecar" -}}
- {{ include "tcplens.container" (dict "root" . "mode" "sidecar") | nindent 2 | trim }}
{{- if .Values.sidecar.native }}
  # It starts before the application and ends after it.
  restartPolicy: Always
{{- end }}
{{- end }}

{{- define "tcplens.sidecarVolumes" -}}
{{- include "tcplens.volumes" (dict "root" . "mode" "sidecar") | trim }}
{{- end }}
