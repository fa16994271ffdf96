{{- define "cofferdam.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "cofferdam.fullname" -}}
{{- $name := include "cofferdam.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/*
Objects without a namespace are called SERVICE.NAMESPACE: two releases do not share them, and the server knows the names of
its own webhook configurations from the name that it makes its certificate for.
*/}}
{{- define "cofferdam.clusterName" -}}
{{- printf "%s.%s" (include "cofferdam.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "cofferdam.selector" -}}
app.kubernetes.io/name: {{ include "cofferdam.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cofferdam.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "cofferdam.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "cofferdam.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "cofferdam.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "cofferdam.image" -}}
{{- $repository := required "image.repository is empty" .Values.image.repository -}}
{{- if and (hasPrefix "registry.invalid/" $repository) (include "cofferdam.failsClosed" .) -}}
{{- fail "image.repository names no image, and webhooks fail closed: build one with the Containerfile and name it in your values (an upgrade with -f forgets --set)" -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the certificate that the server presents. */}}
{{- define "cofferdam.certificateSecret" -}}
{{- if eq .Values.certificate.source "secret" -}}
{{- required "certificate.secretName is needed where certificate.source is secret" .Values.certificate.secretName -}}
{{- else -}}
{{- printf "%s-certificate" (include "cofferdam.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* The ConfigMap with the policies. */}}
{{- define "cofferdam.policyConfigMap" -}}
{{- default (printf "%s-policies" (include "cofferdam.fullname" .)) .Values.existingPolicyConfigMap -}}
{{- end -}}
