/**
 * Which page of the browser holds the stream: the one that has the lock. When it goes, the next one in line has it.
 *
 * Laws: one page leads at a time; a page whose lock was taken away stops at once, and stands in line again.
 */

/** Do what the leader does, until the signal. */
export type Task = (signal: AbortSignal) => Promise<void>

export class Leadership {
  #waiting = new AbortController()
  #isSeizing = false
  #isLeading = false

  constructor(
    private readonly locks: LockManager,
    private readonly name: string,
    private readonly task: Task,
  ) {}

  get isLeading(): boolean {
    return this.#isLeading
  }

  /** Take the lead away from a page that hangs. */
  seize(): void {
    this.#isSeizing = true
    this.#waiting.abort()
  }

  async run(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      this.#waiting = new AbortController()
      const options = this.#isSeizing ? { steal: true } : { signal: AbortSignal.any([ended, this.#waiting.signal]) }
      this.#isSeizing = false
      const over = new AbortController()
      try {
        await this.locks.request(this.name, options, () => this.#lead(AbortSignal.any([ended, over.signal])))
      } catch (error) {
        // The lock was taken away, or it was not waited for any longer.
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
      } finally {
        over.abort()
        this.#isLeading = false
      }
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#isLeading = true
    await this.task(signal)
  }
}
