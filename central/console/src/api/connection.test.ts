/** What the connection adds to each request, and when it asks the person. */
import { beforeEach, describe, expect, it } from 'vitest'

import { connection } from './connection'
import { Refused, Unreachable } from './problem'

const asked: string[] = []
const sent: Request[] = []
const willing = { signIn: true, prove: true }

function problem(code: string, status: number): Response {
  const body = { type: 'about:blank', title: code, status, code, detail: `${code}.`, instance: 'urn:paifang:request:00ff' }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '7' },
  })
}

const heard: (string | null)[] = []

function answering(...answers: (Response | Error | DOMException)[]) {
  return connection(
    {
      hearDate: (date) => heard.push(date),
      language: () => 'zh-CN',
      csrfToken: () => 'the-token',
      signInAgain: () => (asked.push('sign in'), Promise.resolve(willing.signIn)),
      prove: () => (asked.push('prove'), Promise.resolve(willing.prove)),
    },
    (request) => {
      sent.push(request)
      const next = answers.shift() ?? new Response('{}')
      return next instanceof Response ? Promise.resolve(next) : Promise.reject(next as Error)
    },
  )
}

const to = (path: string, init?: RequestInit) => new Request(`https://central.example${path}`, init)
const post = () => to('/api/v1/refunds', { method: 'POST', body: '{"a":1}', headers: { 'Idempotency-Key': 'one-intention' } })

beforeEach(() => {
  asked.length = sent.length = 0
  willing.signIn = willing.prove = true
})

describe('each request', () => {
  it('says the language, and the token where it changes something', async () => {
    const send = answering()
    await send(to('/api/v1/orders'))
    await send(post())
    expect(sent.map((request) => request.headers.get('Accept-Language'))).toEqual(['zh-CN', 'zh-CN'])
    expect(sent.map((request) => request.headers.get('X-CSRF-Token'))).toEqual([null, 'the-token'])
  })

  it.each([
    ['proof_required', 403, 'prove'],
    ['sign_in_required', 401, 'sign in'],
  ])('is repeated as it was after the person gave what %s wants', async (code, status, question) => {
    const answer = await answering(problem(code, status), new Response('{"done":true}'))(post())
    expect(await answer.json()).toEqual({ done: true })
    expect(asked).toEqual([question])
    expect(sent).toHaveLength(2)
    expect(await sent[1]?.text()).toBe('{"a":1}')
    expect(sent[1]?.headers.get('Idempotency-Key')).toBe('one-intention')
  })

  it('is refused where the person will not', async () => {
    willing.prove = false
    await expect(answering(problem('proof_required', 403))(post())).rejects.toMatchObject({ code: 'proof_required' })
    expect(sent).toHaveLength(1)
  })

  it('is repeated once at most', async () => {
    const send = answering(problem('proof_required', 403), problem('proof_required', 403))
    await expect(send(post())).rejects.toBeInstanceOf(Refused)
    expect(sent).toHaveLength(2)
  })

  it('asks for no sign-in where it is the question who is signed in', async () => {
    await expect(answering(problem('sign_in_required', 401))(to('/api/v1/session'))).rejects.toBeInstanceOf(Refused)
    expect(asked).toEqual([])
  })
})

describe('what comes back', () => {
  it('is a refusal with its request and its seconds', async () => {
    const refused = await answering(problem('sign_in_delayed', 429))(to('/api/v1/session')).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'sign_in_delayed',
      retryAfterSeconds: 7,
      requestId: '00ff',
      message: 'sign_in_delayed.',
    })
  })

  it.each([[new TypeError('Failed to fetch')], [new Response('<html>Bad gateway</html>', { status: 502 })]])(
    'is no answer of central: %s',
    async (answer) => {
      await expect(answering(answer)(to('/api/v1/orders'))).rejects.toBeInstanceOf(Unreachable)
    },
  )

  it('is an end that the page itself wanted', async () => {
    const ended = new DOMException('', 'AbortError')
    await expect(answering(ended)(to('/api/v1/orders'))).rejects.toBe(ended)
  })

  it('learns the time of central from what it answers, a refusal too', async () => {
    const said = new Response('{}', { headers: { Date: 'Sun, 10 May 2026 02:00:00 GMT' } })
    const fetch = answering(said, problem('not_found', 404))
    heard.length = 0
    await fetch(to('/api/v1/sites'))
    await expect(fetch(to('/api/v1/sites/9'))).rejects.toThrow()
    expect(heard).toEqual(['Sun, 10 May 2026 02:00:00 GMT', null])
  })
})
