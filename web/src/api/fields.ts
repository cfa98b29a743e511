// Which field a problem of a form is about, in words: `people.2.phone` is the third person's telephone.

/**
 * The words before a problem, with a colon; empty if nothing is known of the field. `word` names one
 * part of a form, `person` whoever stands at this place of its people.
 */
export function fieldWords(field: string, word: (part: string) => string | undefined, person: (place: number) => string | undefined = () => undefined): string {
  const parts = field.split('.')
  const who = parts[0] === 'people' && parts.length > 1 ? person(Number(parts[1])) : undefined
  const what = [...parts].reverse().map(word).find((each) => each !== undefined)
  const said = who !== undefined && (parts.length > 2 ? `${who}　${what ?? ''}` : who)
  const words = (said || what) ?? ''
  return words.trim() === '' ? '' : `${words.trim()}：`
}
