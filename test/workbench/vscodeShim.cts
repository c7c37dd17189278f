// What `import … from 'vscode'` is in a host test and in what it imports: the API that VS Code gave to the bridge.
module.exports = (globalThis as { vscodeOfTests?: unknown }).vscodeOfTests;
