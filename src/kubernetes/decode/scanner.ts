/**
 * Walks over JSON as it stands in bytes (RFC 8259, as strict as JSON.parse) without making anything of it: most bytes of
 * a Kubernetes object are of no interest here, and what is never made costs neither time nor memory.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_U = 0x75;

/** What ends the plain run of a string: 1 a quote, a backslash or a control character, 2 a byte beyond ASCII. */
const STOPS = new Uint8Array(256);
STOPS.fill(1, 0, 0x20);
STOPS[QUOTE] = 1;
STOPS[BACKSLASH] = 1;

const ESCAPES = new Uint8Array(256);
for (const name of '"\\/bfnrt') ESCAPES[name.charCodeAt(0)] = 1;

const HEX = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = 1;

/** The bytes are no JSON, or JSON of a kind that is left to JSON.parse. Never shown to anybody. */
export class NotScanned extends Error {
  override readonly name = 'NotScanned';
}

const NOTHING = Buffer.alloc(0);

/** One is made for all: its stack is never looked at. */
const FAILURE = new NotScanned('no JSON that can be scanned');

export class Scanner {
  bytes: Uint8Array = NOTHING;
  /** Next byte. */
  at = 0;
  end = 0;
  /** Of the string that was walked over last: whether it held an escape. */
  escaped = false;
  /** Nesting of what is walked over: 1 an object, 0 a list. */
  readonly #nesting: number[] = [];

  open(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  fail(): never {
    throw FAILURE;
  }

  /** The next byte that is no white space; 0, which JSON never has there, at the end. */
  peek(): number {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte > 0x20) {
        this.at = at;
        return byte;
      }
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    this.at = at;
    return 0;
  }

  expect(wanted: number): void {
    if (this.peek() !== wanted) this.fail();
    this.at += 1;
  }

  /** Nothing but white space is left. */
  expectEnd(): void {
    this.peek();
    if (this.at !== this.end) this.fail();
  }

  /** From an opening quote to behind the closing one. */
  skipString(): void {
    const { bytes, end } = this;
    let at = this.at + 1;
    let escaped = false;
    for (;;) {
      while (at < end && STOPS[bytes[at] as number] === 0) at += 1;
      if (at >= end) this.fail();
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH || at + 1 >= end) this.fail();
      escaped = true;
      const what = bytes[at + 1] as number;
      if (ESCAPES[what] === 1) at += 2;
      else if (what === LOWER_U && at + 5 < end) {
        for (let digit = at + 2; digit < at + 6; digit += 1) if (HEX[bytes[digit] as number] !== 1) this.fail();
        at += 6;
      } else this.fail();
    }
    this.escaped = escaped;
    this.at = at + 1;
  }

  /** Any value, from its first byte to behind its last one. */
  skipValue(): void {
    const nesting = this.#nesting;
    const floor = nesting.length;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) this.skipString();
      else if (byte === OPEN_BRACE) {
        this.at += 1;
        if (this.peek() !== CLOSE_BRACE) {
          nesting.push(1);
          this.#skipKey();
          continue;
        }
        this.at += 1;
      } else if (byte === OPEN_BRACKET) {
        this.at += 1;
        if (this.peek() !== CLOSE_BRACKET) {
          nesting.push(0);
          continue;
        }
        this.at += 1;
      } else this.#skipPlain(byte);
      // The value is complete, and whatever it completes with it.
      for (;;) {
        if (nesting.length === floor) return;
        const inObject = nesting[nesting.length - 1] === 1;
        const next = this.peek();
        this.at += 1;
        if (next === COMMA) {
          if (inObject) this.#skipKey();
          break;
        }
        if (next !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) this.#abandon(floor);
        nesting.pop();
      }
    }
  }

  /** Lets go of the bytes, and of what was under way when something was thrown. */
  close(): void {
    this.bytes = NOTHING;
    this.#nesting.length = 0;
  }

  #abandon(floor: number): never {
    this.#nesting.length = floor;
    this.fail();
  }

  #skipKey(): void {
    if (this.peek() !== QUOTE) this.fail();
    this.skipString();
    this.expect(COLON);
  }

  #skipPlain(byte: number): void {
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) this.#skipNumber();
    else if (byte === 0x74) this.#skipWord('true');
    else if (byte === 0x66) this.#skipWord('false');
    else if (byte === 0x6e) this.#skipWord('null');
    else this.fail();
  }

  #skipWord(word: string): void {
    const { bytes, at } = this;
    if (at + word.length > this.end) this.fail();
    for (let index = 1; index < word.length; index += 1) {
      if (bytes[at + index] !== word.charCodeAt(index)) this.fail();
    }
    this.at = at + word.length;
  }

  #skipNumber(): void {
    const { bytes } = this;
    if (bytes[this.at] === MINUS) this.at += 1;
    if (this.at < this.end && bytes[this.at] === ZERO) this.at += 1;
    else this.#skipDigits();
    if (this.at < this.end && bytes[this.at] === DOT) {
      this.at += 1;
      this.#skipDigits();
    }
    if (this.at < this.end && ((bytes[this.at] as number) | 0x20) === 0x65) {
      this.at += 1;
      if (this.at < this.end && (bytes[this.at] === PLUS || bytes[this.at] === MINUS)) this.at += 1;
      this.#skipDigits();
    }
  }

  #skipDigits(): void {
    const { bytes, end } = this;
    const from = this.at;
    let at = from;
    while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
    if (at === from) this.fail();
    this.at = at;
  }
}
