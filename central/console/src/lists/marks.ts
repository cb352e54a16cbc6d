/** The shape of each mark: it says without colour how a thing stands. */
import type { Mark } from './declaration'

export const SHAPES: Readonly<Record<Mark, string>> = { ok: '●', attention: '▲', fault: '■', off: '○' }
