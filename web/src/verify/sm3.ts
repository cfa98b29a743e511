// SM3 (GB/T 32905-2016) over a stream. No kept library digests with it piece by piece; the frame
// (padding, buffering) is that of @noble/hashes, here are only the rounds.
import { HashMD } from '@noble/hashes/_md'

const IV = Uint32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e)
const WORDS = new Uint32Array(68)
/** The constant of each round, turned as far as the round is on. */
const TURNED = Uint32Array.from({ length: 64 }, (_, round) => turn(round < 16 ? 0x79cc4519 : 0x7a879d8a, round % 32))

function turn(word: number, by: number): number {
  return ((word << by) | (word >>> (32 - by))) >>> 0
}

export class Sm3 extends HashMD<Sm3> {
  private state = IV.slice()

  constructor() {
    super(64, 32, 8, false)
  }

  protected get(): number[] {
    return [...this.state]
  }

  protected set(...words: number[]): void {
    this.state.set(words)
  }

  protected process(view: DataView, offset: number): void {
    const w = WORDS
    for (let at = 0; at < 16; at++) w[at] = view.getUint32(offset + at * 4, false)
    for (let at = 16; at < 68; at++) {
      const x = w[at - 16]! ^ w[at - 9]! ^ ((w[at - 3]! << 15) | (w[at - 3]! >>> 17))
      const p1 = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9))
      w[at] = p1 ^ ((w[at - 13]! << 7) | (w[at - 13]! >>> 25)) ^ w[at - 6]!
    }
    const s = this.state
    let a = s[0]!, b = s[1]!, c = s[2]!, d = s[3]!, e = s[4]!, f = s[5]!, g = s[6]!, h = s[7]!
    for (let round = 0; round < 64; round++) {
      const a12 = (a << 12) | (a >>> 20)
      const sum = (a12 + e + TURNED[round]!) | 0
      const ss1 = (sum << 7) | (sum >>> 25)
      const early = round < 16
      const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
      const gg = early ? e ^ f ^ g : (e & f) | (~e & g)
      const tt1 = (ff + d + (ss1 ^ a12) + (w[round]! ^ w[round + 4]!)) | 0
      const tt2 = (gg + h + ss1 + w[round]!) | 0
      d = c
      c = (b << 9) | (b >>> 23)
      b = a
      a = tt1
      h = g
      g = (f << 19) | (f >>> 13)
      f = e
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15))
    }
    this.set(a ^ s[0]!, b ^ s[1]!, c ^ s[2]!, d ^ s[3]!, e ^ s[4]!, f ^ s[5]!, g ^ s[6]!, h ^ s[7]!)
  }

  protected roundClean(): void {
    WORDS.fill(0)
  }

  destroy(): void {
    this.destroyed = true
    this.state.fill(0)
  }

  _cloneInto(to: Sm3 = new Sm3()): Sm3 {
    to.state.set(this.state)
    to.buffer.set(this.buffer)
    to.length = this.length
    to.pos = this.pos
    to.finished = this.finished
    to.destroyed = this.destroyed
    return to
  }

  clone(): Sm3 {
    return this._cloneInto()
  }
}
