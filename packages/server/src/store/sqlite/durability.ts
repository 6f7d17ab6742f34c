/** Where commits go before they are durable. */
export interface Disk {
  /** Brings everything that was committed before it is called to the disk. */
  sync(): Promise<void>;
  /** Does the same without trusting what a sync says: after one has failed, the next may call durable what was lost. */
  rewrite(): Promise<void>;
}

/**
 * Which commits are on the disk. One sync runs at a time, beside the event loop, and whatever is committed while it runs waits for the
 * next one: so as many writes share a sync as arrive while the disk is busy.
 *
 * A sync that fails leaves it unknown what the disk has. Everybody who waits is refused then, and so is everybody after them until
 * everything has been written anew.
 */
export class Durability {
  readonly #disk: Disk;
  /** Whether something was committed that no sync was begun for. */
  #dirty = false;
  #failed = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Notes that something was committed. */
  committed(): void {
    this.#dirty = true;
  }

  /** Settles when everything that is committed now is durable; nothing when it is already. */
  settle(): Promise<void> | undefined {
    if (!this.#dirty) return this.#running;
    if (this.#running === undefined) return this.#run();
    this.#next ??= this.#running.then(this.#run, this.#run);
    return this.#next;
  }

  readonly #run = async (): Promise<void> => {
    this.#dirty = false;
    const running = this.#failed ? this.#disk.rewrite() : this.#disk.sync();
    this.#running = running;
    this.#next = undefined;
    try {
      await running;
      this.#failed = false;
    } catch (error) {
      this.#failed = true;
      this.#dirty = true;
      throw error;
    } finally {
      this.#running = undefined;
    }
  };
}
