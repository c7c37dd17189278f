// The widgets of the views. The only file that names the toolkit: it is archived, and its successor (@vscode-elements/elements)
// has the same elements under the same prefix, so that changing over is an edit of this file.
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox } from '@vscode/webview-ui-toolkit';

/** Registers the elements that templates use: `<vscode-button>` and `<vscode-checkbox>`. */
export function useKit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox());
}
