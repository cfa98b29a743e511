// 识别用语: words a tribunal's engine of speech is told beforehand, in both languages.

export const zh = {
  glossary: {
    title: '识别用语',
    how: '语音识别引擎在庭审开始时得到这些词：本庭的在先，全院通用的在后。案件当事人姓名、案由、地点自动加入，不必填写。',
    of: '适用范围', all: '全院通用', count: '{count} 个词',
    word: '词语', weight: '权重', kind: '类别', weightText: '1 至 100，通常为 20；越大越容易被识别出来',
    kinds: { term: '法律、行业用语', name: '人名、地名', dialect: '方言词' },
    add: '添加', drop: '删除', save: '保存', undo: '放弃修改', saved: '已保存，下一次开庭时使用。', unsaved: '有未保存的修改',
    import: '从文件加入', importText: '文本文件，每行一个词，可在后面写权重，如“彩礼 30”；以 # 开头的行不读入。', imported: '加入 {count} 个词，尚未保存。',
    none: '还没有词。', find: '查找', changes: '修改记录', noChanges: '尚无修改。',
    change: { added: '增加', removed: '删除', altered: '改为' },
  },
}

export const en: typeof zh = {
  glossary: {
    title: 'Words for recognition',
    how: 'The engine of speech is told these words when a hearing begins: the tribunal’s own first, those of all after them. Names, cause and places of the case come by themselves.',
    of: 'For', all: 'All tribunals', count: '{count} words',
    word: 'Word', weight: 'Weight', kind: 'Kind', weightText: '1 to 100, usually 20; heavier words are heard more readily',
    kinds: { term: 'term of law or trade', name: 'name', dialect: 'dialect' },
    add: 'Add', drop: 'Remove', save: 'Save', undo: 'Give up changes', saved: 'Saved; used from the next hearing on.', unsaved: 'Changes are not saved',
    import: 'Add from a file', importText: 'A text file, one word a line, with a weight behind it if wished (“dowry 30”); lines that begin with # are passed over.', imported: '{count} words added, not saved yet.',
    none: 'No words yet.', find: 'Find', changes: 'Changes', noChanges: 'None yet.',
    change: { added: 'added', removed: 'removed', altered: 'now' },
  },
}
