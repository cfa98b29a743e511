// What the page says, Chinese first, English second.
import { ROLE_NAME } from '../protocol'
import type { Finding, Report } from './check'

type Values = Finding['values']
type Sentence = (v: Values) => [string, string]

const two = (n: number): string => String(n).padStart(2, '0')

/** A moment in Beijing time, whatever this computer's clock is set to. */
export function moment(at: number | string | undefined | null): string {
  const date = new Date(Number(at) + 8 * 3_600_000)
  if (at === undefined || at === null || Number.isNaN(date.getTime())) return '—'
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

function elapsed(ms: number | string | undefined): string {
  const seconds = Math.floor(Number(ms) / 1000)
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(Number(ms) % 1000).padStart(3, '0')}`
}

/** Which moments a finding touches. */
function times(v: Values): [string, string] {
  if (v['spanFrom'] === undefined) return ['', '']
  const [from, to, at, until] = [elapsed(v['mediaFrom']), elapsed(v['mediaTo']), moment(v['spanFrom']), moment(v['spanTo'])]
  return [`。涉及录制时间 ${from} 至 ${to}（北京时间 ${at} 至 ${until}）`, `; media time ${from} to ${to}`]
}

const SENTENCES: Record<string, Sentence> = {
  missingLedger: () => ['缺少账本文件 ledger.jsonl，无法核对其余文件', 'The ledger, ledger.jsonl, is missing'],
  emptyLedger: () => ['账本中没有任何条目', 'The ledger has no entry'],
  unfinished: (v) => [`账本末尾有 ${v['bytes']} 字节不成条目（第 ${v['n']} 条不完整）`, `The ledger ends with ${v['bytes']} bytes of an unfinished entry ${v['n']}`],
  notSealed: (v) => [`账本共 ${v['n']} 条，没有封存条目：庭审未结束，或账本末尾被截去`, `The ledger's ${v['n']} entries end without the seal's: not closed, or its end was cut off`],
  lineForm: (v) => [`账本第 ${v['n']} 条无法读取，已被改动`, `Entry ${v['n']} of the ledger cannot be read: it was changed`],
  lineMissing: (v) => [`账本第 ${v['n']} 条至第 ${v['last']} 条被删除或移走（此处是第 ${v['says']} 条）`, `Entries ${v['n']} to ${v['last']} were taken out of the ledger`],
  lineMoved: (v) => [`账本应为第 ${v['n']} 条的位置是第 ${v['says']} 条：条目被插入或调换`, `Where entry ${v['n']} belongs stands entry ${v['says']}: put in or moved`],
  lineChain: (v) => [`账本第 ${v['before']} 条与第 ${v['n']} 条不衔接：第 ${v['before']} 条的内容被改动`, `Entry ${v['n']} does not follow entry ${v['before']}: entry ${v['before']} was changed`],
  behindSeal: (v) => [`账本第 ${v['n']} 条写在封存条目之后`, `Entry ${v['n']} stands behind the seal`],
  lineFirst: (v) => [`账本第 ${v['n']} 条：开头条目不在开头，或出现两次`, `Entry ${v['n']}: a ledger begins with its opening and only once`],
  beginsTwice: (v) => [`账本第 ${v['n']} 条：分段 ${v['file']} 重复开始`, `Entry ${v['n']}: ${v['file']} begins twice`],
  neverBegun: (v) => [`账本第 ${v['n']} 条：分段 ${v['file']} 没有开始条目`, `Entry ${v['n']}: ${v['file']} was never begun`],
  pieceCount: (v) => [`账本第 ${v['n']} 条：分段 ${v['file']} 应有 ${v['says']} 块，实有 ${v['has']} 块`, `Entry ${v['n']}: ${v['file']} has ${v['has']} pieces, not ${v['says']}`],
  goesOn: (v) => [`账本第 ${v['n']} 条：分段 ${v['file']} 的数据块次序不对（字节 ${v['offset']}）`, `Entry ${v['n']}: ${v['file']} does not go on at byte ${v['offset']}`],
  counts: (v) => [`账本第 ${v['n']} 条：封存时的总数与账本不符`, `Entry ${v['n']}: its totals do not agree with the ledger`],
  missingSeal: () => ['缺少封存文件 seal.json', 'The seal, seal.json, is missing'],
  sealForm: () => ['封存文件 seal.json 无法读取，已被改动', 'seal.json cannot be read: it was changed'],
  cutLedger: (v) => [`账本末尾被截去：封存时共 ${v['says']} 条，现仅 ${v['has']} 条`, `The ledger's end was cut off: ${v['says']} entries were sealed, ${v['has']} are there`],
  sealHead: (v) => [`账本最后一条（第 ${v['n']} 条）不是封存时的那一条：账本被改动`, `The ledger's last entry, ${v['n']}, is not the one that was sealed`],
  sealOther: () => ['封存文件 seal.json 与账本不符，已被改动', 'seal.json does not agree with the ledger'],
  signsNothing: () => ['有签名文件 seal.sig.json，却没有它所签的封存文件', 'There is a signature but no seal that it signs'],
  signatureForm: () => ['签名文件 seal.sig.json 无法读取，已被改动', 'seal.sig.json cannot be read: it was changed'],
  signatureWrong: () => ['签名不是对这份封存文件所作：seal.json 或 seal.sig.json 被改动', 'The signature is not of this seal: seal.json or seal.sig.json was changed'],
  confirmsNothing: () => ['有校验值确认记录，却没有封存文件', 'There are confirmations but no seal'],
  confirmationWrong: (v) => [`校验值确认记录第 ${Number(v['n']) + 1} 行被改动、删除或调换`, `Line ${Number(v['n']) + 1} of the confirmations was changed, taken out or moved`],
  confirmationUnfinished: (v) => [`校验值确认记录第 ${Number(v['n']) + 1} 行不完整`, `Line ${Number(v['n']) + 1} of the confirmations is unfinished`],
  actWrong: (v) => [`笔录核对记录 transcript.jsonl 第 ${Number(v['n']) + 1} 行被改动、删除或调换`, `Line ${Number(v['n']) + 1} of transcript.jsonl was changed, taken out or moved`],
  actUnfinished: (v) => [`笔录核对记录 transcript.jsonl 第 ${Number(v['n']) + 1} 行不完整`, `Line ${Number(v['n']) + 1} of transcript.jsonl is unfinished`],
  versionWrong: (v) => [`笔录 ${v['file']} 不是固定、签名时的文字：被改动或者缺失`, `The transcript ${v['file']} is not the text that was frozen and signed, or is missing`],
  signFileWrong: (v) => [`笔录签名所附文件 ${v['file']}（核对记录第 ${Number(v['n']) + 1} 行所载）被改动或者缺失`, `The file ${v['file']} of a signature (line ${Number(v['n']) + 1} of the review) was changed or is missing`],
  missingSegment: (v) => [`缺少录制分段 ${v['file']}（账本第 ${v['n']} 条所载）${times(v)[0]}`, `The segment ${v['file']} is missing (entry ${v['n']})${times(v)[1]}`],
  cutSegment: (v) => [`录制分段 ${v['file']} 末尾被截去：应有 ${v['attested']} 字节，现有 ${v['has']} 字节${times(v)[0]}`, `The end of ${v['file']} was cut off: ${v['has']} of ${v['attested']} bytes${times(v)[1]}`],
  changedHead: (v) => [`录制分段 ${v['file']} 的文件头被改动（字节 ${v['from']} 至 ${v['to']}）`, `The head of ${v['file']} was changed (bytes ${v['from']} to ${v['to']})`],
  changedPiece: (v) => [`录制分段 ${v['file']} 第 ${v['piece']} 块被改动（字节 ${v['from']} 至 ${v['to']}，账本第 ${v['n']} 条）${times(v)[0]}`, `Piece ${v['piece']} of ${v['file']} was changed (bytes ${v['from']} to ${v['to']}, entry ${v['n']})${times(v)[1]}`],
  otherSegment: (v) => [`录制分段 ${v['file']} 的内容其实是 ${v['other']}：文件被调换${times(v)[0]}`, `${v['file']} holds the bytes of ${v['other']}: files were swapped${times(v)[1]}`],
  replacedSegment: (v) => [`录制分段 ${v['file']} 整个被替换${times(v)[0]}`, `${v['file']} was replaced as a whole${times(v)[1]}`],
  longSegment: (v) => [`录制分段 ${v['file']} 末尾多出 ${v['bytes']} 字节`, `${v['file']} has ${v['bytes']} bytes more than were recorded`],
  notSealedFile: (v) => [`录制分段 ${v['file']} 不是封存时的文件（账本第 ${v['n']} 条）`, `${v['file']} is not the file entry ${v['n']} sealed`],
  tornOther: (v) => [`保留的残片 ${v['file']} 缺失或被改动（账本第 ${v['n']} 条）`, `The torn end ${v['file']} is missing or was changed (entry ${v['n']})`],
  unnamed: (v) => [`文件 ${v['file']} 不在账本中：是后来加入的`, `No entry names the file ${v['file']}`],
  declaration: () => ['缺少 bagit.txt，或其内容被改动', 'bagit.txt is missing or was changed'],
  missingManifest: (v) => [`缺少清单 ${v['file']}`, `The list ${v['file']} is missing`],
  manifestLine: (v) => [`清单 ${v['file']} 第 ${v['line']} 行被改动`, `Line ${v['line']} of ${v['file']} was changed`],
  listedMissing: (v) => [`清单所列文件 ${v['file']} 缺失`, `The listed file ${v['file']} is missing`],
  listedOther: (v) => [`文件 ${v['file']} 与清单不符（${v['which']}）`, `${v['file']} is not the file that is listed (${String(v['which']).replace('、', ', ')})`],
  unlisted: (v) => [`文件 ${v['file']} 不在清单中：是后来加入的`, `The lists do not name the file ${v['file']}`],
  more: (v) => [`另有 ${v['count']} 处问题未列出`, `and ${v['count']} more`],
  noSeal: () => ['卷宗尚未封存，只能核对到目前为止的内容', 'The record is not sealed yet'],
  unsigned: () => ['没有法院签名：封存时未签名，或签名被拿走。请向法院核对校验值', 'There is no signature of the court: none was made, or it was taken away'],
  stampsNothing: () => ['有时间戳 seal.tsr，却没有封存文件', 'There is a time-stamp but no seal'],
  stampForm: () => ['时间戳 seal.tsr 无法读取，已被改动', 'The time-stamp, seal.tsr, cannot be read: it was changed'],
  stampRefused: () => ['时间戳 seal.tsr 是时间戳机构的拒绝答复', 'seal.tsr is a refusal of the time-stamp authority'],
  stampOther: () => ['时间戳 seal.tsr 不是对这份封存文件所作：seal.json 或 seal.tsr 被改动、调换', 'The time-stamp is not of this seal: seal.json or seal.tsr was changed or swapped'],
  stampSignature: () => ['时间戳 seal.tsr 的签名无效：内容、签名或证书被改动', 'The signature of the time-stamp does not hold: its content, signature or certificate was changed'],
  stampUnknown: () => ['时间戳 seal.tsr 是对这份封存文件所作，但未附证书或使用了本页不认识的算法，其签名未核验。可用命令核验：openssl ts -verify -data seal.json -in seal.tsr -CAfile <时间戳机构证书>', 'The time-stamp is of this seal; it carries no certificate or uses an algorithm unknown to this page, so its signature was not checked: use openssl ts -verify'],
}

/** A finding in both languages. */
export function sentence({ code, values }: Finding): [string, string] {
  return SENTENCES[code]?.(values) ?? [code, code]
}

/** Codes that have words; the test holds them against those the check uses. */
export const CODES = Object.keys(SENTENCES)

/** What a role is called, out of the server's one table; a role this page does not know stays as it is. */
export function roleName(role: string): string {
  return Object.entries(ROLE_NAME).find(([known]) => known === role)?.[1].zh ?? role
}

/** The one sentence at the top. */
export function headline(report: Report): [string, string] {
  const n = report.findings.length
  if (n > 0) return [`发现 ${n} 处问题，此卷宗与当时录制、封存的不一致`, `${n} findings: this record is not what was recorded and sealed`]
  if (report.value === null) return ['目前未发现改动；卷宗尚未封存', 'Nothing was found changed so far; the record is not sealed']
  return ['完整：未发现任何改动', 'Intact: nothing was found changed']
}
