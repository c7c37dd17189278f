// Names of machines are anybody's: VS Code turns some characters in its messages and lists into links and icons, and these keep them text.

/** Labels of quick inputs turn `$(name)` into icons. */
export function plainLabel(text: string): string {
  return text.replaceAll('$(', '$\u200B(');
}

/** Notifications turn `[text](address)` into links, even to commands. */
export function plainMessage(text: string): string {
  return text.replaceAll('](', ']\u200B(');
}
