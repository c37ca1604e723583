/**
 * Where a numbering stands among all that a room ever had, on whatever node. `term`: the room's claim by a node, each larger than the
 * one before (a fencing token: M. Kleppmann, Designing Data-Intensive Applications, 2017, chapter 8); `born`: among those of one claim,
 * when it began, ms.
 */
export interface Order {
  term: number;
  born: number;
}

/** Negative where the first is the earlier, 0 where they are the same. */
export const compareOrders = (one: Order, other: Order): number => one.term - other.term || one.born - other.born;
