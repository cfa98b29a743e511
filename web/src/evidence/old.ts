// What the PDF library takes for granted and browsers of 2020 (Chromium 87) do not have. Loaded
// before it, in the page and in its worker. What is not here: anything our own code needs.

interface Indexed { length: number; [index: number]: unknown }

function at(this: Indexed, index: number): unknown {
  const whole = Math.trunc(index) || 0
  return this[whole < 0 ? this.length + whole : whole]
}

const bytes = Object.getPrototypeOf(Uint8Array) as { prototype: object }
for (const prototype of [Array.prototype, String.prototype, bytes.prototype] as object[]) {
  if (!('at' in prototype)) Object.defineProperty(prototype, 'at', { value: at, writable: true, configurable: true })
}

if (!('hasOwn' in Object)) {
  Object.defineProperty(Object, 'hasOwn', {
    value: (object: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(object, key),
    writable: true,
    configurable: true,
  })
}

export {}
