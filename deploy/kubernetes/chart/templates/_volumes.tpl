{{- /* Volumes and where they are mounted. Those of a sidecar have names that those of an application will not have. */}}

{{- define "tcplens.volumeMounts" -}}
{{- $values := .root.Values }}
{{- if eq .mode "daemonset" }}
# The control groups of all containers, to tell whose sockets are whose.
- name: cgroup
  mountPath: /sys/fs/cgroup
  readOnly: true
{{- if $values.daemonset.podNames }}
# The names of these directories are those of pods and containers. The logs in them are not read.
- name: log-pods
  mountPath: /var/log/pods
  readOnly: true
- name: log-containers
  mountPath: /var/log/containers
  readOnly: true
{{- end }}
{{- if $values.daemonset.hostID }}
- name: machine-id
  mountPath: /etc/machine-id
  readOnly: true
{{- end }}
{{- if ne $values.daemonset.spool.type "none" }}
- name: spool
  mountPath: /var/lib/tcplens
{{- end }}
{{- if $values.daemonset.pin }}
# Programs and counters stay in this directory of the node's BPF file system, and nothing else of it is here. In the
# container's own /sys nothing can be mounted.
- name: pins
  mountPath: {{ include "tcplens.pins" . }}
{{- end }}
{{- if $values.config }}
- name: tcplens-config
  mountPath: /etc/tcplens/tcplens.yaml
  subPath: tcplens.yaml
  readOnly: true
{{- end }}
{{- else }}
# In place of the token of the pod's service account, which tcplens has no use for.
- name: tcplens-no-token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- if $values.sidecar.configMap }}
- name: tcplens-config
  mountPath: /etc/tcplens/tcplens.yaml
  subPath: tcplens.yaml
  readOnly: true
{{- end }}
{{- end }}
{{- if $values.otlp.tls.secretName }}
- name: tcplens-tls
  mountPath: /etc/tcplens/tls
  readOnly: true
{{- end }}
{{- if eq .mode "daemonset" }}
{{- with $values.daemonset.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "tcplens.volumes" -}}
{{- $values := .root.Values }}
{{- if eq .mode "daemonset" }}
- name: cgroup
  hostPath: {path: /sys/fs/cgroup, type: Directory}
{{- if $values.daemonset.podNames }}
- name: log-pods
  hostPath: {path: /var/log/pods, type: Directory}
- name: log-containers
  hostPath: {path: /var/log/containers, type: Directory}
{{- end }}
{{- if $values.daemonset.hostID }}
- name: machine-id
  hostPath: {path: /etc/machine-id, type: File}
{{- end }}
{{- with $values.daemonset.spool }}
{{- if eq .type "hostPath" }}
- name: spool
  hostPath: {path: {{ .path }}, type: DirectoryOrCreate}
{{- else if eq .type "emptyDir" }}
- name: spool
  emptyDir: {sizeLimit: {{ .limit | replace "MiB" "Mi" | replace "GiB" "Gi" | replace "KiB" "Ki" }}}
{{- end }}
{{- end }}
{{- with $values.daemonset.pin }}
# The kubelet makes it for root, who the agent is.
- name: pins
  hostPath: {path: {{ . }}, type: DirectoryOrCreate}
{{- end }}
{{- if $values.config }}
- name: tcplens-config
  configMap: {name: {{ include "tcplens.fullname" .root }}}
{{- end }}
{{- else }}
- name: tcplens-no-token
  emptyDir: {sizeLimit: 1Mi}
{{- with $values.sidecar.configMap }}
- name: tcplens-config
  configMap: {name: {{ . }}}
{{- end }}
{{- end }}
{{- with $values.otlp.tls.secretName }}
- name: tcplens-tls
  secret: {secretName: {{ . }}, defaultMode: 256}
{{- end }}
{{- if eq .mode "daemonset" }}
{{- with $values.daemonset.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}
