{{- /* The Collector's configuration: it receives OTLP over HTTP, and refuses it before memory runs out. */}}
{{- define "tcplens.collectorConfiguration" -}}
receivers:
  otlp:
    protocols:
      http:
        endpoint: 0.0.0.0:4318
processors:
  # Refuses metrics with 503 before memory runs out; agents keep them then. It must be the first processor.
  memory_limiter:
    check_interval: 1s
    limit_percentage: 80
    spike_limit_percentage: 20
  batch: {}
exporters:
  # Prints what arrives.
  debug:
    verbosity: normal
  {{- with .Values.collector.exporters }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
service:
  pipelines:
    metrics:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [{{ join ", " .Values.collector.pipeline }}]
  telemetry:
    metrics:
      level: none
{{- end }}
