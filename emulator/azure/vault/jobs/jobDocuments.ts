// Rows of jobs as a JSON, XML or spreadsheet document.

export type JobDocumentFormat = 'Json' | 'Xml' | 'Excel';

/** By column; the names are the titles. */
export type JobRow = Readonly<
  Record<'JobId' | 'Job' | 'Scenario' | 'State' | 'Item' | 'ItemType' | 'StartTime' | 'EndTime' | 'DurationInSeconds' | 'Errors', string>
>;

interface JobDocument {
  readonly contentType: string;
  /** Of the file's name, without the dot. */
  readonly ending: string;
  readonly write: (rows: readonly JobRow[]) => string;
}

const columns: readonly (keyof JobRow)[] = ['JobId', 'Job', 'Scenario', 'State', 'Item', 'ItemType', 'StartTime', 'EndTime', 'DurationInSeconds', 'Errors'];

export const jobDocuments: Readonly<Record<JobDocumentFormat, JobDocument>> = {
  Json: { contentType: 'application/json', ending: 'json', write: (rows) => `${JSON.stringify(rows, null, 2)}\n` },
  Xml: { contentType: 'application/xml', ending: 'xml', write: xmlOf },
  // What every spreadsheet program opens; the product's own format is not recorded.
  Excel: { contentType: 'text/csv; charset=utf-8', ending: 'csv', write: csvOf },
};

function xmlOf(rows: readonly JobRow[]): string {
  const elements = rows.map((row) => `  <Job>\n${columns.map((column) => `    <${column}>${xmlText(row[column])}</${column}>\n`).join('')}  </Job>\n`);
  return `<?xml version="1.0" encoding="utf-8"?>\n<Jobs>\n${elements.join('')}</Jobs>\n`;
}

const xmlSigns: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Signs that XML does not know at all are left out. */
function xmlText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '').replaceAll(/[&<>]/g, (sign) => xmlSigns[sign] as string);
}

/** RFC 4180, with a byte order mark so that spreadsheet programs take it as UTF-8. */
function csvOf(rows: readonly JobRow[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return `\uFEFF${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** What begins like a formula is kept from being one. */
function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
