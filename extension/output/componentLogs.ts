// A log channel for each component of the lab, made when the component says its first word.
import { window, type Disposable as VsDisposable, type LogOutputChannel } from 'vscode';
import type { LabModel } from '../model/labModel.ts';
import { componentOf, levelOf, traceLine } from './traceLine.ts';

export function registerComponentLogs(model: LabModel): VsDisposable {
  const channels = new Map<string, LogOutputChannel>();
  const channel = (component: string): LogOutputChannel => {
    let found = channels.get(component);
    if (found === undefined) {
      found = window.createOutputChannel(`Site Recovery Lab: ${component}`, { log: true });
      channels.set(component, found);
    }
    return found;
  };
  const news = model.onNews((event) => {
    if (event.kind !== 'trace') return;
    channel(componentOf(event.event.role))[levelOf(event.event)](traceLine(event.event));
  });
  return {
    dispose: () => {
      news[Symbol.dispose]();
      for (const one of channels.values()) one.dispose();
    },
  };
}
