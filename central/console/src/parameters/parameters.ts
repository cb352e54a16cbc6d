/**
 * A group of parameters as a form: central says which fields there are and how each is asked for.
 *
 * Laws: a secret is never shown; one that is left empty stays as it is, and only a press deletes it. Any other field that is
 * left empty takes its default.
 */
import {
  changeParameterGroup,
  type FieldView,
  type ParameterGroupName,
  type ParameterGroupView,
  readParameterGroup,
} from '@client'

import type { FormOptions, Stated } from '@/forms/form'

/** As typed: text, also of lists (a line each); a number; null: no number, or a secret to delete. */
export type Typed = Record<string, string | number | null>
type Given = Record<string, string | number | string[] | null>

/** Return what the fields hold. */
export function typedOf(fields: readonly FieldView[]): Typed {
  return Object.fromEntries(fields.map(({ name, kind, value }) => [name, shown(kind, value)]))
}

function shown(kind: FieldView['kind'], value: FieldView['value']): string | number | null {
  if (kind === 'number') return typeof value === 'number' ? value : null
  if (Array.isArray(value)) return value.join('\n')
  return value === null ? '' : String(value)
}

/** Return what central takes of what is typed: what is left out of a secret stays, what is left out of another field is its default. */
export function givenOf(typed: Typed, fields: readonly FieldView[]): Given {
  return Object.fromEntries(fields.flatMap(({ name, kind }) => given(name, kind, typed[name] ?? null)))
}

function given(name: string, kind: FieldView['kind'], value: string | number | null): [string, Given[string]][] {
  const typed = typeof value === 'string' ? value.trim() : value
  if (typed === '' || (typed === null && kind !== 'secret')) return []
  return [[name, kind === 'list' ? linesOf(String(typed)) : typed]]
}

function linesOf(text: string): string[] {
  return text
    .split(/[\n,，;；]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function stated(view: ParameterGroupView): Stated<Typed> {
  return { version: view.version, values: typedOf(view.fields) }
}

/** Return the form of a group; `heard` is told the group whenever it was read or saved. */
export function groupForm(group: ParameterGroupName, heard: (view: ParameterGroupView) => void): FormOptions<Typed> {
  let fields: readonly FieldView[] = []
  const take = (view: ParameterGroupView): Stated<Typed> => {
    fields = view.fields
    heard(view)
    return stated(view)
  }
  return {
    blank: () => ({}),
    read: async () => take((await readParameterGroup({ path: { group } })).data),
    save: async (typed, { version }) =>
      take((await changeParameterGroup({ path: { group }, body: { version, values: givenOf(typed, fields) } })).data),
  }
}
