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
{{- if and (gt (int .Values.drain.meetingsSeconds) 0) (not .Values.secrets.adminToken) -}}
{{- fail "drain.meetingsSeconds needs secrets.adminToken: the pod drains by the admin API" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (ne .Values.media.mode "nodePort") -}}
{{- fail "networkPolicy.enabled needs media.mode nodePort: a pod on the network of its machine is beyond such policies" -}}
{{- end -}}
{{- if .Values.cluster.enabled -}}
{{- include "plenum.checkCluster" . -}}
{{- else if .Values.autoscaling.enabled -}}
{{- fail "autoscaling.enabled needs cluster.enabled: a second node without would tear meetings apart" -}}
{{- end -}}
{{- end -}}

{{- define "plenum.checkCluster" -}}
{{- if not .Values.secrets.database -}}
{{- fail "cluster.enabled needs secrets.database: the nodes share one MySQL or MariaDB, whose address is the key 'database' of the Secret" -}}
{{- end -}}
{{- if not (or .Values.nats.url .Values.secrets.natsURL) -}}
{{- fail "cluster.enabled needs nats.url, or secrets.natsURL for the key 'nats-url' of the Secret: the nodes find one another and their meetings by NATS" -}}
{{- end -}}
{{- if ne .Values.media.mode "hostNetwork" -}}
{{- fail "cluster.enabled needs media.mode hostNetwork: each node is reached for media at its own machine" -}}
{{- end -}}
{{- if .Values.publicAddress -}}
{{- fail "cluster.enabled takes no publicAddress, for all nodes would say the same: leave it empty, or set publicSTUN" -}}
{{- end -}}
{{- if not .Values.secrets.adminToken -}}
{{- fail "cluster.enabled needs secrets.adminToken: a pod that is to go drains by the admin API" -}}
{{- end -}}
{{- if not .Values.autoscaling.enabled -}}
{{- if lt (int .Values.cluster.replicas) 1 -}}
{{- fail "cluster.replicas is at least 1" -}}
{{- end -}}
{{- else if not .Values.admin.enabled -}}
{{- fail "autoscaling.enabled needs admin.enabled: Prometheus has to read the stress of the pods" -}}
{{- else if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- end -}}
