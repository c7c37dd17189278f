// The view's end of the channel to the extension: one listener, one sender, nothing kept but the last state.
import type { HostMessage, ViewMessage } from './contract.ts';

interface VsCodeApi {
  postMessage(message: ViewMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
let texts: Readonly<Record<string, string>> = {};

/** The text in the user's language; `{0}`, `{1}` … are filled in. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (texts[text] ?? text).replaceAll(/\{(\d+)\}/g, (whole, place: string) => String(values[Number(place)] ?? whole));
}

export function send(message: ViewMessage): void {
  api.postMessage(message);
}

/** What survives a reload of the window: which sort order, which table, which point was chosen. */
export function remember(state: unknown): void {
  api.setState(state);
}

export function remembered<State>(initial: State): State {
  return { ...initial, ...(api.getState() as State | undefined) };
}

/** Calls `show` with each state that is newer than the last. */
export function follow<State>(show: (state: State) => void): void {
  let revision = -1;
  let last: State | undefined;
  window.addEventListener('message', ({ data }: MessageEvent<HostMessage<State>>) => {
    if (data.kind === 'texts') {
      ({ texts } = data);
      if (last !== undefined) show(last);
    } else if (data.kind === 'state' && data.revision > revision) {
      ({ revision } = data);
      last = data.state;
      show(last);
    }
  });
  send({ kind: 'ready' });
}
