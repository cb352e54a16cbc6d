/** How the people who may sign in are listed: filters, columns, operation. */
import { listUsers, type ListUsersData, type UserState, type UserView } from '@client'
import type { Component } from 'vue'

import type { Column, Filter, ListDeclaration, Mark } from '@/lists/declaration'
import { choiceOf, extra, NONE, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import { findRoles } from '../roles/all_roles'
import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Query = Omit<NonNullable<ListUsersData['query']>, 'after' | 'limit'>
export type Standing = 'disabled' | 'must_change' | 'active'

const STATES = ['active', 'disabled'] as const satisfies readonly UserState[]
const MARKS: Record<Standing, Mark> = { active: 'ok', must_change: 'attention', disabled: 'off' }
const MOST_TEXT = 80

/** Return whether a person can sign in now, and whether an own password is still to be set. */
export function standingOf({ is_disabled, must_change_password }: UserView): Standing {
  if (is_disabled) return 'disabled'
  return must_change_password ? 'must_change' : 'active'
}

function filters(say: Say): Filter[] {
  return [
    { kind: 'text', key: 'text', label: () => say('text'), most: MOST_TEXT },
    { kind: 'named', key: 'role_id', label: () => say('role'), find: findRoles },
    choiceOf(
      'state',
      () => say('state'),
      STATES,
      (state) => say(`states.${state}`),
    ),
  ]
}

/** Return the columns; `say` puts their words. */
export function personColumns(say: Say, { channelOf }: RecordParts): Column<UserView, unknown>[] {
  return [
    { key: 'name', label: () => say('name'), text: ({ name }) => name },
    textColumn(
      'full_name',
      () => say('full_name'),
      ({ full_name }) => full_name || null,
    ),
    {
      key: 'roles',
      label: () => say('roles'),
      text: ({ roles }) => (roles.length === 0 ? say('no_role') : roles.map(({ name }) => name).join(' · ')),
    },
    {
      key: 'state',
      label: () => say('state'),
      text: (row) => say(`standings.${standingOf(row)}`),
      mark: (row) => MARKS[standingOf(row)],
    },
    timeColumn(
      'signed_in_at',
      () => say('signed_in_at'),
      ({ signed_in_at }) => signed_in_at,
    ),
    { key: 'channel', label: () => say('channel'), text: ({ channel }) => channelOf(channel) },
    extra({ key: 'number', label: () => say('number'), isNumber: true, text: ({ user_id }) => String(user_id) }),
    extra({ key: 'totp', label: () => say('totp'), text: ({ has_totp }) => say(has_totp ? 'totp_on' : 'totp_off') }),
    extra(
      timeColumn(
        'created_at',
        () => say('created_at'),
        ({ created_at }) => created_at,
      ),
    ),
    extra({ key: 'agent', label: () => say('agent'), text: ({ agent }) => agent?.name ?? NONE }),
  ]
}

/** Return the list; `drawer` shows one person. */
export function peopleList(say: Say, parts: RecordParts, drawer: Component): ListDeclaration<UserView, Query, unknown, never> {
  return {
    key: 'users',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: filters(say),
    columns: personColumns(say, parts),
    isOfSite: false,
    sorts: [],
    rowKey: ({ user_id }) => String(user_id),
    list: (asked) => listUsers(asked),
    drawer,
  }
}
