// The join code as people type it and as it travels.

/** Digits of a join code (`model::limits::JOIN_CODE_DIGITS`). */
export const CODE_DIGITS = 8

/** The digits in what was typed, at most eight; full-width digits of Chinese input methods count. */
export function digitsOf(typed: string): string {
  const narrow = typed.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
  return narrow.replace(/\D/g, '').slice(0, CODE_DIGITS)
}

/** As it is shown: `1234 5678`. */
export function spaced(digits: string): string {
  return digits.length > 4 ? `${digits.slice(0, 4)} ${digits.slice(4)}` : digits
}

/** The code in the part of an address after `#`, if a whole one is there. */
export function codeInHash(hash: string): string | undefined {
  const digits = digitsOf(decodeURIComponent(hash.replace(/^#/, '')))
  return digits.length === CODE_DIGITS ? digits : undefined
}
