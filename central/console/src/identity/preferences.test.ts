/** Saved views of a person. */
import { changePreferences, readPreferences } from '@client'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { Refused } from '@/api/problem'

import { prefer, preferences, withoutView, withView } from './preferences'

vi.mock('@client', () => ({ readPreferences: vi.fn(), changePreferences: vi.fn() }))

const view = (name: string, filter = '', key = 'orders') => ({ list_key: key, name, filter, columns: null })

describe('views', () => {
  it('have one of each name in a list', () => {
    const views = [view('a', 'x=1'), view('a', '', 'refunds')]
    expect(withView(views, view('a', 'x=2'))).toEqual([view('a', 'x=2'), view('a', '', 'refunds')])
    expect(withView(views, view('b'))).toHaveLength(3)
    expect(withoutView(views, 'orders', 'a')).toEqual([view('a', '', 'refunds')])
  })
})

describe('a change that another window overtook', () => {
  beforeEach(() => (preferences.value = { version: 1, views: [], default_site: null } as never))

  it('is made again on what stands there now', async () => {
    const change = vi.mocked(changePreferences) as unknown as ReturnType<typeof vi.fn>
    const read = vi.mocked(readPreferences) as unknown as ReturnType<typeof vi.fn>
    change
      .mockRejectedValueOnce(new Refused({ code: 'version_conflict' } as never))
      .mockResolvedValueOnce({ data: { version: 3 } })
    read.mockResolvedValueOnce({ data: { version: 2, views: [view('theirs')], default_site: { id: 7, name: '' } } })
    await prefer((now) => ({ views: withView(now.views, view('ours')) }))
    expect(change).toHaveBeenLastCalledWith({
      body: expect.objectContaining({ version: 2, default_site_id: 7, views: [view('theirs'), view('ours')] }) as unknown,
    })
    expect(preferences.value).toEqual({ version: 3 })
  })
})
