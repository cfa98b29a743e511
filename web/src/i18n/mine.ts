// Words of a person's own page and of the sheet of codes: plain, for people who are seldom in court.

export const zh = {
  open: {
    title: '我的开庭通知', lead: '输入法院发给您的 8 位验证码，查看开庭时间和地点、确认收到通知、表示是否同意在线进行。这样不会占用验证码。', go: '打开', hello: '{name}，您好',
  },
  when: '时间', where: '地点', what: '事项', minutes: '预计 {count} 分钟',
  left: { past: '时间已过', today: '就在今天', days: '还有 {count} 天' },
  anywhere: '不必到法院。请选一个安静、光线好、网络好的地方，用电脑或者手机参加。', inCourt: '请到法庭现场参加。', come: '请到这里参加，有人帮您操作设备。', help: '现场联系人：{contact}　{phone}',
  notice: {
    title: '确认收到通知', text: '请看完下面的通知，再点“我已收到”。', none: '法院还没有向您发出通知，请留意。', read: '读给我听', stop: '停止朗读', confirm: '我已收到', confirmed: '您已确认收到通知',
  },
  consent: {
    title: '是否同意在线进行', text: '每一项分别表示意见，同意一项不等于同意其他项。签到开始前可以改变主意。同意在线进行的，与到法院进行效力相同；同意以后无正当理由不参加的，要承担相应的法律后果。',
    yes: '同意', no: '不同意', saidYes: '您已表示同意', saidNo: '您已表示不同意，法院会与您联系', begun: '已经开始签到，请在签到时表示意见。',
    step: {
      hearing: '您是否同意这次开庭通过网络进行？', mediation: '您是否同意这次调解通过网络进行？', evidence_exchange: '您是否同意这次证据交换通过网络进行？', inquiry: '您是否同意这次询问通过网络进行？',
      service: '您是否同意法院以后用短信、电子邮件等电子方式给您送达文书？', recording: '您是否同意用录音录像代替书面的调解笔录？', record_for_transcript: '您是否同意用庭审录音录像代替书面的庭审笔录？',
    },
  },
  enter: {
    title: '到时间进入', text: '开庭前 30 分钟左右进入，先测试摄像头和麦克风，再签到。一台设备进入后，其他设备不能再进入。', go: '进入庭审', back: '回到庭审', taken: '已有另一台设备进入。要换到这台设备，请联系书记员重新发放验证码。', over: '已经结束', other: '查看另一份通知',
  },
  door: '收到开庭通知？先确认通知、表示意见', look: '先看通知，不进入', back: '查看通知、表示意见',
  sheet: {
    title: '验证码单', text: '每人一张，剪开后交给本人或者寄出。验证码只在这里显示一次，离开本页后要重新发放。', issue: '发放', print: '打印', again: '已进入过，重新发放会使原设备退出', untilNow: '尚未发放', none: '没有需要凭验证码参加的人。',
    person: '参加人', code: '验证码', until: '有效至 {time}', how: '怎样参加', step1: '在电脑或者手机的浏览器中打开 {address}', step2: '输入验证码，确认收到通知，并表示是否同意在线进行', step3: '到时间点“进入庭审”，测试设备并签到', own: '验证码只限本人使用，只能在一台设备上进入。遇到困难请联系书记员，或者拨打 12368。', back: '返回庭审安排', someone: '请选择要发放的人',
  },
}

export const en: typeof zh = {
  open: {
    title: 'My notice', lead: 'Type the 8 digit code the court gave you to see when and where, to confirm the notice, and to say whether you agree to hold it online. The code stays unused.', go: 'Open', hello: 'Hello, {name}',
  },
  when: 'When', where: 'Where', what: 'What', minutes: 'about {count} minutes',
  left: { past: 'This time has passed', today: 'Today', days: 'in {count} days' },
  anywhere: 'You need not come to court. Choose a quiet, well lit place with a good line, and a computer or a telephone.', inCourt: 'Please come to the courtroom.', come: 'Please come here; somebody helps you with the device.', help: 'On the spot: {contact}　{phone}',
  notice: {
    title: 'Confirm the notice', text: 'Please read the notice and then press “I have received it”.', none: 'The court has not sent you a notice yet.', read: 'Read it to me', stop: 'Stop reading', confirm: 'I have received it', confirmed: 'You confirmed the notice',
  },
  consent: {
    title: 'Whether you agree to hold it online', text: 'Each question by itself: agreeing to one is not agreeing to another. You may change your mind until check-in begins. What is done online has the same effect as in court; who agrees and does not take part without a good reason bears the consequences of the law.',
    yes: 'I agree', no: 'I do not agree', saidYes: 'You agreed', saidNo: 'You did not agree; the court will contact you', begun: 'Check-in has begun: please say it there.',
    step: {
      hearing: 'Do you agree to hold this hearing online?', mediation: 'Do you agree to hold this mediation online?', evidence_exchange: 'Do you agree to exchange evidence online?', inquiry: 'Do you agree to hold this inquiry online?',
      service: 'May the court serve documents on you by SMS, e-mail and the like?', recording: 'May a recording take the place of the written record of the mediation?', record_for_transcript: 'May the recording take the place of the written transcript of the hearing?',
    },
  },
  enter: {
    title: 'Enter when it is time', text: 'Come about 30 minutes before: try camera and microphone, then check in. Once one device has entered, no other one can.', go: 'Enter', back: 'Back to the hearing', taken: 'Another device has entered. To move to this one, ask the clerk for a new code.', over: 'It is over', other: 'Open another notice',
  },
  door: 'You had a notice? Confirm it and say what you agree to', look: 'Only look at the notice', back: 'See the notice, say what you agree to',
  sheet: {
    title: 'Sheet of codes', text: 'One slip each, to cut and hand out or post. Codes are shown here once; after leaving this page new ones must be issued.', issue: 'Issue', print: 'Print', again: 'Entered before: a new code ends the former device', untilNow: 'Not issued yet', none: 'Nobody comes with a code.',
    person: 'Person', code: 'Code', until: 'good until {time}', how: 'How to take part', step1: 'Open {address} in the browser of a computer or telephone', step2: 'Type the code, confirm the notice, and say whether you agree to hold it online', step3: 'When it is time press “Enter”, try your devices and check in', own: 'The code is for this person alone and lets one device in. For help ask the clerk or call 12368.', back: 'Back to the sitting', someone: 'Choose for whom',
  },
}
