/** Memory that requests may hold together: reserved before bytes are kept, given back when the answer is out. */
export class Budget {
  readonly #maxBytes: number;
  readonly #maxRequests: number;
  #bytes = 0;
  #requests = 0;

  constructor(maxBytes: number, maxRequests: number) {
    this.#maxBytes = maxBytes;
    this.#maxRequests = maxRequests;
  }

  /** A share for one request, empty yet; null where too many wait already. */
  enter(): Share | null {
    if (this.#requests >= this.#maxRequests) return null;
    this.#requests += 1;
    let held = 0;
    let left = false;
    return {
      grow: (bytes) => {
        // Alone, a request may hold what it is allowed to hold at all: else it would be refused for ever.
        const others = this.#bytes - held;
        if (others > 0 && this.#bytes + bytes > this.#maxBytes) return false;
        this.#bytes += bytes;
        held += bytes;
        return true;
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#bytes -= held;
        this.#requests -= 1;
      },
    };
  }

  get bytes(): number {
    return this.#bytes;
  }

  get requests(): number {
    return this.#requests;
  }
}

export interface Share {
  /** False where the budget is spent: the request must be refused. */
  grow(bytes: number): boolean;
  leave(): void;
}
