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

const wideFromPx = 1000;
const boxHeight = 92;
const boxGap = 30;
const lanePadding = 14;
const laneTitle = 30;
const laneGap = 12;
const label = { width: 62, height: 36 };

export function layOut(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[], width: number): Layout {
  const used = columns.map((column) => ({ ...column, nodes: nodes.filter((node) => node.lane === column.lane && node.column === column.column) }));
  const filled = used.filter((column) => column.nodes.length > 0);
  const placed = width >= wideFromPx ? sideBySide(filled, width) : stacked(filled, width);
  return { ...placed, width, edges: placed.wide ? routeBetween(edges, placed.boxes) : routeBeside(edges, placed.boxes, width) };
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

/** One box below the other, with room for the lines beside them. */
function stacked(filled: readonly Column[], width: number): Placed {
  const boxWidth = Math.max(110, Math.min(380, width * 0.62 - lanePadding));
  const boxes = new Map<string, Box>();
  const lanes: (Box & { lane: Lane })[] = [];
  let y = 0;
  for (const lane of new Set(filled.map((column) => column.lane))) {
    const start = y;
    y += laneTitle + 4;
    for (const node of filled.filter((column) => column.lane === lane).flatMap((column) => column.nodes)) {
      boxes.set(node.id, { x: lanePadding, y, width: boxWidth, height: boxHeight });
      y += boxHeight + 12;
    }
    lanes.push({ lane, x: 0, y: start, width, height: y - start });
    y += laneGap;
  }
  return { wide: false, height: Math.max(0, y - laneGap), boxes, lanes };
}

function routeBetween(edges: readonly TopologyEdge[], boxes: Placed['boxes']): PlacedEdge[] {
  const taken: Box[] = [...boxes.values()];
  return edges.flatMap((edge) => {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to);
    if (from === undefined || to === undefined) return [];
    const curve = Math.abs(from.x - to.x) < 1 ? down(from, to) : across(from, to);
    const middle = freePlace(
      [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map((share) => pointAt(curve, share)),
      taken,
    );
    taken.push({ x: middle.x - label.width / 2, y: middle.y - label.height / 2, ...label });
    return [{ edge, path: pathOf(curve), label: middle }];
  });
}

/** Each line in a track of its own beside the boxes, short ones nearest. */
function routeBeside(edges: readonly TopologyEdge[], boxes: Placed['boxes'], width: number): PlacedEdge[] {
  const known = edges.flatMap((edge) => {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to);
    return from === undefined || to === undefined ? [] : [{ edge, from: endOf(edge, edge.from, { edges, boxes }), to: endOf(edge, edge.to, { edges, boxes }) }];
  });
  const span = ({ from, to }: { from: Point; to: Point }): number => Math.abs(from.y - to.y);
  const tracks: { from: Point; to: Point }[][] = [];
  const placed = [...known]
    .sort((one, other) => span(one) - span(other))
    .map((line) => {
      const free = tracks.findIndex((track) =>
        track.every((other) => Math.max(other.from.y, other.to.y) < top(line) - 6 || top(other) > Math.max(line.from.y, line.to.y) + 6),
      );
      const track = free < 0 ? tracks.push([]) - 1 : free;
      tracks[track]?.push(line);
      return { ...line, track };
    });
  const start = known[0]?.from.x ?? 0;
  const last = width - label.width / 2 - 4;
  const spacing = Math.min(22, (last - start - 16) / Math.max(1, tracks.length - 1));
  const taken: Box[] = [];
  return placed.map(({ edge, from, to, track }) => {
    const x = start + 16 + track * spacing;
    const middle = freePlace(
      [0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9].map((share) => ({
        x: Math.min(last, Math.max(x, start + label.width / 2 + 2)),
        y: from.y + (to.y - from.y) * share,
      })),
      taken,
    );
    taken.push({ x: middle.x - label.width / 2, y: middle.y - label.height / 2, ...label });
    return { edge, path: bracket(from, to, x), label: middle };
  });
}

function top({ from, to }: { from: Point; to: Point }): number {
  return Math.min(from.y, to.y);
}

/** Where an edge meets the side of a box: beside the others, in the order of where they go. */
function endOf(edge: TopologyEdge, id: string, { edges, boxes }: { edges: readonly TopologyEdge[]; boxes: Placed['boxes'] }): Point {
  const box = boxes.get(id) as Box;
  const yOfOther = (one: TopologyEdge): number => boxes.get(one.from === id ? one.to : one.from)?.y ?? 0;
  const here = edges
    .filter((one) => (one.from === id || one.to === id) && boxes.has(one.from) && boxes.has(one.to))
    .sort((one, other) => yOfOther(one) - yOfOther(other));
  return { x: box.x + box.width, y: box.y + (box.height * (here.indexOf(edge) + 1)) / (here.length + 1) };
}

function bracket(from: Point, to: Point, x: number): string {
  const turn = to.y > from.y ? 6 : -6;
  return `M${from.x} ${from.y}H${x - 6}Q${x} ${from.y},${x} ${from.y + turn}V${to.y - turn}Q${x} ${to.y},${x - 6} ${to.y}H${to.x}`;
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

/** The first place where the label covers no box and no other label. */
function freePlace(places: readonly Point[], taken: readonly Box[]): Point {
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
