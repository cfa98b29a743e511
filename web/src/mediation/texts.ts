// What is read to the parties before joint talk (在线调解规则 art. 13, 17, 18; 民事诉讼法 art. 100),
// in plain words. The texts are Chinese whatever the page's language: they are said in the sitting.

import type { Check } from '../protocol'

/** The order in which the checklist is gone through. */
export const CHECKS: readonly Check[] = ['identity', 'sham_warning', 'rights', 'disclosure', 'service_address']

/** The text to read for each point. */
export const READINGS: Record<Check, string> = {
  identity:
    '现在核对各方身份。请依次说明姓名、住址、联系电话，并出示身份证件。委托代理人请出示授权委托书，说明是一般授权还是特别授权。',
  sham_warning:
    '现在告知虚假调解的法律后果：任何人不得恶意串通、捏造事实，通过调解侵害国家利益、社会公共利益或者他人合法权益。一经发现，调解立即终止；情节严重的，将依法予以罚款、拘留，构成犯罪的依法追究刑事责任。请各方确认：本次纠纷真实，没有上述情形。',
  rights:
    '现在告知各方的权利：调解以自愿为原则，各方可以接受或者拒绝调解，可以随时要求终止；可以申请更换调解员；可以自己提出方案；对调解内容有权要求保密。为达成协议所作的让步，除共同确认的无争议事实外，以后在诉讼中不得作为对其不利的证据。各方的义务：如实陈述，遵守秩序，尊重对方，不得录音录像，履行达成的协议。',
  disclosure:
    '调解员声明：本人与各方当事人及其代理人没有近亲属关系，与本纠纷没有利害关系，也没有其他可能影响公正调解的情形。如有上述情形，将在此说明。请问各方：是否申请更换调解员？',
  service_address:
    '请各方确认送达地址、联系电话和是否同意电子送达。确认后，调解文书及以后的诉讼文书按此地址送达；地址变更请及时告知，未告知的由本人承担后果。',
}
