/** The places in a manifest that a value of the chart fills: words that stand in the YAML until the template is written. */

/** A word each, found nowhere else. */
export const blanks = {
  each: 'BLANK-EACH',
  extraArgs: 'BLANK-EXTRA-ARGS',
  image: 'BLANK-IMAGE',
  imagePullSecrets: 'BLANK-IMAGE-PULL-SECRETS',
  logLevel: 'BLANK-LOG-LEVEL',
  namespace: 'BLANK-NAMESPACE',
  namespaces: 'BLANK-NAMESPACES',
  nodeSelector: 'BLANK-NODE-SELECTOR',
  pullPolicy: 'BLANK-PULL-POLICY',
  replicas: 'BLANK-REPLICAS',
  resources: 'BLANK-RESOURCES',
  secretWatch: 'BLANK-SECRET-WATCH',
  service: 'BLANK-SERVICE',
  tolerations: 'BLANK-TOLERATIONS',
} as const;

/** What stands for a word within a line. Inside `range` the release is found by `$`, and so it is outside. */
const words: readonly (readonly [blank: string, expression: string])[] = [
  [blanks.each, '{{ . | quote }}'],
  [blanks.image, '"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"'],
  [blanks.logLevel, '--log-level={{ .Values.logLevel }}'],
  [blanks.namespace, '{{ $.Release.Namespace | quote }}'],
  [blanks.pullPolicy, '{{ .Values.image.pullPolicy }}'],
  [blanks.replicas, '{{ .Values.replicas }}'],
  [blanks.service, '{{ $.Release.Service }}'],
];

/** Members that are left out where their value is empty. */
const members: readonly (readonly [blank: string, value: string])[] = [
  [blanks.imagePullSecrets, '.Values.imagePullSecrets'],
  [blanks.nodeSelector, '.Values.nodeSelector'],
  [blanks.resources, '.Values.resources'],
  [blanks.tolerations, '.Values.tolerations'],
];

/** The template of a manifest with blanks. */
export function fill(manifest: string): string {
  let text = manifest;
  for (const [blank, value] of members) {
    text = text.replaceAll(new RegExp(`^( *)(\\w+): ${blank}\n`, 'gm'), (_, indent: string, name: string) => {
      const block = `${indent}  {{- toYaml . | nindent ${indent.length + 2} }}`;
      return `${indent}{{- with ${value} }}\n${indent}${name}:\n${block}\n${indent}{{- end }}\n`;
    });
  }
  text = text.replaceAll(new RegExp(`^( *)- ${blanks.secretWatch}\n`, 'gm'), (_, indent: string) => {
    return `${indent}{{- if not .Values.secretWatch }}\n${indent}- --no-secret-watch\n${indent}{{- end }}\n`;
  });
  text = text.replaceAll(new RegExp(`^( *)- ${blanks.extraArgs}\n`, 'gm'), (_, indent: string) => {
    const items = `${indent}{{- toYaml . | nindent ${indent.length} }}`;
    return `${indent}{{- with .Values.extraArgs }}\n${items}\n${indent}{{- end }}\n`;
  });
  text = text.replaceAll(new RegExp(`^( *)- ${blanks.namespaces}\n`, 'gm'), (_, indent: string) => {
    const item = `${indent}- --namespaces={{ join "," . }}`;
    return `${indent}{{- with .Values.namespaces }}\n${item}\n${indent}{{- end }}\n`;
  });
  for (const [blank, expression] of words) text = text.replaceAll(new RegExp(`${blank}\\b(?!-)`, 'g'), expression);
  return text;
}
