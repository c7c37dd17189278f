// The page of a webview: nothing inline, one script by nonce, nothing from outside; the view's name and subject as data.
import type { ViewKind } from '../../webview/contract.ts';

export interface PanelPage {
  readonly view: ViewKind;
  /** Comes back with the view after a reload of the window. */
  readonly subject: unknown;
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly nonce: string;
  /** Where a webview's own files come from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}

export function panelHtml({ view, subject, title, language, nonce, cspSource, script, style }: PanelPage): string {
  // The toolkit makes its style sheets in the page; a nonce cannot cover them.
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1.0">
  <link rel="stylesheet" href="${escaped(style)}">
  <title>${escaped(title)}</title>
</head>
<body data-view="${view}" data-subject="${escaped(JSON.stringify(subject))}">
  <main id="view"></main>
  <div id="news" class="unseen" aria-live="polite"></div>
  <script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
