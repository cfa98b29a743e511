// The page: takes a folder or a package, checks it here, says what it found. It asks no network
// for anything; its own policy forbids it.
import { check } from './check'
import type { Report } from './check'
import { groups } from './digests'
import { dropped, untar } from './package'
import type { Files } from './package'
import { headline, moment, roleName, sentence } from './words'
import './verify.css'

const REDRAW_MS = 100

const find = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no ${id}`)
  return found as T
}

function add(parent: HTMLElement, tag: string, text = '', name = ''): HTMLElement {
  const made = document.createElement(tag)
  made.textContent = text
  if (name !== '') made.className = name
  parent.append(made)
  return made
}

function both(parent: HTMLElement, tag: string, [zh, en]: [string, string]): HTMLElement {
  const made = add(parent, tag)
  add(made, 'span', zh)
  add(made, 'small', en).lang = 'en'
  return made
}

function show(report: Report): void {
  const result = find('result')
  result.replaceChildren()
  const bad = report.findings.length > 0
  result.dataset['state'] = bad ? 'bad' : report.value === null ? 'open' : 'good'
  both(result, 'h2', headline(report))
  if (bad) {
    const list = add(result, 'ol', '', 'findings')
    for (const finding of report.findings) both(list, 'li', sentence(finding)).dataset['code'] = finding.code
  }
  facts(result, report)
  if (report.confirmed.length > 0) {
    both(result, 'h3', ['已确认校验值的当事人', 'Parties who confirmed the check value'])
    const list = add(result, 'ul')
    for (const { name, role, at } of report.confirmed) add(list, 'li', `${roleName(role)} ${name} ${moment(at)}`)
  }
  if (report.remarks.length > 0) {
    both(result, 'h3', ['请注意', 'Please note'])
    const list = add(result, 'ul')
    for (const remark of report.remarks) both(list, 'li', sentence(remark)).dataset['code'] = remark.code
  }
  result.hidden = false
  result.focus()
}

function facts(result: HTMLElement, report: Report): void {
  const list = add(result, 'dl')
  const line = (zh: string, en: string, value: string): HTMLElement => {
    both(list, 'dt', [zh, en])
    return add(list, 'dd', value)
  }
  line('法院', 'Court', report.court)
  line('案号', 'Case', report.caseNumber)
  line('开庭', 'Opened', moment(report.openedAt))
  line('闭庭', 'Closed', moment(report.closedAt))
  line('内容', 'Content', `账本 ${report.entries} 条，录制分段 ${report.segments} 个，${(report.bytes / 1e6).toFixed(1)} MB`)
  if (report.value !== null) {
    const value = line('完整性校验值', 'Check value (SHA-256 of seal.json)', '')
    value.id = 'value'
    value.dataset['value'] = report.value.sha256
    for (const group of groups(report.value.sha256)) add(value, 'code', group)
    line('国密校验值', 'The same by SM3', report.value.sm3)
  }
  if (report.signature !== null) {
    line('法院签名', 'Signed', report.signature.algorithm === 'sm2' ? 'SM2（SM3）有效' : 'Ed25519 有效').id = 'signed'
    const key = line('签名公钥指纹', 'Fingerprint of the key', '')
    key.dataset['fingerprint'] = report.signature.fingerprint
    for (const group of groups(report.signature.fingerprint)) add(key, 'code', group)
    both(list, 'dt', ['', ''])
    both(list, 'dd', ['请与法院公布的指纹逐组核对：指纹一致，才能说明签名出自该法院。', 'Compare it with the fingerprint the court publishes.'])
  }
  if (report.stamp !== null) {
    const { at, imprint, authority, fingerprint } = report.stamp
    line('可信时间戳', 'Time-stamp (RFC 3161)', `${moment(at)}（${imprint}，签名有效）`).id = 'stamped'
    line('时间戳机构', 'By', authority).id = 'stamper'
    const key = line('机构证书指纹', 'Fingerprint of its certificate', '')
    for (const group of groups(fingerprint)) add(key, 'code', group)
    both(list, 'dt', ['', ''])
    both(list, 'dd', ['请与该时间戳机构公布的证书核对：证书一致，才能说明时间出自该机构。', 'Compare it with the certificate the authority publishes.'])
  }
}

const NO_RECORD = '无法读取：请选择一个卷宗文件夹，或以 .tar 结尾的完整卷宗包。Not a folder of a record, and not a whole package.'

/** Why files are not those of one hearing; empty when they may be. */
function whyNot(files: Files): string {
  const named = (name: string): number => [...files.keys()].filter((path) => path === name || path.endsWith(`/${name}`)).length
  if (named('ledger.jsonl') > 1) return '其中有多次庭审的卷宗，请每次只选一个。More than one record: choose one at a time.'
  const any = ['ledger.jsonl', 'seal.json', 'bagit.txt', 'manifest-sha256.txt'].some((name) => named(name) > 0)
  return any ? '' : NO_RECORD
}

async function run(files: Files | null): Promise<void> {
  const [status, bar] = [find('status'), find<HTMLProgressElement>('bar')]
  find('result').hidden = true
  const refused = files === null ? NO_RECORD : whyNot(files)
  if (files === null || refused !== '') {
    status.textContent = refused
    status.dataset['state'] = 'refused'
    return
  }
  status.dataset['state'] = 'busy'
  bar.hidden = false
  let drawn = 0
  try {
    const report = await check(files, (done, all) => {
      const now = performance.now()
      if (now - drawn < REDRAW_MS) return
      drawn = now
      bar.value = all === 0 ? 0 : done / all
      status.textContent = `正在逐字节核对……${Math.floor(bar.value * 100)}% Checking every byte…`
    })
    status.textContent = '核对完毕。Done.'
    status.dataset['state'] = 'done'
    show(report)
  } catch (fault) {
    status.dataset['state'] = 'refused'
    status.textContent = `读取中断：${String(fault)}。请重新选择。Reading broke off; choose again.`
  }
  bar.hidden = true
}

find<HTMLInputElement>('folder').addEventListener('change', (event) => {
  const list = (event.target as HTMLInputElement).files ?? []
  void run(new Map([...list].map((file) => [file.webkitRelativePath || file.name, file])))
})
find<HTMLInputElement>('file').addEventListener('change', (event) => {
  const file = (event.target as HTMLInputElement).files?.[0]
  if (file !== undefined) void untar(file).then(run)
})
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  const transfer = event.dataTransfer
  if (transfer === null) return
  const [only] = transfer.files
  if (transfer.files.length === 1 && only?.name.endsWith('.tar') === true) void untar(only).then(run)
  else void dropped(transfer.items).then(run)
})
document.documentElement.dataset['ready'] = 'true'
