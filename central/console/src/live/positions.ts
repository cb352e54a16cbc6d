/** Positions of the live channel, as central orders them: the transaction's number, then the row's. Pure. */

export type Position = string

/** Return whether a position is after another. The numbers have up to 19 digits, more than a JavaScript number holds. */
export function isAfter(one: Position, other: Position): boolean {
  const [xid, row] = numbers(one)
  const [otherXid, otherRow] = numbers(other)
  return xid === otherXid ? row > otherRow : xid > otherXid
}

function numbers(position: Position): [bigint, bigint] {
  const [xid = '', row = ''] = position.split('-')
  return [BigInt(xid), BigInt(row)]
}
