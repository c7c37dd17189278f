// Bundles that are loaded when they are first needed, so that no window pays for what it does not use.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { textsInUse, type Texts } from './texts.ts';

/** Has a copy of its own of all that it shares with the first bundle, the texts included. */
export interface LaterBundle {
  useTexts(texts: Texts): void;
}

/** @param extensionPath folder with `dist/`. @returns what loads it, once */
export function laterBundle<Bundle extends LaterBundle>(extensionPath: string, name: string): () => Bundle {
  let bundle: Bundle | undefined;
  return () => {
    if (bundle !== undefined) return bundle;
    const load = createRequire(join(extensionPath, 'package.json'));
    bundle = load(`./dist/${name}.cjs`) as Bundle;
    bundle.useTexts(textsInUse());
    return bundle;
  };
}
