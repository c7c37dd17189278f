// The view's end of the channel to the extension: one listener, one sender, nothing kept but the last message.
import { isolated } from '../extension/isolated.ts';
import type { HostMessage, ViewMessage } from './contract.ts';

interface VsCodeApi {
  postMessage(message: ViewMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What survives a reload of the window: of what the view is, for the host; which tables are open and which point was chosen, for the view. */
export interface Kept {
  readonly subject: unknown;
  readonly tables: readonly string[];
  readonly point: string | null;
}

export type Shown<State> = Exclude<HostMessage<State>, { kind: 'texts' }>;

const api = acquireVsCodeApi();
let texts: Readonly<Record<string, string>> = {};
let kept: Kept = { tables: [], point: null, ...(api.getState() as Kept | undefined), subject: JSON.parse(document.body.dataset['subject'] ?? 'null') };
api.setState(kept);
let repaint = (): void => {};

/** The text in the user's language; `{0}`, `{1}` … are filled in, each keeping its own direction of writing. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (texts[text] ?? text).replaceAll(/\{(\d+)\}/g, (whole, place: string) => String(isolated(values[Number(place)] ?? whole)));
}

/** VS Code's channel to the extension, not a window's. */
function post(message: ViewMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  api.postMessage(message);
}

export function act(action: string, point?: string): void {
  post({ kind: 'act', action, ...(point === undefined ? {} : { point }) });
}

export function keptState(): Kept {
  return kept;
}

/** Keeps it over a reload, and shows the view with it. */
export function keep(change: Partial<Kept>): void {
  kept = { ...kept, ...change };
  api.setState(kept);
  repaint();
}

/** Calls `show` with each state that is newer than the last, and again when the way of showing it is another: texts, theme, screen reader. */
export function follow<State>(show: (shown: Shown<State>) => void): void {
  let revision = -1;
  let last: Shown<State> | undefined;
  repaint = () => void (last !== undefined && show(last));
  window.addEventListener('message', ({ data }: MessageEvent<HostMessage<State>>) => {
    if (data.kind === 'texts') ({ texts } = data);
    else if (data.revision > revision) {
      ({ revision } = data);
      last = data;
    } else return;
    repaint();
  });
  // VS Code tells of themes, reduced motion and screen readers by classes of the body.
  new MutationObserver(() => repaint()).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  post({ kind: 'ready' });
}

/** Whether VS Code is used with a screen reader: tables then stand in for charts. */
export function usesScreenReader(): boolean {
  return document.body.classList.contains('vscode-using-screen-reader');
}
