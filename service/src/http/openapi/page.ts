/** The document as a page: Swagger UI with its assets from this service, under a policy that lets nothing else in. */
import { fileURLToPath } from 'node:url';

/** No inline script, no other host. The icons of Swagger UI are data. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Files of the package that are served, by name. */
const PACKAGE_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;

/** Where a file of the page is on disk; undefined: the page has no such file. */
export function packageFile(name: string): string | undefined {
  const known = PACKAGE_FILES.find((file) => file === name);
  return known && fileURLToPath(import.meta.resolve(`swagger-ui-dist/${known}`));
}

/** Starts Swagger UI. Its validator is a service on the internet: it is not asked. */
export const PAGE_SCRIPT = `'use strict';
const domNode = document.getElementById('memo-api');
SwaggerUIBundle({ domNode, url: domNode.dataset.document, deepLinking: true, validatorUrl: null });
`;

/**
 * The page. Its links are relative, for a proxy may have taken a part of the path away.
 * @param slash the page was asked for with a slash at its end
 */
export function page(slash: boolean): string {
  const files = slash ? '' : 'docs/';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Memo API</title>
<link rel="icon" href="${files}favicon-32x32.png">
<link rel="stylesheet" href="${files}swagger-ui.css">
</head>
<body>
<div id="memo-api" data-document="${slash ? '../' : ''}openapi.json"></div>
<script src="${files}swagger-ui-bundle.js"></script>
<script src="${files}page.js"></script>
</body>
</html>
`;
}
