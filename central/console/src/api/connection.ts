/**
 * The one way from the pages to central.
 *
 * Laws: a request that was refused for a missing sign-in or proof had no effect, so it is repeated after the person gave it, and
 * nothing typed is lost; it is repeated once at most. What only central's absence explains is `Unreachable`.
 */
import { refusalIn, Refused, Unreachable } from './problem'

/** What the connection must know of the session and of the person; the assembly (`main.ts`) gives it. */
export interface Surroundings {
  /** Learn central's time from an answer. */
  hearDate(date: string | null, askedAtMs: number): void
  language(): string
  csrfToken(): string | null
  /** Ask the same person to sign in again; false where they will not. */
  signInAgain(): Promise<boolean>
  /** Ask for the password once more; false where the person will not. */
  prove(): Promise<boolean>
}

type Fetch = (request: Request) => Promise<Response>

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const SIGN_IN = '/api/v1/session'

/** Return the `fetch` that the generated client uses. */
export function connection(surroundings: Surroundings, send: Fetch = (request) => globalThis.fetch(request)): Fetch {
  async function once(request: Request): Promise<Response> {
    const headers = new Headers(request.headers)
    headers.set('Accept-Language', surroundings.language())
    const token = surroundings.csrfToken()
    if (token !== null && !SAFE.has(request.method)) headers.set('X-CSRF-Token', token)
    const askedAtMs = Date.now()
    let response: Response
    try {
      response = await send(new Request(request, { headers }))
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error
      throw new Unreachable('no answer came', { cause: error })
    }
    surroundings.hearDate(response.headers.get('Date'), askedAtMs)
    if (response.ok) return response
    throw (await refusalIn(response)) ?? new Unreachable(`an answer of status ${response.status} came, which is not central's`)
  }

  async function mended(refused: Refused, request: Request): Promise<boolean> {
    if (refused.code === 'sign_in_required' && new URL(request.url).pathname !== SIGN_IN) return surroundings.signInAgain()
    if (refused.code === 'proof_required') return surroundings.prove()
    return false
  }

  return async (request) => {
    try {
      return await once(request.clone())
    } catch (error) {
      if (error instanceof Refused && (await mended(error, request))) return once(request)
      throw error
    }
  }
}
