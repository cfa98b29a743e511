// What was handed in: a folder or a tar file, as files by their path.

/** Files by path; nothing of them is read before it is asked for. */
export type Files = Map<string, Blob>

const BLOCK = 512
/** Far above any package that is made. */
const FILES_MAX = 200_000

/** Reads bytes of a file. */
export async function bytesAt(file: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, to).arrayBuffer())
}

/** The files of a tar file (POSIX ustar); nothing when it is none, or ends before its end. */
export async function untar(tar: Blob): Promise<Files | null> {
  const files: Files = new Map()
  let at = 0
  while (at + BLOCK <= tar.size && files.size < FILES_MAX) {
    const header = await bytesAt(tar, at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return files.size > 0 ? files : null
    const size = octal(header.subarray(124, 136))
    if (!hasSum(header) || size === null) return null
    at += BLOCK
    if (at + size > tar.size) return null
    const [name, prefix] = [text(header.subarray(0, 100)), text(header.subarray(345, 500))]
    // '0' and NUL are plain files; folders and the rest carry nothing of a package.
    if (header[156] === 0 || header[156] === 0x30) files.set(prefix === '' ? name : `${prefix}/${name}`, tar.slice(at, at + size))
    at += Math.ceil(size / BLOCK) * BLOCK
  }
  return null
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

function octal(field: Uint8Array): number | null {
  const digits = text(field).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null
}

function hasSum(header: Uint8Array): boolean {
  const sum = header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  return octal(header.subarray(148, 156)) === sum
}

/** Takes off the folders that all files lie in, down to the package or the hearing's folder. */
export function rooted(files: Files): Files {
  for (const mark of ['bagit.txt', 'manifest-sha256.txt', 'manifest-sm3.txt', 'ledger.jsonl', 'seal.json']) {
    const found = [...files.keys()].filter((path) => path === mark || path.endsWith(`/${mark}`))
    const shortest = found.sort((one, other) => one.length - other.length)[0]
    if (shortest === undefined) continue
    const root = shortest.slice(0, shortest.length - mark.length)
    return new Map([...files].filter(([path]) => path.startsWith(root)).map(([path, file]) => [path.slice(root.length), file]))
  }
  return files
}

/** Every file of what was dropped, folders walked through. */
export async function dropped(items: DataTransferItemList): Promise<Files> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const files: Files = new Map()
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (files.size >= FILES_MAX) return
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))
      files.set(entry.fullPath.replace(/^\//, ''), file)
      return
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader()
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed))
      if (some.length === 0) return
      for (const each of some) await walk(each)
    }
  }
  for (const entry of entries) await walk(entry)
  return files
}
