// The menu behind the status bar item: start and stop, the clock, and the ways to the views.
import { commands, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { t } from '../texts.ts';
import { labMenuLines, type MenuAction } from './labMenuLines.ts';

export async function showLabMenu({ model, session }: { readonly model: LabModel; readonly session: Session }): Promise<void> {
  const items = labMenuLines(model.snapshot).flatMap(({ label, icon, heading, action }): (QuickPickItem & { readonly action?: MenuAction })[] => [
    ...(heading === undefined ? [] : [{ label: heading, kind: QuickPickItemKind.Separator }]),
    { label: `$(${icon}) ${label}`, action },
  ]);
  const chosen = await window.showQuickPick(items, { title: t('Site Recovery Lab'), placeHolder: t('What shall the lab do?') });
  if (chosen?.action === undefined) return;
  const { action } = chosen;
  if ('command' in action) await commands.executeCommand(`siteRecoveryLab.${action.command}`);
  else if ('speed' in action) await session.lab.control.call('clock.speed', { speed: action.speed });
  else await session.lab.control.call('clock.step', { stepMs: action.stepMs });
}
