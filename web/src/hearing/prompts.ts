// 提词: what the judge or the clerk reads out in each phase, as data with blanks. The texts are in
// Chinese because they are spoken in court. Which phase comes when is not here.

import type { Course, Phase, View } from '../protocol'
import { isBench, isForParty, isParty } from './roles'

/** Where a prompt belongs: before opening, a phase, or an occasion that may come at any time. */
export type PromptAt = 'discipline' | Phase | 'witness' | 'recess' | 'resume' | 'non_public' | 'interrupted' | 'verdict_later'

/** One text to read. */
export interface Prompt {
  id: string
  at: PromptAt
  title: string
  /** Who reads it. */
  by: 'clerk' | 'judge'
  /** The whole text, a paragraph each. */
  long: readonly string[]
  /** The same in a few sentences. */
  short: readonly string[]
  /** For which course; all when not said. */
  only?: (course: Course) => boolean
}

const simple = (course: Course): boolean => course.procedure !== 'ordinary'

/** Every text, in the order of the sitting. */
export const PROMPTS: readonly Prompt[] = [
  {
    id: 'discipline', at: 'discipline', title: '宣布法庭纪律', by: 'clerk',
    long: [
      '请肃静。现在宣布在线庭审纪律。',
      '一、参加在线庭审视同到庭。诉讼参加人应当服从法官指挥，尊重司法礼仪，遵守法庭秩序。',
      '二、未经法官许可，不得发言、提问，不得打断他人发言。需要发言的，请按“举手”，经法官准许后发言。',
      '三、不得对庭审活动进行录音、录像、截屏、直播，不得以任何方式传播庭审内容。',
      '四、应当在安静、封闭、光线充足、网络良好的场所参加庭审，着装得体，保持画面清晰；不得吸烟、进食，不得拨打或者接听电话。',
      '五、未经法庭许可，不得擅自离开画面或者退出庭审。除确属网络故障、设备损坏、电力中断或者不可抗力外，经提示、警告后仍擅自退出的，视为中途退庭。',
      '六、证人不得旁听案件审理。无关人员不得在场，不得提示他人作答。',
      '七、旁听人员不得发言、提问，不得录音、录像或者传播庭审内容。',
      '违反法庭纪律的，法庭将视情节予以警告、训诫、责令退出；情节严重的，依法予以罚款、拘留；构成犯罪的，依法追究刑事责任。',
      '纪律宣布完毕。报告{chief}：诉讼参加人到庭情况已核对，庭前准备工作已经就绪，可以开庭。',
    ],
    short: [
      '现在宣布在线庭审纪律：参加在线庭审视同到庭，应当服从法官指挥；未经许可不得发言、打断他人；不得录音、录像、截屏、传播庭审内容；不得擅自离开画面或者退出；证人不得旁听，无关人员不得在场。违反的，依法处理。',
      '报告{chief}：庭前准备工作已经就绪，可以开庭。',
    ],
  },
  {
    id: 'opening', at: 'identity', title: '宣布开庭', by: 'judge',
    long: [
      '（敲法槌）现在开庭。',
      '{court}依照《中华人民共和国民事诉讼法》第一百三十七条、《人民法院在线诉讼规则》的规定，今天通过互联网{publicity}开庭审理{case}原告{plaintiffs}与被告{defendants}{cause}一案，适用{procedure}。',
      '本次庭审全程录音录像。',
    ],
    short: ['现在开庭。{court}今天在线{publicity}审理{case}原告{plaintiffs}与被告{defendants}{cause}一案，适用{procedure}，全程录音录像。'],
  },
  {
    id: 'identity', at: 'identity', title: '核对当事人', by: 'judge',
    long: [
      '现在核对当事人和其他诉讼参加人的身份。',
      '请原告说明姓名、出生日期、住址，并向镜头出示身份证件；有委托诉讼代理人的，请说明姓名、单位和代理权限。',
      '请被告说明姓名、出生日期、住址，并向镜头出示身份证件；有委托诉讼代理人的，请说明姓名、单位和代理权限。',
      '{third}',
      '原告，对对方出庭人员的身份有无异议？',
      '被告，对对方出庭人员的身份有无异议？',
      '各方是否同意本案通过互联网在线开庭审理？',
      '经核对，各方出庭人员身份符合法律规定，可以参加本案诉讼。',
    ],
    short: [
      '请原告、被告依次说明身份并出示证件，代理人说明代理权限。',
      '对对方出庭人员有无异议？是否同意在线开庭？',
      '各方出庭人员可以参加本案诉讼。',
    ],
  },
  {
    id: 'members', at: 'rights', title: '告知组成人员', by: 'judge',
    long: ['本案由{bench}{sits}，{staff}。'],
    short: ['本案由{bench}{sits}，{staff}。'],
  },
  {
    id: 'rights', at: 'rights', title: '告知权利义务', by: 'judge',
    long: [
      '依照民事诉讼法的规定，当事人在诉讼中享有下列权利：',
      '一、有权申请回避；二、有权委托代理人；三、有权收集、提供证据，申请证人出庭，经法庭许可向证人、鉴定人、勘验人发问；四、有权进行陈述、质证、辩论；五、有权请求调解、自行和解；六、原告有权放弃、变更、增加诉讼请求或者撤诉，被告有权承认、反驳诉讼请求或者提起反诉；七、有权查阅庭审材料，请求补正笔录；八、有权依法提起上诉、申请执行。',
      '同时应当履行下列义务：一、依法行使诉讼权利；二、遵守诉讼秩序，服从法庭指挥；三、如实陈述事实，提供真实证据，虚假陈述、伪造证据或者虚假诉讼的，依法承担责任；四、履行发生法律效力的判决书、裁定书和调解书。',
      '原告是否听清？被告是否听清？',
    ],
    short: [
      '当事人有权申请回避、委托代理人、提供证据、陈述辩论、请求调解、提起上诉；有义务如实陈述、遵守法庭秩序、履行生效裁判。虚假陈述、虚假诉讼的，依法承担责任。',
      '原告是否听清？被告是否听清？',
    ],
    only: (course) => !course.told_before,
  },
  {
    id: 'rights_told', at: 'rights', title: '权利义务已书面告知', by: 'judge',
    long: ['诉讼权利义务已于庭前告知并经各方确认，今天不再重复。原告是否清楚？被告是否清楚？'],
    short: ['诉讼权利义务已于庭前告知，各方是否清楚？'],
    only: (course) => course.told_before,
  },
  {
    id: 'challenge', at: 'rights', title: '询问是否申请回避', by: 'judge',
    long: [
      '审判人员、法官助理、书记员、翻译人员、鉴定人、勘验人有下列情形之一的，当事人有权申请其回避：是本案当事人或者当事人、诉讼代理人近亲属的；与本案有利害关系的；与本案当事人、诉讼代理人有其他关系，可能影响对案件公正审理的。',
      '原告，是否申请回避？',
      '被告，是否申请回避？',
      '{thirdChallenge}',
    ],
    short: ['原告，是否对审判人员、书记员申请回避？被告，是否申请回避？'],
  },
  {
    id: 'statements', at: 'statements', title: '陈述与答辩', by: 'judge',
    long: [
      '现在进行法庭调查。首先由当事人陈述。',
      '请原告陈述诉讼请求及所依据的事实和理由。诉讼请求有无变更？',
      '请被告答辩。',
      '{thirdStates}',
      '原告对被告的答辩有无补充？',
    ],
    short: ['现在进行法庭调查。请原告陈述诉讼请求、事实和理由。', '请被告答辩。'],
  },
  {
    id: 'issues', at: 'issues', title: '归纳争议焦点', by: 'judge',
    long: [
      '根据各方的陈述和答辩，各方对下列事实没有争议，本庭予以确认：……',
      '本案的争议焦点是：一、……；二、……。',
      '原告，对本庭归纳的争议焦点有无异议、有无补充？',
      '被告，对本庭归纳的争议焦点有无异议、有无补充？',
      '请各方围绕争议焦点举证、质证和辩论。',
    ],
    short: ['无争议事实：……；争议焦点：……。各方有无异议、补充？请围绕争议焦点举证、质证。'],
  },
  {
    id: 'evidence', at: 'evidence', title: '举证质证', by: 'judge',
    long: [
      '现在由当事人举证、质证。举证时请说明证据的序号、名称、种类和证明目的；质证时请围绕证据的真实性、合法性、关联性以及证明力有无和大小发表意见。',
      '请原告举证。',
      '请被告质证：对该证据的真实性、合法性、关联性有无异议？理由是什么？',
      '请被告举证，由原告质证。',
      '{thirdEvidence}',
      '各方还有无其他证据提交？',
    ],
    short: ['请原告出示证据并说明证明目的，由被告就真实性、合法性、关联性质证。', '请被告举证，由原告质证。', '还有无其他证据？'],
  },
  {
    id: 'witness_call', at: 'witness', title: '传证人', by: 'judge',
    long: [
      '传证人到庭。请证人说明姓名、出生日期、住址、工作单位、与当事人的关系。',
      '证人有如实作证的义务，作虚假证言的，应当承担法律责任，构成犯罪的依法追究刑事责任。请证人宣读并签署保证书。',
      '证人，你现在所处的场所是否有其他人员在场？开庭以来你是否旁听过本案的审理？',
      '请证人就所知道的事实如实、连续陈述，不得宣读事先准备的书面证言。',
      '申请证人出庭的一方可以发问。对方当事人可以发问。',
      '证人作证完毕，请退庭。',
    ],
    short: ['传证人到庭。请说明身份及与当事人的关系，宣读并签署保证书，如实作证。', '各方可以发问。', '证人作证完毕，请退庭。'],
  },
  {
    id: 'questions', at: 'questions', title: '法庭询问', by: 'judge',
    long: ['下面由法庭就案件事实进行询问，请各方如实回答。', '经法庭许可，各方当事人之间有无问题需要相互发问？', '法庭调查结束。'],
    short: ['法庭就案件事实询问，请如实回答。', '各方有无问题相互发问？法庭调查结束。'],
  },
  {
    id: 'debate', at: 'debate', title: '法庭辩论', by: 'judge',
    long: [
      '现在进行法庭辩论。请各方围绕争议焦点，就事实认定和法律适用发表辩论意见，不得重复，不得进行人身攻击。',
      '请原告发表辩论意见。',
      '请被告发表辩论意见。',
      '{thirdDebates}',
      '第二轮辩论：原告有无新的辩论意见？被告有无新的辩论意见？',
      '法庭辩论结束。',
    ],
    short: ['现在进行法庭辩论，请围绕争议焦点发表意见。请原告发言。请被告发言。', '有无新的辩论意见？法庭辩论结束。'],
  },
  {
    id: 'merged', at: 'merged', title: '法庭调查与辩论（合并）', by: 'judge',
    long: [
      '经各方当事人同意，本案法庭调查与法庭辩论合并进行。',
      '请原告陈述诉讼请求、事实和理由，并出示证据。',
      '请被告答辩，对原告的证据发表质证意见，并出示证据。',
      '请原告对被告的证据发表质证意见。',
      '根据各方陈述，本案的争议焦点是：……。各方有无异议？',
      '下面由法庭询问，请如实回答。',
      '请原告、被告依次围绕争议焦点发表辩论意见。',
    ],
    short: ['经各方同意，调查与辩论合并进行。请原告陈述并举证；请被告答辩、质证并举证；请原告质证。', '争议焦点：……。请依次发表辩论意见。'],
  },
  {
    id: 'last_words', at: 'last_words', title: '最后意见', by: 'judge',
    long: ['下面由各方发表最后意见。', '请原告发表最后意见。', '请被告发表最后意见。', '{thirdLast}'],
    short: ['请原告发表最后意见。请被告发表最后意见。'],
  },
  {
    id: 'mediation_first', at: 'mediation', title: '先行调解', by: 'judge',
    long: [
      '依照《最高人民法院关于适用简易程序审理民事案件的若干规定》第十四条的规定，本案应当先行调解。',
      '原告是否愿意调解？有什么调解方案？',
      '被告是否愿意调解？有什么调解方案？',
      '当事人在调解中为达成协议作出的妥协，不得在后续审理中作为对其不利的证据。',
    ],
    short: ['本案依法先行调解。原告是否愿意调解、有何方案？被告是否愿意调解、有何方案？'],
    only: (course) => course.mediation_first,
  },
  {
    id: 'mediation', at: 'mediation', title: '法庭调解', by: 'judge',
    long: [
      '依照法律规定，本案可以进行调解。原告是否愿意调解？有什么调解方案？',
      '被告是否愿意调解？有什么调解方案？',
      '当事人在调解中为达成协议作出的妥协，不得在后续审理中作为对其不利的证据。',
      '因各方意见分歧较大，本庭不再主持调解。（或者：各方达成协议，请各方核对协议内容。）',
    ],
    short: ['各方是否愿意调解？请分别说明方案。', '意见分歧较大，不再调解。'],
    only: (course) => !course.mediation_first,
  },
  {
    id: 'deliberation', at: 'deliberation', title: '休庭评议', by: 'judge',
    long: ['现在休庭，由合议庭进行评议。评议后继续开庭，请各方不要离开。（敲法槌）'],
    short: ['现在休庭评议，评议后继续开庭，请不要离开。'],
    only: (course) => course.panel,
  },
  {
    id: 'judgment', at: 'judgment', title: '当庭宣判', by: 'judge',
    long: [
      '（敲法槌）现在继续开庭，宣告判决。请全体起立。',
      '本院认为，……。依照……的规定，判决如下：',
      '一、……；二、……。案件受理费……元，由……负担。',
      '如不服本判决，可以在判决书送达之日起十五日内，向本院递交上诉状，并按照对方当事人的人数提出副本，上诉于上一级人民法院。',
      '判决书将于十日内发送。各方请坐下。',
      '原告、被告，对判决是否听清？',
    ],
    short: ['现在宣告判决，请全体起立。判决如下：……。', '不服本判决的，可以在判决书送达之日起十五日内上诉。判决书十日内发送。'],
    only: (course) => course.procedure !== 'small_claims',
  },
  {
    id: 'judgment_small', at: 'judgment', title: '当庭宣判（小额诉讼）', by: 'judge',
    long: [
      '（敲法槌）现在宣告判决。请全体起立。',
      '本院认为，……。依照……的规定，判决如下：一、……。案件受理费……元，由……负担。',
      '本案适用小额诉讼程序审理，实行一审终审，本判决为终审判决。',
      '各方请坐下。原告、被告，对判决是否听清？',
    ],
    short: ['现在宣告判决，请全体起立。判决如下：……。本判决为终审判决。'],
    only: (course) => course.procedure === 'small_claims',
  },
  {
    id: 'verdict_later', at: 'judgment', title: '定期宣判', by: 'judge',
    long: ['本案不当庭宣判，宣判时间另行通知。'],
    short: ['本案定期宣判，时间另行通知。'],
  },
  {
    id: 'closing', at: 'closing', title: '闭庭', by: 'judge',
    long: [
      '庭审笔录将发送各方阅读。认为笔录有遗漏或者差错的，有权当庭或者在五日内申请补正；核对无误后请签名确认。拒绝签名的，记明情况附卷。',
      '各方是否同意以电子方式送达裁判文书？请确认送达地址。',
      '今天的庭审到此结束，现在闭庭。（敲法槌）',
    ],
    short: ['请各方阅读庭审笔录，如有遗漏或者差错可在五日内申请补正，核对无误后签名。', '现在闭庭。'],
    only: (course) => !simple(course),
  },
  {
    id: 'closing_simple', at: 'closing', title: '闭庭', by: 'judge',
    long: [
      '庭审笔录将发送各方阅读，认为有遗漏或者差错的可以申请补正，核对无误后请签名确认。（经各方同意以录音录像代替庭审笔录的：请各方确认录音录像的完整性校验值。）',
      '各方是否同意以电子方式送达裁判文书？请确认送达地址。',
      '今天的庭审到此结束，现在闭庭。（敲法槌）',
    ],
    short: ['请各方阅读并签署庭审笔录，确认电子送达地址。', '现在闭庭。'],
    only: simple,
  },
  {
    id: 'recess', at: 'recess', title: '休庭', by: 'judge',
    long: ['现在休庭，稍后继续开庭，请各方不要离开。（敲法槌）'],
    short: ['现在休庭，请不要离开。'],
  },
  {
    id: 'resume', at: 'resume', title: '继续开庭', by: 'judge',
    long: ['（敲法槌）现在继续开庭。{case}一案，各方到庭人员与休庭前相同，庭审从“{phase}”继续进行。'],
    short: ['现在继续开庭，从“{phase}”继续进行。'],
  },
  {
    id: 'non_public', at: 'non_public', title: '不公开举证质证', by: 'judge',
    long: ['下面出示的证据涉及国家秘密、商业秘密或者个人隐私，依照民事诉讼法第七十一条的规定，不在公开开庭时出示。请旁听人员退出，录音录像暂停。'],
    short: ['以下证据依法不公开出示、质证，请旁听人员退出。'],
  },
  {
    id: 'interrupted', at: 'interrupted', title: '技术中断', by: 'judge',
    long: ['因网络或者设备原因，庭审暂时中断，请各方留在原位等候。法庭正在联系离线的参加人。恢复后从“{phase}”继续进行。'],
    short: ['因网络或者设备原因庭审暂时中断，请各方等候。'],
  },
]

/** The texts for this moment, with the blanks filled, the nearest first. */
export function promptsFor(view: View, words: PromptWords): FilledPrompt[] {
  const blanks = blanksOf(view, words)
  const now = PROMPTS.filter((prompt) => placesOf(view).includes(prompt.at) && (prompt.only?.(view.brief.course) ?? true))
  return now.map((prompt) => filled(prompt, blanks))
}

/** Every text that fits the course, filled, for leafing through. */
export function allPrompts(view: View, words: PromptWords): FilledPrompt[] {
  const blanks = blanksOf(view, words)
  return PROMPTS.filter((prompt) => prompt.only?.(view.brief.course) ?? true).map((prompt) => filled(prompt, blanks))
}

/** A text as it is read. */
export interface FilledPrompt {
  id: string
  title: string
  by: 'clerk' | 'judge'
  long: string[]
  short: string[]
}

/** Words the texts take from the language files. */
export interface PromptWords {
  procedure: string
  publicity: string
  phase: string
}

function placesOf(view: View): PromptAt[] {
  const { phase } = view.procedure
  const here: PromptAt[] = phase === null ? [] : [phase]
  switch (view.stage.name) {
    case 'scheduled':
    case 'check_in':
    case 'pre_trial':
      return ['discipline', 'identity']
    case 'opening':
      return ['identity']
    case 'recess':
      return view.stage.ground === 'non_public_evidence' ? ['non_public', 'resume'] : ['recess', 'resume']
    case 'deliberation':
      return ['deliberation', 'judgment']
    case 'tech_interrupted':
      return ['interrupted', 'resume']
    default:
      return phase === 'evidence' || phase === 'merged' || phase === 'questions' ? [...here, 'witness'] : here
  }
}

function filled(prompt: Prompt, blanks: Record<string, string>): FilledPrompt {
  const fill = (lines: readonly string[]): string[] =>
    lines.map((line) => line.replace(/\{(\w+)\}/g, (_, name: string) => blanks[name] ?? '')).filter((line) => line !== '')
  return { id: prompt.id, title: prompt.title, by: prompt.by, long: fill(prompt.long), short: fill(prompt.short) }
}

/** What stands in the blanks of this hearing. */
export function blanksOf(view: View, words: PromptWords): Record<string, string> {
  const { course, publicity } = view.brief
  const all = [{ role: view.me.role, name: view.me.name }, ...view.people.map(({ role, name }) => ({ role, name }))]
  const named = (test: (role: View['me']['role']) => boolean): string[] => all.filter((each) => test(each.role)).map((each) => each.name)
  const join = (names: string[]): string => (names.length === 0 ? '＿＿＿' : names.join('、'))
  const chief = join(named((role) => role === 'presiding_judge'))
  const others = all.filter((each) => isBench(each.role) && each.role !== 'presiding_judge')
  const panel = course.panel || others.length > 0
  const clerk = `书记员${join(named((role) => role === 'clerk'))}担任记录`
  const assistant = named((role) => role === 'judge_assistant')
  const third = named((role) => role === 'third_party').length > 0
  const bench = others.map((each) => `${each.role === 'assessor' ? '人民陪审员' : '审判员'}${each.name}`).join('、')
  return {
    court: view.heading.court.replace(/\s+/g, ''),
    case: view.heading.case_number,
    cause: view.heading.cause,
    plaintiffs: join(named((role) => role === 'plaintiff')),
    defendants: join(named((role) => role === 'defendant')),
    procedure: words.procedure,
    publicity: publicity === 'public' ? '公开' : '不公开',
    phase: words.phase,
    chief: panel ? '审判长' : '审判员',
    bench: panel ? `审判长${chief}${bench === '' ? '' : `、${bench}`}` : `审判员${chief}`,
    sits: panel ? '组成合议庭进行审理' : '独任审理',
    staff: assistant.length === 0 ? clerk : `法官助理${assistant.join('、')}协助审理，${clerk}`,
    third: third ? '请第三人说明姓名、出生日期、住址，并向镜头出示身份证件。' : '',
    thirdChallenge: third ? '第三人，是否申请回避？' : '',
    thirdStates: third ? '请第三人陈述。' : '',
    thirdEvidence: third ? '请第三人举证，由原告、被告质证。' : '',
    thirdDebates: third ? '请第三人发表辩论意见。' : '',
    thirdLast: third ? '请第三人发表最后意见。' : '',
  }
}

/** 保证书, to be read out and signed by who is called (证据规定 art. 71). */
export function guaranteeText(view: View): string[] {
  const witness = view.me.role === 'witness'
  const act = witness ? '作证' : '陈述意见'
  return [
    `本人${view.me.name}，作为${view.heading.case_number}${view.heading.cause}一案的${GUARANTEE_ROLE[view.me.role] ?? '出庭人员'}，向法庭郑重保证：`,
    `一、如实${act}，${witness ? '不作伪证，不隐匿事实真相，不宣读事先准备的书面证言' : '依据事实和专业知识，不受任何人干涉'}；`,
    '二、到庭之前没有旁听本案的审理，现在的场所没有无关人员在场，没有人提示作答；',
    `三、如有虚假${witness ? '证言' : '陈述'}，愿意承担罚款、拘留直至刑事处罚的法律责任。`,
  ]
}

const GUARANTEE_ROLE: Partial<Record<View['me']['role'], string>> = {
  witness: '证人', appraiser: '鉴定人', inspector: '勘验人', expert: '有专门知识的人',
}

/** Whether the person is a party or acts for one, so that turns and sides concern them. */
export function takesSide(role: View['me']['role']): boolean {
  return isParty(role) || isForParty(role)
}
