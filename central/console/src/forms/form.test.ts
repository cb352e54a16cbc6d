/** What a form does with each answer. */
import type { Problem } from '@client'
import { beforeEach, describe, expect, it } from 'vitest'

import { Refused, Unreachable } from '@/api/problem'

import { makeForm, placeOf, type Stated, type Try } from './form'

interface Site {
  name: string
  capacity: number | null
  rules: { id: number }[]
}
const office = { stands: undefined as unknown as Stated<Site>, tries: [] as (Try & { values: Site })[], answers: [] as unknown[] }

function refusal(code: Problem['code'], errors: Problem['errors'] = []): Refused {
  return new Refused({ type: '', title: code, status: 400, code, detail: `${code}.`, instance: 'urn:paifang:request:1', errors })
}

function open(isNew = false) {
  return makeForm<Site>({
    blank: () => ({ name: '', capacity: null, rules: [] }),
    read: isNew ? undefined : () => Promise.resolve(office.stands),
    save: (values, about) => {
      office.tries.push({ ...about, values })
      const answer = office.answers.shift()
      if (answer instanceof Error) return Promise.reject(answer)
      if (about.version !== office.stands.version && !isNew) return Promise.reject(refusal('version_conflict'))
      office.stands = { version: office.stands.version + 1, values }
      return Promise.resolve(office.stands)
    },
  })
}

async function opened() {
  const form = open()
  await form.read()
  return form
}

/** Another person saves. */
function meanwhile(values: Partial<Site>): void {
  office.stands = { version: office.stands.version + 1, values: { ...office.stands.values, ...values } }
}

beforeEach(() => {
  office.stands = { version: 4, values: { name: 'Gate', capacity: 9, rules: [] } }
  office.tries = []
  office.answers = []
})

describe('a form', () => {
  it('knows what is typed, and saves it on the version that was read', async () => {
    const form = await opened()
    expect(form.isChanged).toBe(false)
    form.values.name = 'Hill'
    expect(form.isChanged).toBe(true)
    expect(await form.save()).toBe(true)
    expect(office.tries).toMatchObject([{ version: 4, values: { name: 'Hill', capacity: 9 } }])
    expect(form.isChanged).toBe(false)
  })

  it('has one effect for two presses, and one intention for all tries', async () => {
    const form = open(true)
    form.values.name = 'Hill'
    office.answers = [new Unreachable('away')]
    expect(await Promise.all([form.save(), form.save()])).toEqual([false, false])
    expect(await form.save()).toBe(true)
    expect(office.tries).toHaveLength(2)
    expect(new Set(office.tries.map(({ intention }) => intention)).size).toBe(1)
  })

  it.each([[new Unreachable('away')], [refusal('forbidden')], [refusal('internal')]])(
    'keeps what is typed: %s',
    async (answer) => {
      const form = await opened()
      form.values.name = 'Hill'
      office.answers = [answer]
      expect(await form.save()).toBe(false)
      expect([form.values.name, form.isChanged, form.fault]).toEqual(['Hill', true, answer])
      expect(await form.save()).toBe(true)
      expect(form.fault).toBe(null)
    },
  )

  it('has the faults of fields by their paths until the next try', async () => {
    const form = await opened()
    office.answers = [refusal('input_invalid', [{ field: 'rules.0.id', message: 'must be 1' }])]
    await form.save()
    expect(form.errors).toEqual({ 'rules.0.id': 'must be 1' })
    await form.save()
    expect(form.errors).toEqual({})
  })

  it('forgets what central said of a value that is another one by now', async () => {
    const form = await opened()
    for (const path of ['rules', 'rules.0.id', 'name']) form.parts.set(path, { label: path, show: undefined, fault: null })
    const errors = ['rules.0.id.1', 'rules.1', 'name'].map((field) => ({ field, message: 'wrong' }))
    office.answers = [refusal('input_invalid', errors)]
    await form.save()
    form.forgive('rules.0.id')
    expect(Object.keys(form.errors)).toEqual(['rules.1', 'name'])
    form.forgive('rules')
    expect(Object.keys(form.errors)).toEqual(['name'])
  })

  it.each([
    ['rules.0.id', 'rules.0.id'],
    ['rules.0.id.7', 'rules.0.id'],
    ['rules.1.id', 'rules'],
    ['rulesets', null],
  ])('shows a fault of %s at %s', (path, place) => {
    expect(placeOf(path, ['name', 'rules', 'rules.0.id'])).toBe(place)
  })

  it('is not sent while a text is no value yet, and counts as changed', async () => {
    const form = await opened()
    form.parts.set('capacity', { label: 'Capacity', show: undefined, fault: 'no number' })
    expect([await form.save(), form.refusals, form.isChanged]).toEqual([false, 1, true])
    expect(office.tries).toEqual([])
  })

  it('keeps what is typed while a save runs', async () => {
    const form = await opened()
    form.values.name = 'Hill'
    const saved = form.save()
    form.values.capacity = 3
    expect(await saved).toBe(false)
    expect([form.values.capacity, form.isChanged]).toEqual([3, true])
    expect(await form.save()).toBe(true)
    expect(office.stands.values).toMatchObject({ name: 'Hill', capacity: 3 })
  })
})

describe('of two editors', () => {
  it('the second one sees both statements, and who changed what', async () => {
    const form = await opened()
    meanwhile({ capacity: 5, rules: [{ id: 1 }] })
    Object.assign(form.values, { name: 'Hill', capacity: 7 })
    expect(await form.save()).toBe(false)
    expect(form.conflict?.differences).toEqual([
      { path: 'name', theirs: 'Gate', mine: 'Hill', changedByMe: true, changedByThem: false },
      { path: 'capacity', theirs: 5, mine: 7, changedByMe: true, changedByThem: true },
      { path: 'rules', theirs: [{ id: 1 }], mine: [], changedByMe: false, changedByThem: true },
    ])
    expect(form.values).toMatchObject({ name: 'Hill', capacity: 7 })
  })

  it('the second one may take theirs', async () => {
    const form = await opened()
    meanwhile({ capacity: 5 })
    form.values.capacity = 7
    await form.save()
    form.takeTheirs()
    expect([form.values.capacity, form.conflict, form.isChanged]).toEqual([5, null, false])
    expect(office.tries).toHaveLength(1)
  })

  it('the second one may keep fields, on top of what the first one saved', async () => {
    const form = await opened()
    meanwhile({ capacity: 5, rules: [{ id: 1 }] })
    form.values.name = 'Hill'
    await form.save()
    expect(await form.keepMine(['name'])).toBe(true)
    expect(office.stands).toEqual({ version: 6, values: { name: 'Hill', capacity: 5, rules: [{ id: 1 }] } })
  })

  it('a third change meanwhile is met again, and nothing typed is lost', async () => {
    const form = await opened()
    meanwhile({ capacity: 5 })
    form.values.capacity = 7
    await form.save()
    meanwhile({ capacity: 6 })
    expect(await form.keepMine(['capacity'])).toBe(false)
    expect(form.conflict?.differences).toMatchObject([{ theirs: 6, mine: 7 }])
    expect(await form.keepMine(['capacity'])).toBe(true)
  })

  it('a save whose answer was lost is no conflict', async () => {
    const form = await opened()
    form.values.capacity = 7
    meanwhile({ capacity: 7 })
    expect(await form.save()).toBe(true)
    expect([form.conflict, form.isChanged]).toEqual([null, false])
  })
})
