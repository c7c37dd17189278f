// A bundle of its own: what reads and writes YAML. It is loaded with the first plan that is opened as text, or the first document.
export { documentText } from './documents/reports.ts';
export { planLanguage } from './planText/planLanguage.ts';
export { useTexts } from './texts.ts';
