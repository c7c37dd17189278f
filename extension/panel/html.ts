// The page of a webview: nothing inline but by nonce, nothing from outside, the view's name as data.
import { Uri, type Webview } from 'vscode';
import { randomBytes } from 'node:crypto';
import type { ViewKind } from '../../webview/contract.ts';

export function panelHtml(webview: Webview, options: { extensionUri: Uri; view: ViewKind; title: string; language: string }): string {
  const { extensionUri, view, title, language } = options;
  const asset = (name: string): string => webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', name)).toString();
  const nonce = randomBytes(16).toString('base64');
  // The toolkit makes its style sheets in the page; a nonce cannot cover them.
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1.0">
  <link rel="stylesheet" href="${asset('webview.css')}">
  <title>${escaped(title)}</title>
</head>
<body data-view="${view}">
  <main id="view"></main>
  <script nonce="${nonce}" src="${asset('webview.js')}"></script>
</body>
</html>`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
