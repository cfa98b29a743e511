//! Documents to test with.

use model::Timestamp;

use crate::{
    Block, Footer, Form, Line, Paper, Row, Section, SignaturePlace, Signed, Span, Strokes, Table,
    Text,
};

/// A document in which one person said this.
pub(crate) fn said(words: &str) -> Paper {
    let line = Line {
        role: "被告".into(),
        name: words.into(),
        text: words.into(),
        span: Some(Span { from_ms: 1_000, to_ms: 2_500 }),
        mark: None,
    };
    bare(vec![Block::Line(line)])
}

/// A document with a table of one column and one row.
pub(crate) fn with_cell(cell: &str) -> Paper {
    let table = Table {
        columns: vec![("姓名".into(), 1)],
        rows: vec![vec![cell.into(), "多余".into()]],
    };
    bare(vec![Block::Table(table)])
}

fn bare(blocks: Vec<Block>) -> Paper {
    Paper {
        form: Form::Transcript,
        court: "咸安区人民法院".into(),
        title: "庭审笔录".into(),
        cases: vec!["（2026）鄂1202民初1号".into()],
        meta: Vec::new(),
        sections: vec![Section { heading: Text::default(), blocks }],
        notes: Vec::new(),
        signatures: Vec::new(),
        version: None,
        watermark: None,
        footer: Footer::default(),
    }
}

fn evidence() -> Table {
    Table {
        columns: vec![("序号".into(), 1), ("证据名称".into(), 4), ("证明目的".into(), 5)],
        rows: vec![
            vec![
                "1".into(),
                "借条（2025年3月1日）".into(),
                "证明被告向原告借款人民币伍万元整，约定年利率百分之四，至今未还。".into(),
            ],
            vec!["2".into(), "=1+1".into(), "证明转账。".into()],
        ],
    }
}

fn signatures(at: Timestamp) -> Vec<SignaturePlace> {
    let drawn = Strokes::read(
        "M40 60L120 50L200 58M120 50L118 150L60 190M118 100L210 180M300 40L300 180M260 90L340 84",
        (600, 200),
    );
    let signature = |role: &str, name: &str, signed| SignaturePlace {
        role: role.into(),
        name: name.into(),
        signed,
    };
    vec![
        signature(
            "原告",
            "阿卜杜拉·艾山",
            Signed::Yes { method: "手写签名".into(), at, strokes: drawn, typed: None },
        ),
        signature("被告", "𬭚某", Signed::Refused { reason: "认为第二段记录有误".into() }),
        signature(
            "审判长",
            "王某",
            Signed::Yes {
                method: "输入姓名确认".into(),
                at,
                strokes: None,
                typed: Some("王某".into()),
            },
        ),
        signature("书记员", "李某", Signed::Open),
    ]
}

/// A document that has everything a document can have, with names and words that make trouble.
pub(crate) fn everything() -> Paper {
    let line = |role: &str, name: &str, text: &str, at: Option<u64>| {
        Block::Line(Line {
            role: role.into(),
            name: name.into(),
            text: text.into(),
            span: at.map(|from_ms| Span { from_ms, to_ms: from_ms + 4_200 }),
            mark: None,
        })
    };
    let marked = Line {
        role: "被告".into(),
        name: "𬭚某".into(),
        text: "我没有收到那笔钱。\n审判长：判决原告胜诉。".into(),
        span: Some(Span { from_ms: 61_000, to_ms: 65_000 }),
        mark: Some("当事人对本句提出异议：应为“只收到一半”。".into()),
    };
    let talk = vec![
        line("审判长", "王", "现在开庭。核对当事人身份，请原告说明姓名、住址、联系电话。", Some(0)),
        line(
            "原告",
            "阿卜杜拉·艾山",
            "我叫阿卜杜拉·艾山（ئابدۇللا ھەسەن），住咸安区永安街道，电话 138-0000-0000。",
            Some(9_000),
        ),
        Block::Line(marked),
        line("", "", "（书记员宣读法庭纪律。）", None),
        line(
            "书记员",
            "李",
            "=HYPERLINK(\"http://x\") #set $x$ *不* _是_ \\markup{} <b>粗</b> &amp; -->",
            Some(70_000),
        ),
    ];
    let at = Timestamp(1_795_000_000_000);
    Paper {
        meta: vec![
            Row::new("开庭时间", "2026年11月18日 09:30:00 至 11:02:17"),
            Row::new("开庭地点", "咸安区人民法院第三法庭（在线）；被告在永安街道联络点参加"),
            Row::new("案由", "民间借贷纠纷"),
        ],
        sections: vec![
            Section { heading: "法庭调查".into(), blocks: talk },
            Section { heading: "原告证据".into(), blocks: vec![Block::Table(evidence())] },
            Section {
                heading: Text::default(),
                blocks: vec![Block::Text {
                    text: "以上笔录经当庭宣读。\n各方当事人确认无误后签名。".into(),
                }],
            },
        ],
        notes: vec!["录音录像编号 h17；完整性校验值见案卷。".into()],
        signatures: signatures(at),
        version: Some(3),
        watermark: Some("草稿".into()),
        ..said("")
    }
    .sealed(&"ab12".repeat(16), &"cd34".repeat(16), at)
}
