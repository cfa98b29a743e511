// The language of the page: Chinese first, English second, remembered on this device.

import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

export type Language = 'zh-CN' | 'en'

const KEY = 'assize.language'

function remembered(): Language {
  return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

/** The language in use. */
export function language(): Language {
  return i18n.global.locale.value as Language
}

/** Changes the language and remembers it. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
}

document.documentElement.lang = language()
