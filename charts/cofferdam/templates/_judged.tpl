{{/*
Which kinds are sent to the server, and which of them may be refused?

Answers JSON: {"enforce": [family..], "advise": [family..], "mutate": bool, "unsent": [check..]}; the families stand in
files/judged.json. Unsent is a check that a policy names and that no kind is sent for.
A family is enforced if any policy may refuse it, advised if policies only warn of it or log it, and never both: the API
server would ask twice. Workloads are advised: a `Policy` never refuses them (docs/guide/policy.md).
*/}}
{{- define "cofferdam.judged" -}}
{{- $table := .Files.Get "files/judged.json" | fromJson -}}
{{- $enforce := dict -}}
{{- $advise := dict -}}
{{- $mutate := false -}}
{{- $unsent := list -}}
{{- if include "cofferdam.policiesUnknown" . -}}
  {{- $mutate = true -}}
  {{- range $family, $rules := $table.families -}}
    {{- if has $family (list "pods" "namespaces") -}}
      {{- $_ := set $enforce $family true -}}
    {{- else if ne $family "never" -}}
      {{- $_ := set $advise $family true -}}
    {{- end -}}
  {{- end -}}
{{- else -}}
  {{- range $name, $policy := .Values.policies -}}
  {{- if $policy -}}
    {{- $mode := default "enforce" $policy.mode -}}
    {{- $into := ternary $enforce $advise (eq $mode "enforce") -}}
    {{- if or $policy.podSecurity $policy.podSecurityPolicies $policy.images -}}
      {{- $_ := set $into "pods" true -}}
      {{- $_ := set $advise "workloads" true -}}
    {{- end -}}
    {{- if (dig "podSecurity" "namespaceLabels" false $policy) -}}
      {{- $_ := set $enforce "pods" true -}}
      {{- $_ := set $enforce "namespaces" true -}}
    {{- end -}}
    {{- range $check, $how := (default dict $policy.checks) -}}
      {{- /* YAML makes `false` of an `off` without quotes, and a policy takes either. */ -}}
      {{- if not (has (toString $how) (list "off" "false")) -}}
        {{- $put := ternary $enforce $advise (eq (toString $how) "enforce") -}}
        {{- $families := dig $check (list "pods") $table.checks -}}
        {{- if has "never" $families -}}{{- $unsent = append $unsent $check -}}{{- end -}}
        {{- if eq $check "*" -}}{{- $families = without (keys $table.families) "never" -}}{{- end -}}
        {{- range (without $families "workloads") -}}
          {{- $_ := set $put . true -}}
          {{- if eq . "pods" -}}{{- $_ := set $advise "workloads" true -}}{{- end -}}
        {{- end -}}
      {{- end -}}
    {{- end -}}
    {{- $fills := or $policy.defaults $policy.podSecurityPolicies (kindIs "map" (dig "images" "untrusted" "" $policy)) -}}
    {{- if $fills -}}{{- $mutate = true -}}{{- end -}}
  {{- end -}}
  {{- end -}}
{{- end -}}
{{- with .Values.webhooks.judged -}}
  {{- if or .enforce .advise -}}
    {{- $enforce = dict -}}
    {{- $advise = dict -}}
    {{- range .enforce }}{{ $_ := set $enforce . true }}{{ end -}}
    {{- range .advise }}{{ $_ := set $advise . true }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- $enforced := without (keys $enforce) "never" | sortAlpha -}}
{{- $advised := list -}}
{{- range (keys $advise | sortAlpha) -}}
  {{- if and (ne . "never") (not (hasKey $enforce .)) -}}{{- $advised = append $advised . -}}{{- end -}}
{{- end -}}
{{- dict "enforce" $enforced "advise" $advised "mutate" $mutate "unsent" ($unsent | uniq | sortAlpha) | toJson -}}
{{- end -}}

{{/* "yes" where the chart cannot know what the policies say. */}}
{{- define "cofferdam.policiesUnknown" -}}
{{- if or .Values.crds.enabled .Values.existingPolicyConfigMap -}}yes{{- end -}}
{{- end -}}

{{/* The rules of the families; `namespaced` leaves out what a namespaceSelector cannot tell apart. */}}
{{- define "cofferdam.rules" -}}
{{- $table := .root.Files.Get "files/judged.json" | fromJson -}}
{{- $rules := list -}}
{{- range $family := .families -}}
  {{- $known := get $table.families $family -}}
  {{- if not $known -}}{{- fail (printf "webhooks.judged: there is no family `%s` in files/judged.json" $family) -}}{{- end -}}
  {{- range $known -}}
    {{- if or (not $.namespaced) (eq .scope "Namespaced") (eq $family "namespaces") -}}
      {{- $rules = append $rules (merge (dict "operations" (list "CREATE" "UPDATE")) .) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range (default list .extra) -}}{{- $rules = append $rules . -}}{{- end -}}
{{- if $rules -}}{{- toYaml $rules -}}{{- end -}}
{{- end -}}
