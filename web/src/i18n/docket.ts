// Words of the docket's pages: sittings, places, applications, figures.

export const zh = {
  nav: { calendar: '日程', mediations: '调解申请', statistics: '统计', places: '管理' },
  mode: { online: '在线', mixed: '线上线下混合', in_court: '线下' },
  siteKind: { tribunal: '人民法庭', circuit_point: '巡回审判点', judge_studio: '法官工作室', service_station: '诉讼服务站', other: '其他' },
  form: { written: '书面', oral: '口头（记入笔录）', phone: '电话（已记录）', online: '本人在线确认' },
  channel: { sms: '短信', email: '电子邮件', webhook: '外部送达系统', paper: '书面送达' },
  notice: { waiting: '待发送', sent: '已发送', delivered: '已送达', confirmed: '已确认', failed: '失败' },
  warning: {
    day_off: '开庭日是周末或者节假日',
    notice_short: '距开庭不足三日，普通程序应当在开庭三日前通知（民事诉讼法第139条）',
    notice_missing: '尚未发出通知',
    notice_unconfirmed: '简便方式送达未经确认，不得据此缺席判决（民诉法解释第261条）',
    consent_missing: '尚未同意本环节在线进行',
  },
  change: { added: '新建', edited: '修改', court: '变更审判人员、书记员', rescheduled: '改期', called_off: '取消', real_name_released: '解除实名登记' },
  state: {
    applied: '已申请', other_side_asked: '征询对方意愿', choosing: '选定调解员', mediator_named: '待调解员接受', accepted: '已接受', scheduled: '已排期',
    effective: '协议已生效', confirmation_requested: '已申请司法确认', failed: '调解不成', declined: '对方不同意', returned: '已退回', withdrawn: '已撤回',
  },
  term: { choose: '双方选定调解员（2个工作日）', name: '法院指定调解员（3个工作日）', answer: '调解员答复（3个工作日）', mediate: '调解期限', confirm: '申请司法确认（30日）' },
  standing: { before_filing: '立案前（30日）', ordinary: '普通程序（15日）', simplified: '简易程序（7日）' },
  ground: { not_mediable: '不属于在线调解范围', not_this_court: '不属于本院管辖、不适宜诉前调解', incomplete: '材料不齐，告知后未补充' },
  act: {
    ask_other_side: '征询对方意愿', agrees: '对方同意', refuses: '对方不同意', name_both: '双方选定调解员', name_court: '法院指定调解员', accept: '调解员接受', decline: '不接受或者更换',
    schedule: '安排调解', extend: '延长期限', agree: '协议生效', fail: '调解不成', request_confirmation: '申请司法确认', withdraw: '撤回申请', return: '退回申请',
  },
  field: {
    court: '法院、法庭名称', case_number: '案号或者诉前编号', cause: '案由', scheduled_at: '时间', minutes: '时长', mode: '方式', site: '场所', tribunal: '承办法庭', kind: '类型', procedure: '程序', panel: '合议庭',
    publicity: '公开', gallery_seats: '旁听席位', further_cases: '合并审理的其他案件', continues: '接续的庭审编号', people: '参加人', role: '身份', name: '姓名、名称', account: '账号', phone: '电话', email: '邮箱', acts_for: '代理、陪同', power: '权限',
    side: '哪一方', attendance: '到庭方式', shields: '特别保护', reason: '理由', capacity: '容纳人数', address: '地址', contact: '联系人', applicant: '申请人', respondent: '被申请人', applicant_phone: '申请人电话', respondent_phone: '被申请人电话',
    facts: '事实与请求', until: '延长至', hearing: '调解编号', url: '推送地址', events: '推送事项', scopes: '权限', day: '日期', note: '说明',
  },
  calendar: {
    title: '日程', from: '从', days: '天数', tribunal: '法庭', site: '场所', account: '人员', all: '全部', add: '新建庭审', empty: '这段时间没有庭审安排。',
    number: '案号', numberHint: '按案号查前后半年', further: '合并审理：{numbers}', taken: '（其他案件）', warnings: '{count} 项待处理', open: '查看', announcements: '开庭公告', announce: '公开审理案件公告文本', noAnnouncements: '这段时间没有公开审理的案件。不公开审理的案件不公告。', copy: '复制全部', copied: '已复制', minutes: '{count} 分钟',
  },
  session: {
    forApplication: '本次调解与 {applicant}、{respondent} 的调解申请关联。', new: '新建庭审', edit: '庭审安排', kind: '类型', court: '法院、法庭名称', number: '案号或者诉前编号', cause: '案由', time: '时间', minutes: '时长（分钟）', mode: '方式', procedure: '程序', publicity: '公开', gallery: '旁听席位',
    variants: '程序变通', panel: '合议庭审理', mediationFirst: '先行调解', merged: '调查与辩论合并', toldBefore: '庭前已告知权利义务', further: '合并审理的其他案件', addCase: '添加案件', continues: '接续的庭审编号', tribunal: '承办法庭', site: '场所', none: '不指定',
    people: '参加人', presides: '审判长或者独任审判员', addPerson: '添加参加人', role: '身份', name: '姓名、名称', account: '账号', byCode: '凭验证码', actsFor: '代理、陪同', power: '权限', side: '哪一方', attendance: '到庭方式', phone: '电话', email: '邮箱', remove: '移除', up: '上移',
    save: '保存', saved: '已保存', created: '已排期', reason: '变更理由（开始后必填）', problems: '有 {count} 处需要修改：', warnings: '请注意',
    reschedule: '改期', newTime: '新的时间', why: '理由', callOff: '取消庭审', callOffText: '取消后验证码全部失效，不能恢复。', confirm: '确定',
    consents: '在线同意', consentsText: '同意须按环节分别取得，对一个环节的同意不视为对其他环节的同意（在线诉讼规则第4条）。', given: '同意', refused: '不同意', step: '环节', how: '方式', told: '如何告知权利义务和后果', note: '记录', noConsents: '尚无记录。',
    notices: '通知与回执', send: '发送通知', to: '全部诉讼参加人', channel: '方式', noNotices: '尚未发出通知。', confirmReceipt: '记为已确认', delivered: '记为已送达', confirmedHow: '书记员核实',
    codes: '验证码单', codesText: '一人一张，写明时间、地点和进入办法。重新发放会使原验证码失效。', makeCodes: '发放和打印', print: '打印', shield: '特别保护', shieldFrom: '对其遮蔽', unseen: '看不到', unheard: '听不到', changes: '变更记录', enter: '进入庭审', handover: '移交材料', push: '推送立案系统', pushed: '已推送 {count} 个系统', closed: '已结束',
  },
  mediations: {
    title: '调解申请', add: '登记申请', applicant: '申请人', respondent: '被申请人', phone: '电话', cause: '纠纷类型（案由）', number: '案号或者诉前编号', facts: '事实与请求', standing: '阶段与期限', save: '登记', empty: '没有调解申请。', ends: '{term}：{day} 止', overdue: '已超期', text: '说明', mediator: '调解员姓名', why: '理由', until: '延长至', do: '办理', choose: '选择下一步', by: '{applicant} 与 {respondent}', judge: '由法官主持调解（期限自双方同意之日起算）', scheduleText: '新建一场调解，保存后自动与本申请关联；也可以填写已有的调解编号。', scheduleNew: '新建调解', hearing: '已有调解的编号', link: '关联',
  },
  statistics: {
    title: '统计', month: '按月', tribunals: '按法庭', sites: '按场所', sittings: '场次', hours: '时长（小时）', hearings: '开庭', mediations: '调解', agreements: '达成协议', failed: '调解不成', rate: '调解成功率', lectures: '讲堂', adjourned: '延期', offline: '转线下', calledOff: '取消', csv: '下载表格', none: '暂无', from: '从', to: '至', empty: '这段时间没有已结束的庭审。', name: '名称',
  },
  places: {
    title: '管理', sites: '场所', count: '{tribunals} 个法庭，{sites} 个场所', import: '导入场所清单', importText: '选择 CSV 文件（法庭,法院,类别,名称,地址,容纳人数,联系人,电话）。名称相同的更新，错误的行不导入。', report: '新增 {added}，更新 {changed}，相同 {same}，未导入 {refused}', row: '第 {row} 行：', search: '查找', kind: '类别', name: '名称', tribunal: '法庭', address: '地址', capacity: '人数', contact: '联系人',
    days: '节假日与调休', daysText: '每行一天：2026-10-01 休 或者 2026-10-10 班。期限按此计算。', off: '休', on: '班', save: '保存', saved: '已保存', badDay: '第 {row} 行无法识别',
    system: '案件系统对接', url: '推送地址', addHook: '添加', secret: '签名密钥（仅显示一次）', token: '访问令牌（仅显示一次）', tokenName: '用途', scopes: '权限', days_: '有效天数', addToken: '生成令牌', drop: '删除', deliveries: '最近推送', noDeliveries: '尚无推送。', tries: '{count} 次', until: '至 {day}',
    delivery: { waiting: '等待', delivered: '已送达', given_up: '已放弃' },
    events: '推送事项', event: { session: '排期变动', closed: '庭审结束', notice: '通知送达', handover: '调解不成移交', mediation: '调解申请进展' },
    scope: { import: '导入', export: '导出', receipts: '回执' },
  },
}

export const en: typeof zh = {
  nav: { calendar: 'Calendar', mediations: 'Applications', statistics: 'Figures', places: 'Administration' },
  mode: { online: 'Online', mixed: 'Mixed', in_court: 'In court' },
  siteKind: { tribunal: 'Tribunal', circuit_point: 'Circuit point', judge_studio: "Judge's studio", service_station: 'Service station', other: 'Other' },
  form: { written: 'In writing', oral: 'Spoken, on the record', phone: 'By telephone, noted', online: 'On their own page' },
  channel: { sms: 'SMS', email: 'E-mail', webhook: 'Outside service', paper: 'On paper' },
  notice: { waiting: 'Waiting', sent: 'Sent', delivered: 'Delivered', confirmed: 'Confirmed', failed: 'Failed' },
  warning: {
    day_off: 'The day is a weekend or a holiday',
    notice_short: 'Less than three days: the ordinary procedure needs notice three days before (Civil Procedure Law art. 139)',
    notice_missing: 'No notice was sent',
    notice_unconfirmed: 'A simple notice is not confirmed: no default judgment may rest on it (Interpretation art. 261)',
    consent_missing: 'No consent to this step online',
  },
  change: { added: 'Put down', edited: 'Changed', court: 'People of the court changed', rescheduled: 'Moved', called_off: 'Called off', real_name_released: 'Real name released' },
  state: {
    applied: 'Applied', other_side_asked: 'Other side asked', choosing: 'Choosing a mediator', mediator_named: 'Mediator named', accepted: 'Accepted', scheduled: 'Scheduled',
    effective: 'Agreement in force', confirmation_requested: 'Confirmation requested', failed: 'Failed', declined: 'Other side declined', returned: 'Returned', withdrawn: 'Withdrawn',
  },
  term: { choose: 'Both choose a mediator (2 working days)', name: 'The court names one (3 working days)', answer: 'The mediator answers (3 working days)', mediate: 'Mediation', confirm: 'Request confirmation (30 days)' },
  standing: { before_filing: 'Before filing (30 days)', ordinary: 'Ordinary procedure (15 days)', simplified: 'Simplified procedure (7 days)' },
  ground: { not_mediable: 'Not for online mediation', not_this_court: 'Not this court, or not fit before filing', incomplete: 'Incomplete after being told' },
  act: {
    ask_other_side: 'Ask the other side', agrees: 'Other side agrees', refuses: 'Other side declines', name_both: 'Both chose a mediator', name_court: 'The court names a mediator', accept: 'Mediator accepts', decline: 'Declined or changed',
    schedule: 'Schedule', extend: 'Extend', agree: 'Agreement in force', fail: 'Failed', request_confirmation: 'Request confirmation', withdraw: 'Withdraw', return: 'Return',
  },
  field: {
    court: 'Court', case_number: 'Case number', cause: 'Cause', scheduled_at: 'Time', minutes: 'Length', mode: 'How it is held', site: 'Place', tribunal: 'Tribunal', kind: 'Kind', procedure: 'Procedure', panel: 'Panel',
    publicity: 'Publicity', gallery_seats: 'Gallery seats', further_cases: 'Further cases', continues: 'Continues', people: 'People', role: 'Role', name: 'Name', account: 'Account', phone: 'Telephone', email: 'E-mail', acts_for: 'Acts for', power: 'Power',
    side: 'Side', attendance: 'Attendance', shields: 'Protection', reason: 'Reason', capacity: 'Capacity', address: 'Address', contact: 'Contact', applicant: 'Applicant', respondent: 'Respondent', applicant_phone: 'Telephone of the applicant', respondent_phone: 'Telephone of the respondent',
    facts: 'Facts and claim', until: 'Until', hearing: 'Number of the mediation', url: 'Address', events: 'Events', scopes: 'Scopes', day: 'Day', note: 'Remarks',
  },
  calendar: {
    title: 'Calendar', from: 'From', days: 'Days', tribunal: 'Tribunal', site: 'Place', account: 'Person', all: 'All', add: 'New sitting', empty: 'Nothing is due in this time.',
    number: 'Case number', numberHint: 'Half a year either way', further: 'Heard together: {numbers}', taken: '(another case)', warnings: '{count} to look at', open: 'Open', announcements: 'Public notices', announce: 'Notices of open hearings', noAnnouncements: 'No open hearing in this time. Closed cases are never announced.', copy: 'Copy all', copied: 'Copied', minutes: '{count} min',
  },
  session: {
    forApplication: 'This mediation is tied to the application of {applicant} and {respondent}.', new: 'New sitting', edit: 'Sitting', kind: 'Kind', court: 'Court and tribunal', number: 'Case or pre-filing number', cause: 'Cause', time: 'Time', minutes: 'Minutes', mode: 'Held', procedure: 'Procedure', publicity: 'Publicity', gallery: 'Gallery seats',
    variants: 'Variants', panel: 'Before a panel', mediationFirst: 'Mediation first', merged: 'Investigation and debate merged', toldBefore: 'Rights told beforehand', further: 'Further cases heard together', addCase: 'Add a case', continues: 'Continues sitting number', tribunal: 'Tribunal', site: 'Place', none: 'None',
    people: 'People', presides: 'Presiding or sole judge', addPerson: 'Add a person', role: 'Role', name: 'Name', account: 'Account', byCode: 'By code', actsFor: 'Acts for', power: 'Power', side: 'Side', attendance: 'Attends', phone: 'Telephone', email: 'E-mail', remove: 'Remove', up: 'Move up',
    save: 'Save', saved: 'Saved', created: 'Put on the docket', reason: 'Reason of a change (needed once begun)', problems: '{count} to mend:', warnings: 'Please note',
    reschedule: 'Move', newTime: 'New time', why: 'Reason', callOff: 'Call off', callOffText: 'All codes stop working; this cannot be undone.', confirm: 'Confirm',
    consents: 'Consent to online steps', consentsText: 'Each step needs its own consent (Online Litigation Rules art. 4).', given: 'Agrees', refused: 'Does not agree', step: 'Step', how: 'How', told: 'How rights and consequences were told', note: 'Write down', noConsents: 'Nothing written down yet.',
    notices: 'Notices and receipts', send: 'Send notices', to: 'Everybody of the case', channel: 'By', noNotices: 'No notice was sent.', confirmReceipt: 'Note as confirmed', delivered: 'Note as delivered', confirmedHow: 'checked by the clerk',
    codes: 'Sheet of codes', codesText: 'One slip each with time, place and how to get in. A new code ends the former one.', makeCodes: 'Issue and print', print: 'Print', shield: 'Protect', shieldFrom: 'Kept from', unseen: 'not seen', unheard: 'not heard', changes: 'Changes', enter: 'Enter', handover: 'Hand-over', push: 'Send to the filing system', pushed: 'Sent to {count} systems', closed: 'Over',
  },
  mediations: {
    title: 'Applications for mediation', add: 'New application', applicant: 'Applicant', respondent: 'Other side', phone: 'Telephone', cause: 'Dispute', number: 'Case or pre-filing number', facts: 'Facts and wishes', standing: 'Standing and time', save: 'Take it', empty: 'No applications.', ends: '{term}: until {day}', overdue: 'Overdue', text: 'Remarks', mediator: 'Name of the mediator', why: 'Ground', until: 'Extend until', do: 'Do it', choose: 'Next step', by: '{applicant} and {respondent}', judge: 'A judge mediates (time runs from the consent of both)', scheduleText: 'Put a mediation on the docket; saving it ties it to this application. Or give the number of one that is there.', scheduleNew: 'New mediation', hearing: 'Number of a mediation', link: 'Tie',
  },
  statistics: {
    title: 'Figures', month: 'By month', tribunals: 'By tribunal', sites: 'By place', sittings: 'Sittings', hours: 'Hours', hearings: 'Hearings', mediations: 'Mediations', agreements: 'Agreements', failed: 'Failed', rate: 'Success rate', lectures: 'Lectures', adjourned: 'Adjourned', offline: 'Turned offline', calledOff: 'Called off', csv: 'Download table', none: 'None', from: 'From', to: 'To', empty: 'Nothing ended in this time.', name: 'Name',
  },
  places: {
    title: 'Administration', sites: 'Places', count: '{tribunals} tribunals, {sites} places', import: 'Import a list', importText: 'Choose a CSV file (tribunal,court,kind,name,address,capacity,contact,phone). The same name is updated; wrong rows are left out.', report: '{added} new, {changed} changed, {same} same, {refused} left out', row: 'Row {row}:', search: 'Find', kind: 'Kind', name: 'Name', tribunal: 'Tribunal', address: 'Address', capacity: 'People', contact: 'Contact',
    days: 'Holidays and make-up days', daysText: 'One day a line: 2026-10-01 off, or 2026-10-10 on. Deadlines run by it.', off: 'off', on: 'on', save: 'Save', saved: 'Saved', badDay: 'Line {row} cannot be read',
    system: 'Case system', url: 'Webhook', addHook: 'Add', secret: 'Secret (shown once)', token: 'Token (shown once)', tokenName: 'What for', scopes: 'Scopes', days_: 'Days', addToken: 'Make a token', drop: 'Remove', deliveries: 'Last deliveries', noDeliveries: 'None yet.', tries: '{count} tries', until: 'until {day}',
    delivery: { waiting: 'Waiting', delivered: 'Delivered', given_up: 'Given up' },
    events: 'Events', event: { session: 'docket changes', closed: 'ends of sittings', notice: 'notices', handover: 'hand-overs', mediation: 'applications' },
    scope: { import: 'import', export: 'export', receipts: 'receipts' },
  },
}
