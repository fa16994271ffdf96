{{/*
One webhook of a configuration: {root, name, path, failurePolicy, families, extra, where, reinvocation}.
`where` is `closed` (everywhere but in failOpenNamespaces), `open` (only there) or `all`.
*/}}
{{- define "cofferdam.webhook" -}}
{{- $root := .root -}}
{{- $hooks := $root.Values.webhooks -}}
{{- $excluded := concat (list $root.Release.Namespace) $hooks.excludeNamespaces | uniq -}}
{{- $failOpen := $hooks.failOpenNamespaces -}}
- name: {{ .name }}
  clientConfig:
    service:
      name: {{ include "cofferdam.fullname" $root }}
      namespace: {{ $root.Release.Namespace }}
      path: {{ .path }}
      port: 443
    {{- if eq $root.Values.certificate.source "secret" }}
    caBundle: {{ required "certificate.caBundle is needed where certificate.source is secret" $root.Values.certificate.caBundle | b64enc }}
    {{- end }}
  admissionReviewVersions: [v1]
  # Events are written beside denials, never about a dry run.
  sideEffects: NoneOnDryRun
  timeoutSeconds: {{ $hooks.timeoutSeconds }}
  # A request to another version of the same kind is sent as the version named here, not let through.
  matchPolicy: Equivalent
  failurePolicy: {{ .failurePolicy }}
  {{- with .reinvocation }}
  reinvocationPolicy: {{ . }}
  {{- end }}
  # The label is the API server's own: nobody can take a namespace out by relabelling it.
  namespaceSelector:
    matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values: {{ toJson (ternary (concat $excluded $failOpen | uniq) $excluded (eq .where "closed")) }}
      {{- if eq .where "open" }}
      - key: kubernetes.io/metadata.name
        operator: In
        values: {{ toJson $failOpen }}
      {{- end }}
  {{- if semverCompare ">=1.28.0-0" $root.Capabilities.KubeVersion.Version }}
  matchConditions:
    {{- include "cofferdam.matchConditions" $root | nindent 4 }}
  {{- end }}
  rules:
    {{- include "cofferdam.rules" (dict "root" $root "families" (default list .families) "extra" .extra "namespaced" (eq .where "open")) | nindent 4 }}
{{- end -}}

{{/* What is never sent, whatever the rules say: each line keeps a cluster from locking itself. */}}
{{- define "cofferdam.matchConditions" -}}
{{- $excluded := concat (list .Release.Namespace) .Values.webhooks.excludeNamespaces | uniq -}}
# A second lock on the same door: one mistaken edit of the selector must not lock the cluster.
- name: not-excluded-namespaces
  expression: {{ printf "!has(request.namespace) || !(request.namespace in %s)" (toJson $excluded) | squote }}
- name: not-the-server-itself
  expression: {{ printf "request.userInfo.username != \"system:serviceaccount:%s:%s\"" .Release.Namespace (include "cofferdam.serviceAccount" .) | squote }}
# Its own roles, in no namespace: `helm upgrade` must be able to mend a server that is down.
- name: not-its-own-roles
  expression: {{ printf "!has(request.name) || request.name != %s || request.resource.group != \"rbac.authorization.k8s.io\"" (include "cofferdam.clusterName" . | quote) | squote }}
# The API server writes roles and namespaces while it starts, before any pod can answer.
- name: not-the-api-server-itself
  expression: 'request.userInfo.username != "system:apiserver"'
# Heartbeats and leader election: held up, they take down nodes and controllers.
- name: not-leases
  expression: '!(request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases")'
- name: not-events
  expression: '!(request.resource.group in ["", "events.k8s.io"] && request.resource.resource == "events")'
- name: not-node-status
  expression: '!(request.resource.group == "" && request.resource.resource == "nodes")'
{{- with .Values.webhooks.matchConditions }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cofferdam.mutateFailurePolicy" -}}
{{- $judged := include "cofferdam.judged" . | fromJson -}}
{{- default (ternary .Values.webhooks.enforce.failurePolicy "Ignore" (has "pods" $judged.enforce)) .Values.webhooks.mutate.failurePolicy -}}
{{- end -}}

{{/* "yes" where a request is refused while no replica answers. */}}
{{- define "cofferdam.failsClosed" -}}
{{- $judged := include "cofferdam.judged" . | fromJson -}}
{{- $hooks := .Values.webhooks -}}
{{- $enforce := and $judged.enforce (eq $hooks.enforce.failurePolicy "Fail") -}}
{{- $advise := and (or $judged.advise $hooks.extraRules) (eq $hooks.advise.failurePolicy "Fail") -}}
{{- $mutate := and $judged.mutate (eq (include "cofferdam.mutateFailurePolicy" .) "Fail") -}}
{{- if or $enforce $advise $mutate -}}yes{{- end -}}
{{- end -}}

{{/* Metadata that both configurations share. */}}
{{- define "cofferdam.webhookMetadata" -}}
name: {{ include "cofferdam.clusterName" . }}
labels: {{- include "cofferdam.labels" . | nindent 2 }}
{{- if eq .Values.certificate.source "cert-manager" }}
annotations:
  cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "cofferdam.fullname" . }}
{{- end }}
{{- if .Values.webhooks.ownedByNamespace }}
{{- with lookup "v1" "Namespace" "" .Release.Namespace }}
ownerReferences:
  - {apiVersion: v1, kind: Namespace, name: {{ .metadata.name }}, uid: {{ .metadata.uid }}}
{{- end }}
{{- end }}
{{- end -}}
