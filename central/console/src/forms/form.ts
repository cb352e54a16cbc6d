/**
 * One form: what stands at central with its version, what is typed, what went wrong and beside which field.
 *
 * Laws: nothing typed is lost, whatever central answers or does not answer. A press while a save runs is part of that save; all
 * tries of one form are one intention. What others changed meanwhile is never overwritten unseen: where the version is refused, both
 * statements are shown, and what is kept is laid over theirs.
 */
import { reactive, shallowReactive } from 'vue'

import { newIntention } from '@/api/intention'
import { Refused, Unreachable } from '@/api/problem'

import { at, copy, differing, put, same, type Path } from './differences'

/** What stands at central. */
export interface Stated<T> {
  version: number
  values: T
}
/** What a try to save is about: the version that was read (0 for what is new), and the key of the intention. */
export interface Try {
  version: number
  intention: string
}
export interface FormOptions<T extends object> {
  /** What a new one begins with. */
  blank: () => T
  /** Read what is changed; left out where something new is added. */
  read?: (() => Promise<Stated<T>>) | undefined
  /** Save, and return what stands then. */
  save: (values: T, about: Try) => Promise<Stated<T>>
}

/** A field where both statements differ. */
export interface Difference {
  path: Path
  theirs: unknown
  mine: unknown
  /** Whether I changed it, and whether they did; where both did, one is lost. */
  changedByMe: boolean
  changedByThem: boolean
}
export interface Conflict {
  /** Central's refusal: who changed what and when. */
  refused: Refused
  differences: readonly Difference[]
}
/** What a field on the screen tells its form. */
export interface Part {
  label: string
  show: ((value: unknown) => string) | undefined
  /** What is wrong with the text that is typed, which is no value yet. */
  fault: string | null
}

/** What the components know of any form. */
export interface AnyForm {
  readonly values: object
  readonly isNew: boolean
  readonly isReading: boolean
  readonly isSaving: boolean
  readonly isChanged: boolean
  /** Why it could not be read, and why it could not be saved. */
  readonly readFault: unknown
  readonly fault: unknown
  /** What central says of each field, by path. */
  readonly errors: Record<Path, string>
  /** How often a save was refused: the fields say what they miss, and the first of them is focused. */
  readonly refusals: number
  readonly conflict: Conflict | null
  readonly parts: Map<Path, Part>
  read: () => Promise<void>
  /** Save; true where what is typed stands at central. It never throws. */
  save: () => Promise<boolean>
  /** End a conflict: by theirs alone; by theirs with these fields as I typed them, saved; or by looking at it later. */
  takeTheirs: () => void
  keepMine: (paths: readonly Path[]) => Promise<boolean>
  lookLater: () => void
  /** Forget what central said of a path: its value is another one by now. */
  forgive: (path: Path) => void
  /** Go back to what stands. */
  discard: () => void
}
export interface Form<T extends object> extends AnyForm {
  readonly values: T
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Return a form that is not read yet. `useForm` is what pages call. */
export function makeForm<T extends object>(options: FormOptions<T>): Form<T> {
  let stands: Stated<T> = { version: 0, values: options.blank() }
  let theirs: Stated<T> | null = null
  let running: Promise<boolean> | null = null
  const intention = newIntention()
  const form: Mutable<Form<T>> = shallowReactive({
    values: reactive(copy(stands.values)) as T,
    isNew: options.read === undefined,
    isReading: options.read !== undefined,
    isSaving: false,
    readFault: null,
    fault: null,
    errors: {},
    refusals: 0,
    conflict: null,
    parts: shallowReactive(new Map<Path, Part>()),
    get isChanged(): boolean {
      return [...form.parts.values()].some(({ fault }) => fault !== null) || differing(stands.values, form.values).length > 0
    },
    read,
    save,
    takeTheirs: () => theirs && stand(theirs),
    keepMine,
    lookLater: () => (form.conflict = null),
    forgive,
    discard: () => stand(stands),
  })

  function stand(next: Stated<T>): void {
    stands = next
    form.values = reactive(copy(next.values)) as T
    form.conflict = null
    form.fault = null
    form.errors = {}
  }

  function forgive(path: Path): void {
    const paths = [...form.parts.keys()]
    const others = Object.entries(form.errors).filter(([of]) => placeOf(of, paths) !== path)
    if (others.length < Object.keys(form.errors).length) form.errors = Object.fromEntries(others)
  }

  async function read(): Promise<void> {
    if (!options.read) return
    form.isReading = true
    form.readFault = null
    try {
      stand(await options.read())
    } catch (error) {
      form.readFault = known(error)
    } finally {
      form.isReading = false
    }
  }

  function save(): Promise<boolean> {
    running ??= attempt().finally(() => (running = null))
    return running
  }

  async function attempt(): Promise<boolean> {
    form.fault = null
    form.errors = {}
    if ([...form.parts.values()].some(({ fault }) => fault !== null)) {
      form.refusals += 1
      return false
    }
    form.isSaving = true
    try {
      const sent = copy(form.values)
      const saved = await options.save(sent, { version: stands.version, intention })
      return stoodFor(sent, saved)
    } catch (error) {
      return await explain(error)
    } finally {
      form.isSaving = false
    }
  }

  /** What was typed while the save ran stays typed, on what stands now. */
  function stoodFor(sent: T, saved: Stated<T>): boolean {
    if (same(sent, form.values)) {
      stand(saved)
      return true
    }
    stands = saved
    return false
  }

  async function explain(error: unknown): Promise<boolean> {
    if (error instanceof Refused && error.code === 'version_conflict' && options.read) return compare(error, options.read)
    form.fault = known(error)
    if (error instanceof Refused) form.errors = Object.fromEntries(error.fields.map(({ field, message }) => [field, message]))
    form.refusals += 1
    return false
  }

  async function compare(refused: Refused, readAgain: () => Promise<Stated<T>>): Promise<boolean> {
    try {
      theirs = await readAgain()
    } catch (error) {
      form.fault = known(error)
      form.refusals += 1
      return false
    }
    const differences = differencesOf(stands.values, theirs.values, form.values)
    if (differences.length > 0) {
      form.conflict = { refused, differences }
      return false
    }
    // What stands is what was typed: an earlier try had its effect, and its answer was lost.
    stand(theirs)
    return true
  }

  async function keepMine(paths: readonly Path[]): Promise<boolean> {
    if (!theirs) return false
    const merged = copy(theirs.values)
    for (const path of paths) put(merged, path, copy(at(form.values, path) ?? null))
    stands = theirs
    form.values = reactive(merged) as T
    form.conflict = null
    return save()
  }

  return form
}

/** Return what two persons stated otherwise, and who of them changed it from what both had read. */
export function differencesOf(read: unknown, theirs: unknown, mine: unknown): Difference[] {
  const within = (paths: readonly Path[], path: Path) =>
    paths.some((one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`))
  const byMe = differing(read, mine)
  const byThem = differing(read, theirs)
  return differing(theirs, mine).map((path) => ({
    path,
    theirs: at(theirs, path),
    mine: at(mine, path),
    changedByMe: within(byMe, path),
    changedByThem: within(byThem, path),
  }))
}

/** Return the field that bears what central said of a path: itself, else the nearest one that it is a part of; null where none is. */
export function placeOf(path: Path, fields: Iterable<Path>): Path | null {
  const around = [...fields].filter((field) => path === field || path.startsWith(`${field}.`))
  return around.sort((one, other) => other.length - one.length)[0] ?? null
}

/** Return a fault as it is shown; a mistake of our own is reported, too. */
function known(error: unknown): unknown {
  if (!(error instanceof Refused || error instanceof Unreachable)) reportError(error)
  return error
}
