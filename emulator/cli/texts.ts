// Values as people read them: sizes, durations, times of the lab, tables.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function sizeText(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** UTC, to the second; `–` for a time that has not come. */
export function timeText(timeMs: number | null): string {
  return timeMs === null ? '–' : new Date(timeMs).toISOString().replace('T', ' ').slice(0, 19);
}

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers line up on the right. */
  readonly right?: true;
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))];
  const widths = columns.map((_, place) => Math.max(...cells.map((line) => (line[place] as string).length)));
  const lines = cells.map((line) =>
    line.map((cell, place) => (columns[place]?.right ? cell.padStart(widths[place] as number) : cell.padEnd(widths[place] as number))).join('  '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}
