{{- define "emostream.name" -}}
{{- if eq .Release.Name "emostream" -}}emostream{{- else -}}{{ printf "%s-emostream" .Release.Name | trunc 50 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- define "emostream.selector" -}}
app.kubernetes.io/name: emostream
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "emostream.labels" -}}
{{ include "emostream.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "emostream.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "emostream.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "emostream.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: cache, mountPath: /var/cache/emostream }
- { name: state, mountPath: /var/lib/emostream }
{{- end -}}
