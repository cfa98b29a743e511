// Words about real names: entered by the court and by the person, and who entered when.

export const zh = {
  title: '实名登记', text: '身份证件号码加密保存，只显示首尾几位；查看完整号码会记入操作日志。同一号码只能登记给一个人。',
  kind: { id_card: '居民身份证', passport: '护照', home_return_permit: '港澳居民来往内地通行证', credit_code: '统一社会信用代码' },
  state: { open: '未登记', filed: '法院已登记，本人尚未填写', own_word: '本人已填写，待法院核对', agreed: '名字与号码已核对', differs: '本人填写与法院登记不一致' },
  kindLabel: '证件种类', number: '证件号码', numberHint: '新增人员时可以一并登记', name: '姓名',
  enter: '登记号码', save: '登记', confirm: '录入号码核对', lookUp: '按号码查找', show: '显示完整号码', shown: '完整号码（本次查看已记入操作日志）', hide: '隐藏',
  found: '该号码已登记在“{name}”名下（{since} 起，{count} 次庭审）。是同一人的，请把姓名改成一致后登记；不是同一人的，请核对号码。', foundNobody: '本院没有人登记过该号码。',
  release: '解除登记', releaseTitle: '解除{name}的实名登记', releaseText: '解除后可以登记正确的号码。该账户没有其他庭审的，号码随之删除。理由记入变更记录和操作日志。', reason: '理由',
  entries: '进入记录', entriesText: '每次进入的时间、网络和设备，不保存网络地址。', noEntries: '尚未进入', times: '{n} 次', until: '至 {time}', unknownDevice: '未知设备',
  way: { page: '打开本人页面', code: '凭验证码取得席位', link: '从本人页面取得席位', sitting: '进入庭审' },
  from: { here: '本机', inside: '内部网络', internet: '互联网' },
  saved: '已登记', released: '已解除',
  mine: {
    title: '实名登记', text: '请对照您的证件填写姓名和号码。号码加密保存，只有法院核对身份时可以查看。', lead: '单位作为当事人的，填写单位名称和统一社会信用代码。', go: '提交', busy: '正在提交',
    done: '已登记：{kind} {masked}', agreed: '姓名与号码已核对：{kind} {masked}', filed: '法院已登记您的证件，请您也填写一次，以便核对。', differs: '您填写的与法院登记的不一致，请对照证件再填一次，或者联系书记员。', later: '现在不方便填写的，可以先签到，由法院在庭上核对身份。',
  },
}

export const en: typeof zh = {
  title: 'Real names', text: 'Numbers of identity documents are kept enciphered and shown with their ends alone; reading one whole stands in the audit log. One number belongs to one person.',
  kind: { id_card: 'Identity card', passport: 'Passport', home_return_permit: 'Home return permit', credit_code: 'Credit code of an organisation' },
  state: { open: 'not on file', filed: 'entered by the court, not yet by the person', own_word: 'entered by the person, to be checked', agreed: 'name and number compared', differs: 'the person entered something else' },
  kindLabel: 'Kind of document', number: 'Number of the document', numberHint: 'may be entered with a new person', name: 'Name',
  enter: 'Enter the number', save: 'Enter', confirm: 'Enter the number to compare', lookUp: 'Look the number up', show: 'Show the whole number', shown: 'The whole number (this reading stands in the audit log)', hide: 'Hide',
  found: 'That number is on file for “{name}” (since {since}, {count} sittings). If it is the same person make the names agree, then enter it; or else check the number.', foundNobody: 'Nobody has that number at this court.',
  release: 'Release', releaseTitle: 'Release the real name of {name}', releaseText: 'Then the right number can be entered. When the account sits in no other sitting its number is deleted. The reason stands among the changes and in the audit log.', reason: 'Reason',
  entries: 'Entries', entriesText: 'When, from what network and by which device; no address is kept.', noEntries: 'has not entered', times: '{n} times', until: 'until {time}', unknownDevice: 'unknown device',
  way: { page: 'opened the own page', code: 'took the seat by code', link: 'took the seat from the own page', sitting: 'came into the sitting' },
  from: { here: 'this machine', inside: 'inside network', internet: 'internet' },
  saved: 'Entered', released: 'Released',
  mine: {
    title: 'Your real name', text: 'Enter name and number as your document has them. The number is kept enciphered; only the court reads it, to check who you are.', lead: 'An organisation enters its name and its credit code.', go: 'Send', busy: 'Sending',
    done: 'On file: {kind} {masked}', agreed: 'Name and number compared: {kind} {masked}', filed: 'The court has your document on file. Please enter it too, so that both can be compared.', differs: 'What you entered is not what the court has. Compare it with your document, or ask the clerk.', later: 'You may check in without it; the court then checks who you are in the sitting.',
  },
}
