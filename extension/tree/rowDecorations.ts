// Hands the letters and colours of rows to VS Code.
import { FileDecoration, ThemeColor, window, type Disposable as VsDisposable } from 'vscode';
import { scheme } from '../documents/addresses.ts';
import { decorationOf } from './decorations.ts';

export function registerRowDecorations(): VsDisposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration: (uri) => {
      if (uri.scheme !== scheme) return undefined;
      const decoration = decorationOf(uri.query);
      if (decoration === undefined) return undefined;
      const { badge, tooltip, color } = decoration;
      return new FileDecoration(badge, tooltip, color === undefined ? undefined : new ThemeColor(color));
    },
  });
}
