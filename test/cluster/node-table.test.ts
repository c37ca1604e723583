import { describe, expect, it } from 'vitest';
import {
  chooseNode,
  type NodeLoad,
  nodeLoadSchema,
  NodeTable,
  sharesAddress,
  spreadRooms,
} from '../../src/cluster/node-table.js';

const load = (node: string, of: Partial<NodeLoad> = {}): NodeLoad => {
  return { node, url: `https://${node}.example/`, participants: 0, rooms: 0, saturation: 0, draining: false, ...of };
};

describe('the table of nodes', () => {
  it('knows whom it heard of in the last 5 s, and not who said that it ended', () => {
    const table = new NodeTable();
    table.heard(load('b'), 0);
    table.heard(load('a'), 2000);
    table.heard(load('c'), 2000);
    table.gone('c');
    const names = (atMs: number) => table.alive(atMs).map(({ node }) => node);
    expect([names(4999), names(5000), names(7000)]).toEqual([['a', 'b'], ['a'], []]);
  });
});

it('names no address but one that clients can be sent to, and a page’s policy can have in it', () => {
  const taken = (url: string) => nodeLoadSchema.safeParse(load('a', { url })).success;
  for (const url of ['https://a.example/', 'http://10.0.0.1:8080/calls/', 'http://[fd00::1]:1/', 'https://ä.example/'])
    expect([url, taken(url)]).toEqual([url, true]);
  const hosts = ['x;sandbox', 'x,y', '*', '*.example', 'u:p@a.example', 'u@a.example', "a'b"].map(
    (host) => `https://${host}/`,
  );
  for (const url of [
    ...hosts,
    'javascript:alert(1)',
    'https:',
    'ftp://a.example/',
    'https://a.example/?a',
    'https://a.example/#a',
  ])
    expect([url, taken(url)]).toEqual([url, false]);
});

it('is shared only where each of those who share it has another by which nodes reach it', () => {
  const at = (node: string, inner?: string) => load(node, { url: 'https://calls.example/', inner });
  expect(sharesAddress(at('a', 'http://1/'), [at('b', 'http://2/'), at('c', 'http://3/')])).toBe(false);
  expect(sharesAddress(at('a', 'http://1/'), [at('b', 'http://2/'), at('c', 'http://1/')])).toBe(true);
  expect(sharesAddress(at('a', 'http://1/'), [at('b')])).toBe(true);
  expect(sharesAddress(at('a'), [load('b'), load('c')])).toBe(false);
});

describe('who gets a room that nobody has', () => {
  it('is the node that is asked, unless it ends or is much fuller than another', () => {
    const chosen = (self: Partial<NodeLoad>, ...others: NodeLoad[]) => chooseNode(load('self', self), others).node;
    expect(chosen({ participants: 15 }, load('b'))).toBe('self');
    expect(chosen({ participants: 21 }, load('b'))).toBe('b');
    expect(chosen({ participants: 90 }, load('b', { participants: 40 }))).toBe('self');
    expect(chosen({ participants: 5, saturation: 0.5 }, load('b', { participants: 9 }))).toBe('b');
    expect(chosen({ participants: 90 }, load('b', { saturation: 0.5 }))).toBe('self');
    expect(chosen({ draining: true }, load('b', { participants: 9 }), load('c', { participants: 8 }))).toBe('c');
    expect(chosen({ draining: true }, load('b', { draining: true }))).toBe('self');
  });

  it('is, for the rooms of a node that ends, each time who has least then', () => {
    const rooms = new Map([
      ['small', 2],
      ['large', 10],
      ['middle', 5],
    ]);
    const others = [load('b', { participants: 4 }), load('c'), load('d', { draining: true })];
    const spread = [...spreadRooms(rooms, others)].map(([room, { node }]) => [room, node]);
    expect(spread).toEqual([
      ['large', 'c'],
      ['middle', 'b'],
      ['small', 'b'],
    ]);
    expect(spreadRooms(rooms, [])).toEqual(new Map());
  });
});
