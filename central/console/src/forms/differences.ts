/**
 * What differs between two statements of one thing, by dotted paths.
 *
 * Objects are compared field by field. A list is one value: where two persons changed one list, its items have no names by which
 * they could be put together.
 */

export type Path = string

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Return a copy that shares nothing; of a reactive value, too. */
export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** Return whether two values say the same; a field that is left out and null say the same. */
export function same(one: unknown, other: unknown): boolean {
  if (isObject(one) && isObject(other)) return differing(one, other).length === 0
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]))
  }
  return (one ?? null) === (other ?? null)
}

/** Return the paths of the fields that differ. */
export function differing(one: unknown, other: unknown, under = ''): Path[] {
  if (!isObject(one) || !isObject(other)) return same(one, other) ? [] : [under]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return names.flatMap((name) => differing(one[name], other[name], under === '' ? name : `${under}.${name}`))
}

/** Return what stands at a path. */
export function at(values: unknown, path: Path): unknown {
  return path.split('.').reduce<unknown>((within, name) => (within as Record<string, unknown> | null | undefined)?.[name], values)
}

/** Set what stands at a path. */
export function put(values: object, path: Path, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? path
  const within = names.length === 0 ? values : at(values, names.join('.'))
  if (isObject(within)) within[last] = value
}
