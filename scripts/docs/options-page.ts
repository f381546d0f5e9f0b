/** docs/operator-options.md, from the operator's own list. */
import { Command, type Option } from 'commander';
import { withOptions } from '../../operator/src/options.ts';

const head = `# Options of the operator

In \`args\` of its container: by a patch in a kustomization of your own over \`config/default\`, or by the values of the chart.
\`--namespaces\`, \`--no-secret-watch\` and \`--log-level\` have values of their own, \`namespaces\`, \`secretWatch\` and \`logLevel\`; the rest
goes into \`extraArgs\`. A value that cannot be is refused at the start, with what to write. \`make generate\` makes this page.

| option | default | what it does |
|---|---|---|
`;

export function optionsPage(): string {
  const { options } = withOptions(new Command());
  return head + options.map(row).join('');
}

function row({ argChoices, defaultValue, description, flags, negate }: Option): string {
  const chosen = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  // What `--no-…` takes away is there by default, and no value.
  const value = negate || defaultValue === undefined ? '' : `\`${String(defaultValue)}\``;
  return `| \`${flags}\` | ${value} | ${description}${chosen} |\n`;
}
