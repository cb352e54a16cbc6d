/** What a request can come back with beside its answer: a refusal in central's own words, or no answer at all. */
import type { Problem } from '@client'

export type ProblemCode = Problem['code']
export interface FieldFault {
  field: string
  message: string
}

/** Central answered, and refused. Its texts are for people, in the language that the request asked for. */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor(
    readonly problem: Problem,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail)
  }

  get code(): ProblemCode {
    return this.problem.code
  }

  /** The faults of fields, to stand beside them. */
  get fields(): readonly FieldFault[] {
    return this.problem.errors ?? []
  }

  /** The id by which staff find the request in the log. */
  get requestId(): string {
    return this.problem.instance.replace('urn:paifang:request:', '')
  }
}

/** No answer came: central, the network or the computer's connection is away. Whether the request had its effect is unknown. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** Return the refusal that an answer holds; null where it is none of central's (a proxy's page, a broken body). */
export async function refusalIn(response: Response): Promise<Refused | null> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return null
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  return new Refused((await response.json()) as Problem, Number.isNaN(seconds) ? null : seconds)
}
