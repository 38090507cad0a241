{{/* Names are cut to 50: the longest suffix is -lens-built-in, and a label holds 63. */}}
{{- define "tugwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "tugwatch.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "tugwatch.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "tugwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "tugwatch.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tugwatch.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false: name an account that exists" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* What never changes over the life of a release: a selector cannot be changed. */}}
{{- define "tugwatch.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tugwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: daemon
{{- end -}}

{{- define "tugwatch.labels" -}}
app.kubernetes.io/name: {{ include "tugwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: tugwatch
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tugwatch.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Subjects of every binding. */}}
{{- define "tugwatch.subjects" -}}
- kind: ServiceAccount
  name: {{ include "tugwatch.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* A Role or ClusterRole and its binding. Of: root, kind (Role or ClusterRole), name, namespace (of a Role), rights (the
rules' name in files/rights.yaml). */}}
{{- define "tugwatch.grant" -}}
{{- $rights := .root.Files.Get "files/rights.yaml" | fromYaml -}}
{{- range $kind := list .kind (printf "%sBinding" .kind) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ $.name }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "tugwatch.labels" $.root | nindent 4 }}
{{- if eq $kind $.kind }}
rules:
  {{- $rules := get $rights $.rights | toYaml }}
  {{- if eq $.rights "own" }}
  {{- /* The Lease and the checkpoint are named after the release. */}}
  {{- $rules = regexReplaceAll "(?m)^(\\s+- )tugwatch(-checkpoint)?$" $rules (printf "${1}%s${2}" (include "tugwatch.fullname" $.root)) }}
  {{- end }}
  {{- $rules | nindent 2 }}
{{- else }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $.kind }}
  name: {{ $.name }}
subjects:
  {{- include "tugwatch.subjects" $.root | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}
