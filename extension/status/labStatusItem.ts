// The lab's item in the status bar. It ticks only while a lab's clock runs.
import { StatusBarAlignment, ThemeColor, window, type Disposable as VsDisposable } from 'vscode';
import type { ClockState } from '../../emulator/contract/resources.ts';
import type { LabModel } from '../model/labModel.ts';
import { t } from '../texts.ts';
import { labStatusText, labTimeMs } from './labStatusText.ts';

const tickMs = 1000;

export function registerLabStatusItem(model: LabModel): VsDisposable {
  const item = window.createStatusBarItem('siteRecoveryLab.status', StatusBarAlignment.Left, 10);
  item.name = t('Site Recovery Lab');
  item.command = 'siteRecoveryLab.showLabMenu';
  let clock: ClockState | undefined;
  let newsMs = 0;
  let tick: NodeJS.Timeout | undefined;
  const show = (): void => {
    const { snapshot } = model;
    if (snapshot.clock !== clock) {
      clock = snapshot.clock;
      newsMs = performance.now();
    }
    const { text, tooltip, alarm } = labStatusText(snapshot, clock === undefined ? undefined : labTimeMs(clock, performance.now() - newsMs));
    if (item.text !== text) item.text = text;
    if (item.tooltip !== tooltip) item.tooltip = tooltip;
    item.accessibilityInformation = { label: tooltip, role: 'button' };
    item.backgroundColor = alarm ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    const ticks = snapshot.state === 'running' && typeof clock?.speed === 'number';
    if (ticks) tick ??= setInterval(show, tickMs);
    else {
      clearInterval(tick);
      tick = undefined;
    }
  };
  const changes = model.onChange(show);
  show();
  item.show();
  return {
    dispose: () => {
      changes[Symbol.dispose]();
      clearInterval(tick);
      item.dispose();
    },
  };
}
