// Where the boxes and lines of the topology lie in the room that there is: lanes side by side, or one below the other where it is narrow. Pure.
import type { Lane, TopologyEdge, TopologyNode } from './contract.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: TopologyEdge;
  readonly path: string;
  /** Middle of its label. */
  readonly label: { readonly x: number; readonly y: number };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly wide: boolean;
  readonly lanes: readonly (Box & { readonly lane: Lane })[];
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly PlacedEdge[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

type Curve = readonly [Point, Point, Point, Point];

/** In the order of the bytes. */
const columns = [
  { lane: 'onPremises', column: 0 },
  { lane: 'onPremises', column: 1 },
  { lane: 'wan', column: 0 },
  { lane: 'azure', column: 0 },
  { lane: 'azure', column: 1 },
] as const;

const wideFromPx = 980;
const boxHeight = 76;
const boxGap = 34;
const lanePadding = 16;
const laneTitle = 30;
const laneGap = 12;
const narrowestBox = 132;
const label = { width: 116, height: 20 };

export function layOut(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[], width: number): Layout {
  const used = columns.map((column) => ({ ...column, nodes: nodes.filter((node) => node.lane === column.lane && node.column === column.column) }));
  const filled = used.filter((column) => column.nodes.length > 0);
  const placed = width >= wideFromPx ? sideBySide(filled, width) : stacked(filled, width);
  return { ...placed, width, edges: route(edges, placed) };
}

type Column = (typeof columns)[number] & { readonly nodes: readonly TopologyNode[] };
type Placed = Omit<Layout, 'width' | 'edges'>;

function sideBySide(filled: readonly Column[], width: number): Placed {
  const gap = label.width + 12;
  const lanesUsed = [...new Set(filled.map(({ lane }) => lane))];
  const sidesPx = lanesUsed.length * 2 * lanePadding;
  const boxWidth = Math.min(230, (width - sidesPx - (filled.length - 1) * gap) / filled.length);
  const gapPx = filled.length < 2 ? 0 : (width - sidesPx - filled.length * boxWidth) / (filled.length - 1);
  const tallest = Math.max(1, ...filled.map((column) => column.nodes.length));
  const inner = tallest * boxHeight + (tallest - 1) * boxGap;
  const height = laneTitle + 2 * lanePadding + inner;
  const boxes = new Map<string, Box>();
  const lanes: (Box & { lane: Lane })[] = [];
  let x = 0;
  for (const lane of lanesUsed) {
    const own = filled.filter((column) => column.lane === lane);
    const start = x;
    x += lanePadding;
    for (const [place, column] of own.entries()) {
      const spread = inner / column.nodes.length;
      for (const [row, node] of column.nodes.entries())
        boxes.set(node.id, { x, y: laneTitle + lanePadding + spread * (row + 0.5) - boxHeight / 2, width: boxWidth, height: boxHeight });
      x += boxWidth + (place < own.length - 1 ? gapPx : 0);
    }
    x += lanePadding;
    lanes.push({ lane, x: start, y: 0, width: x - start, height });
    // Lines cross the border in the middle of the gap.
    x += gapPx;
  }
  return { wide: true, height, boxes, lanes: joined(lanes, width) };
}

/** Lanes reach to the middle of the gap between them. */
function joined(lanes: readonly (Box & { lane: Lane })[], width: number): (Box & { lane: Lane })[] {
  return lanes.map((lane, place) => {
    const before = lanes[place - 1];
    const after = lanes[place + 1];
    const start = before === undefined ? 0 : (before.x + before.width + lane.x) / 2 + laneGap / 2;
    const end = after === undefined ? width : (lane.x + lane.width + after.x) / 2 - laneGap / 2;
    return { ...lane, x: start, width: end - start };
  });
}

function stacked(filled: readonly Column[], width: number): Placed {
  const perRow = Math.max(1, Math.floor((width - 2 * lanePadding + 12) / (narrowestBox + 12)));
  const boxes = new Map<string, Box>();
  const lanes: (Box & { lane: Lane })[] = [];
  let y = 0;
  for (const lane of new Set(filled.map((column) => column.lane))) {
    const start = y;
    y += laneTitle + lanePadding;
    const rows = filled.filter((column) => column.lane === lane).flatMap((column) => chunks(column.nodes, perRow));
    for (const [place, row] of rows.entries()) {
      const boxWidth = Math.min(300, (width - 2 * lanePadding - (row.length - 1) * 12) / row.length);
      const left = (width - row.length * boxWidth - (row.length - 1) * 12) / 2;
      for (const [column, node] of row.entries()) boxes.set(node.id, { x: left + column * (boxWidth + 12), y, width: boxWidth, height: boxHeight });
      y += boxHeight + (place < rows.length - 1 ? boxGap + 8 : 0);
    }
    y += lanePadding;
    lanes.push({ lane, x: 0, y: start, width, height: y - start });
    y += laneGap + 18;
  }
  return { wide: false, height: Math.max(0, y - laneGap - 18), boxes, lanes };
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_row, place) => items.slice(place * size, (place + 1) * size));
}

function route(edges: readonly TopologyEdge[], { boxes, wide }: Pick<Placed, 'boxes' | 'wide'>): PlacedEdge[] {
  const taken: Box[] = [...boxes.values()];
  return edges.flatMap((edge) => {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to);
    if (from === undefined || to === undefined) return [];
    const curve = curveBetween(from, to, wide);
    const middle = freePlace(curve, taken);
    taken.push({ x: middle.x - label.width / 2, y: middle.y - label.height / 2, ...label });
    return [{ edge, path: pathOf(curve), label: middle }];
  });
}

function curveBetween(from: Box, to: Box, wide: boolean): Curve {
  const sameColumn = Math.abs(from.x - to.x) < 1;
  const sameRow = Math.abs(from.y - to.y) < 1;
  if (wide ? sameColumn : !sameRow) return down(from, to);
  return across(from, to);
}

function down(from: Box, to: Box): Curve {
  const [upper, lower] = from.y < to.y ? [from, to] : [to, from];
  const start = { x: upper.x + upper.width / 2, y: upper.y + upper.height };
  const end = { x: lower.x + lower.width / 2, y: lower.y };
  const middle = (start.y + end.y) / 2;
  const curve: Curve = [start, { x: start.x, y: middle }, { x: end.x, y: middle }, end];
  return upper === from ? curve : reversed(curve);
}

function across(from: Box, to: Box): Curve {
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  const start = { x: left.x + left.width, y: left.y + left.height / 2 };
  const end = { x: right.x, y: right.y + right.height / 2 };
  const middle = (start.x + end.x) / 2;
  const curve: Curve = [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end];
  return left === from ? curve : reversed(curve);
}

function reversed([a, b, c, d]: Curve): Curve {
  return [d, c, b, a];
}

function pathOf([a, b, c, d]: Curve): string {
  const text = ({ x, y }: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  return `M${text(a)}C${text(b)},${text(c)},${text(d)}`;
}

/** The first place along the line where the label covers no box and no other label. */
function freePlace(curve: Curve, taken: readonly Box[]): Point {
  const places = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map((share) => pointAt(curve, share));
  return places.find((place) => taken.every((box) => !overlaps(box, place))) ?? (places[0] as Point);
}

function overlaps(box: Box, { x, y }: Point): boolean {
  return (
    Math.abs(x - (box.x + box.width / 2)) < (box.width + label.width) / 2 - 6 && Math.abs(y - (box.y + box.height / 2)) < (box.height + label.height) / 2 - 2
  );
}

function pointAt([a, b, c, d]: Curve, share: number): Point {
  const rest = 1 - share;
  const mix = (pick: (point: Point) => number): number =>
    rest ** 3 * pick(a) + 3 * rest ** 2 * share * pick(b) + 3 * rest * share ** 2 * pick(c) + share ** 3 * pick(d);
  return { x: mix((point) => point.x), y: mix((point) => point.y) };
}
