import { describe, expect, it } from 'vitest';
import { RecognitionQueue, type Waiting } from '../../src/speech/recognition-queue.js';

function setUp(capacity = 4) {
  const dropped: string[] = [];
  const show = ({ piece, partial }: Waiting<string, string>) => `${piece}${partial ? '…' : ''}`;
  const queue = new RecognitionQueue<string, string>(capacity, (one) => dropped.push(show(one)));
  /** `a1…` is a partial piece of person a. */
  const add = (...pieces: string[]) => {
    for (const text of pieces) queue.add({ speaker: text[0]!, piece: text.slice(0, 2), partial: text.endsWith('…') });
  };
  const take = () => {
    const out: string[] = [];
    for (let next = queue.next(); next; next = queue.next()) out.push(show(next));
    return out.join(' ');
  };
  return { queue, add, take, dropped };
}

describe('what waits to be recognised', () => {
  it('is served in turn, however much one person says', () => {
    const { add, take } = setUp(10);
    add('a1', 'a2', 'a3', 'b1', 'c1', 'b2');
    expect(take()).toBe('a1 b1 c1 a2 b2 a3');
  });

  it('with what is over before what goes on', () => {
    const { add, take } = setUp(10);
    add('a1…', 'b1…', 'c1', 'c2');
    expect(take()).toBe('c1 c2 a1… b1…');
  });

  it('waits once, and as a whole once it is over', () => {
    const { queue, add, take } = setUp();
    add('a1…', 'a1…', 'b1…', 'a1');
    expect(queue.size).toBe(2);
    expect(queue.whole).toBe(1);
    add('a1…');
    expect(take()).toBe('a1 b1…');
  });

  it('makes room at the bound: the oldest partial one first, then the oldest piece', () => {
    const { queue, add, take, dropped } = setUp(3);
    add('a1', 'b1…', 'c1…', 'd1', 'e1', 'f1');
    expect(dropped).toEqual(['b1…', 'c1…', 'a1']);
    expect(queue.size).toBe(3);
    expect(take()).toBe('d1 e1 f1');
  });

  it('is forgotten with who said it', () => {
    const { queue, add, take } = setUp(10);
    add('a1', 'b1', 'a2…');
    expect(queue.forget('a')).toBe(2);
    expect(take()).toBe('b1');
  });
});
