{{- define "sluice-edge.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "sluice-edge.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/name: sluice-edge
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: sluice
{{- end -}}

{{/* Of one device; takes {device, root}. */}}
{{- define "sluice-edge.selector" -}}
app.kubernetes.io/name: sluice-edge
app.kubernetes.io/instance: {{ .root.Release.Name }}
sluice.dev/device: {{ .device }}
{{- end -}}

{{/* Settings that the restricted Pod Security Standard asks of every container. */}}
{{- define "sluice-edge.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
