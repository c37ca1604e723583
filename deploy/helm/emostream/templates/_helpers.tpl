{{- define "emostream.name" -}}
{{- if eq .Release.Name "emostream" -}}emostream{{- else -}}{{ printf "%s-emostream" .Release.Name | trunc 50 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- /* Not empty where there are several nodes, or may be. */ -}}
{{- define "emostream.many" -}}
{{- if or (gt (int .Values.nodes.count) 1) .Values.nodes.autoscaling.enabled -}}true{{- end -}}
{{- end -}}

{{- /* How many there may be. */ -}}
{{- define "emostream.most" -}}
{{- if .Values.nodes.autoscaling.enabled -}}{{ .Values.nodes.autoscaling.max }}{{- else -}}{{ .Values.nodes.count }}{{- end -}}
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
{{- if .Values.nats.credsSecret }}
- { name: nats, mountPath: /etc/emostream/nats, readOnly: true }
{{- end }}
{{- end -}}

{{- define "emostream.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .storageClass }}
storageClassName: {{ . }}
{{- end }}
resources: { requests: { storage: {{ .size }} } }
{{- end -}}

{{- /* Other pods than the server's. */ -}}
{{- define "emostream.tritonLabels" -}}
app.kubernetes.io/name: emostream-triton
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* What a server is told of others: nodes, NATS, servers that judge. */ -}}
{{- define "emostream.growthEnv" -}}
{{- with .Values.nats.servers }}
- { name: EMOSTREAM_NATS, value: {{ join "," . | quote }} }
{{- end }}
{{- if .Values.nats.credsSecret }}
- { name: EMOSTREAM_NATS_CREDS, value: /etc/emostream/nats/nats.creds }
{{- end }}
{{- if include "emostream.many" . }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- if .Values.nodes.host }}
- { name: EMOSTREAM_NODE_URL, value: {{ printf "https://$(POD_NAME).%s/" .Values.nodes.host | quote }} }
{{- else }}
- { name: EMOSTREAM_NODE_URL, value: {{ printf "https://%s/" .Values.http.ingress.host | quote }} }
- { name: EMOSTREAM_NODE_INNER_URL, value: {{ printf "http://$(POD_NAME).%s-nodes:%d/" (include "emostream.name" .) (int .Values.http.port) | quote }} }
{{- end }}
{{- end }}
{{- if .Values.triton.enabled }}
{{- $urls := list }}
{{- $triton := printf "%s-triton" (include "emostream.name" .) }}
{{- range $i := until (int .Values.triton.count) }}
{{- $urls = append $urls (printf "grpc://%s-%d.%s:8001" $triton $i $triton) }}
{{- end }}
- { name: EMOSTREAM_ENGINE, value: triton }
- { name: EMOSTREAM_ENGINE_URL, value: {{ join "," $urls | quote }} }
- { name: EMOSTREAM_ENGINE_FALLBACK, value: {{ .Values.triton.fallback }} }
{{- end }}
{{- end -}}
