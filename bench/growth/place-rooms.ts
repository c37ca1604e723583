export interface Placing {
  /** In calls at a time, on average. */
  people: number;
  roomPeople: number;
  /** People whom a node takes. */
  nodePeople: number;
  nodes: number;
  random: () => number;
}

const [SMALLEST, LARGEST] = [2, 16];
/** Rooms that begin while it is looked, for each that there is: three times as long as one lasts. */
const TURNS = 3;

/** How many people a new room has: 2 to 16, geometric about the mean. */
export function roomSize(mean: number, random: () => number): number {
  const stay = 1 - 1 / (mean - SMALLEST + 1);
  const more = stay > 0 ? Math.floor(Math.log(1 - random()) / Math.log(stay)) : 0;
  return Math.min(LARGEST, SMALLEST + more);
}

/**
 * Rooms come and go, each to the node that has the fewest people, and stay there: a room is never on two nodes, and never moves.
 * @returns the share of rooms for which no node had room
 */
export function refusedShare({ people, roomPeople, nodePeople, nodes, random }: Placing): number {
  const load = new Loads(nodes, nodePeople);
  const ends = new Ends();
  const rooms = people / roomPeople;
  let [now, tried, refused] = [0, 0, 0];
  // By the lifetime of a room; all come as a Poisson process does, and the first turn fills the nodes.
  for (;;) {
    now += -Math.log(1 - random()) / rooms;
    if (now > 2 + TURNS) return refused / tried;
    for (let ended = ends.before(now); ended; ended = ends.before(now)) load.change(ended.node, -ended.size);
    const size = roomSize(roomPeople, random);
    const node = load.least();
    const fits = load.of(node) + size <= nodePeople;
    if (now > 2) {
      tried++;
      if (!fits) refused++;
    }
    if (!fits) continue;
    load.change(node, size);
    ends.add({ at: now - Math.log(1 - random()), node, size });
  }
}

/** The fewest nodes that refuse no more than a share. */
export function nodesFor(placing: Omit<Placing, 'nodes'>, most: number): number {
  let low = Math.ceil(placing.people / placing.nodePeople);
  let high = Math.ceil(2 * low) + 4;
  while (low < high) {
    const nodes = Math.floor((low + high) / 2);
    if (refusedShare({ ...placing, nodes }) <= most) high = nodes;
    else low = nodes + 1;
  }
  return low;
}

/** Nodes by how many people they have. */
class Loads {
  readonly #load: Int32Array;
  readonly #by: Set<number>[];
  #least = 0;

  constructor(nodes: number, most: number) {
    this.#load = new Int32Array(nodes);
    this.#by = Array.from({ length: most + 1 }, () => new Set<number>());
    for (let node = 0; node < nodes; node++) this.#by[0]!.add(node);
  }

  of(node: number): number {
    return this.#load[node]!;
  }

  least(): number {
    while (this.#by[this.#least]!.size === 0) this.#least++;
    return this.#by[this.#least]!.values().next().value!;
  }

  change(node: number, by: number): void {
    const before = this.#load[node]!;
    const after = (this.#load[node] = before + by);
    this.#by[before]!.delete(node);
    this.#by[after]!.add(node);
    this.#least = Math.min(this.#least, after);
  }
}

interface End {
  at: number;
  node: number;
  size: number;
}

/** Ends of rooms, the next first: a binary heap. */
class Ends {
  readonly #heap: End[] = [];

  add(end: End): void {
    const heap = this.#heap;
    let i = heap.push(end) - 1;
    for (let up = (i - 1) >> 1; i > 0 && heap[up]!.at > end.at; up = (i - 1) >> 1) {
      heap[i] = heap[up]!;
      i = up;
    }
    heap[i] = end;
  }

  before(now: number): End | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > now) return undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (let down = 1; down < heap.length; down = 2 * i + 1) {
      if (down + 1 < heap.length && heap[down + 1]!.at < heap[down]!.at) down++;
      if (heap[down]!.at >= last.at) break;
      heap[i] = heap[down]!;
      i = down;
    }
    heap[i] = last;
    return first;
  }
}
