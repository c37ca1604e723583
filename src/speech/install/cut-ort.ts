import { FlatTable } from './flatbuffer.js';

/** Numbers of fields in ONNX Runtime's schema of its own files (onnxruntime/core/flatbuffers/schema/ort.fbs). */
const SESSION_MODEL = 1;
const MODEL_GRAPH = 7;
const GRAPH = { initializers: 0, nodes: 2, nodeEdges: 4, outputs: 6 };
const TENSOR_NAME = 0;
const NODE = { index: 4, inputs: 8, outputs: 9, implicitInputs: 12 };
const EDGES = { node: 0, inputs: 1, outputs: 2 };
/** Bytes of an `EdgeEnd`, which begins with the node at the other end. */
const EDGE_END = 12;

/**
 * A network in ONNX Runtime's format, cut off: of its graph only what a value in its middle needs is left, and that value is its
 * only output. The file is rewritten where it stands, with vectors made shorter, for offsets cannot point backward to tables that
 * are there; the weights of what is cut off stay in it, and are not loaded.
 * @throws RangeError where no node makes that value
 */
export function cutOrt(file: Uint8Array, value: string): Uint8Array {
  const tail = outputsVector(value);
  const start = Math.ceil(file.length / 4) * 4;
  const out = new Uint8Array(Math.ceil((start + tail.length) / 8) * 8);
  out.set(file);
  out.set(tail, start);
  const bytes = new DataView(out.buffer);
  const graph = FlatTable.root(bytes).table(SESSION_MODEL).table(MODEL_GRAPH);

  const kept = nodesFor(graph, value);
  const indices = new Set(kept.map((node) => node.uint(NODE.index)));
  const read = new Set(kept.flatMap(readBy));
  const initializers = graph.tables(GRAPH.initializers).filter((tensor) => read.has(tensor.string(TENSOR_NAME)));
  const edges = graph.tables(GRAPH.nodeEdges).filter((edge) => indices.has(edge.uint(EDGES.node)));
  keep(bytes, graph.vector(GRAPH.nodes), kept);
  keep(bytes, graph.vector(GRAPH.initializers), initializers);
  for (const edge of edges) {
    for (const side of [EDGES.inputs, EDGES.outputs]) keepEnds(bytes, edge.vector(side), indices);
  }
  keep(bytes, graph.vector(GRAPH.nodeEdges), edges);
  const outputs = graph.field(GRAPH.outputs);
  if (outputs === null) throw new RangeError('a graph without outputs');
  bytes.setUint32(outputs, start - outputs, true);
  return out;
}

const readBy = (node: FlatTable): string[] => [...node.strings(NODE.inputs), ...node.strings(NODE.implicitInputs)];

/** The nodes that a value depends on, in their order in the file. */
function nodesFor(graph: FlatTable, value: string): FlatTable[] {
  const nodes = graph.tables(GRAPH.nodes);
  const maker = new Map(nodes.flatMap((node) => node.strings(NODE.outputs).map((name) => [name, node] as const)));
  if (!maker.has(value)) throw new RangeError(`no node makes ${value}`);
  const needed = new Set<FlatTable>();
  const wanted = [value];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const node = maker.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    wanted.push(...readBy(node));
  }
  return nodes.filter((node) => needed.has(node));
}

/** Leaves some of a vector's tables in it. */
function keep(bytes: DataView, vector: number | null, tables: readonly FlatTable[]): void {
  if (vector === null) return;
  bytes.setUint32(vector, tables.length, true);
  for (const [i, { at }] of tables.entries()) {
    const from = vector + 4 + 4 * i;
    bytes.setUint32(from, at - from, true);
  }
}

/** Leaves those ends of edges in a vector that are at a node which stays. */
function keepEnds(bytes: DataView, vector: number | null, nodes: ReadonlySet<number>): void {
  if (vector === null) return;
  const first = vector + 4;
  const all = new Uint8Array(bytes.buffer);
  let kept = 0;
  for (let i = 0; i < bytes.getUint32(vector, true); i++) {
    const end = first + EDGE_END * i;
    if (nodes.has(bytes.getUint32(end, true))) all.copyWithin(first + EDGE_END * kept++, end, end + EDGE_END);
  }
  bytes.setUint32(vector, kept, true);
}

/** A vector of one string. */
function outputsVector(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const out = new Uint8Array(13 + text.length);
  // One element, which follows at once, and its length; zero ends it.
  new Uint32Array(out.buffer, 0, 3).set([1, 4, text.length]);
  out.set(text, 12);
  return out;
}
