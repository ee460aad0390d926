{{- define "plenum.labels" -}}
app.kubernetes.io/name: plenum
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "plenum.check" -}}
{{- if not (or (eq .Values.media.mode "hostNetwork") (eq .Values.media.mode "nodePort")) -}}
{{- fail "media.mode is hostNetwork or nodePort" -}}
{{- end -}}
{{- if eq .Values.media.mode "nodePort" -}}
{{- if not .Values.publicAddress -}}
{{- fail "media.mode nodePort needs publicAddress: clients cannot reach the address of a pod" -}}
{{- end -}}
{{- if or (lt (int .Values.media.port) 30000) (gt (int .Values.media.port) 32767) -}}
{{- fail "media.mode nodePort needs a media.port between 30000 and 32767: clients are told the port that the server has" -}}
{{- end -}}
{{- if .Values.turn.enabled -}}
{{- fail "media.mode nodePort needs turn.enabled=false, and coturn by PLENUM_TURN_URL in extraEnv if it is needed" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.admin.enabled (not .Values.secrets.adminToken) -}}
{{- fail "admin.enabled needs secrets.adminToken: the listener is open to the cluster" -}}
{{- end -}}
{{- end -}}
