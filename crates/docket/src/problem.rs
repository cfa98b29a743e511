//! What is wrong with something filled in: which field, a stable code, a sentence in two languages.
//!
//! What is not here: the rules (`session`, `import`).

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident => $zh:literal, $en:literal;)*) => {
        /// What may be wrong with a field. The code is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum FieldFault { $($(#[$doc])* $name,)* }

        impl FieldFault {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The sentence in Chinese.
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The sentence in English.
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
        }
    };
}

faults! {
    /// Nothing stands there.
    Empty => "此项必填。", "This is needed.";
    /// Too long.
    TooLong => "文字过长。", "The text is too long.";
    /// Too short.
    TooShort => "至少两个字。", "Two characters at least.";
    /// Control characters, or a beginning that spreadsheets run as a formula.
    BadText => "含有不允许的字符，或者以公式符号开头。", "Characters that are not allowed, or a formula.";
    /// Not a number or not in bounds.
    OutOfBounds => "数值超出范围。", "The number is out of bounds.";
    /// Not one of the words.
    UnknownWord => "不是可用的选项。", "Not one of the choices.";
    /// Too many.
    TooMany => "数量过多。", "Too many.";
    /// Given twice.
    Twice => "重复。", "This is there twice.";
    /// Named, and does not exist.
    NoSuchThing => "所填编号不存在。", "There is no such thing.";
    /// The number of the case or of the pre-filing registration is missing.
    CaseNumberMissing => "请填写案号或者诉前编号。", "Give the case number or the pre-filing number.";
    /// The time has passed.
    InThePast => "时间已经过去。", "That time has passed.";
    /// Nobody who leads this kind of sitting.
    NobodyLeads => "缺少主持人：开庭、证据交换、询问须有一名审判员，调解须有主持调解员或审判员，讲堂须有主讲人或审判员。", "Nobody leads: a judge for hearings, a chair mediator or judge for mediations, a lecturer or judge for lectures.";
    /// More than one leads.
    TwoLead => "只能有一名主持人。", "Only one person may lead.";
    /// A side is missing.
    SideMissing => "双方当事人须齐备。", "Both sides are needed.";
    /// The role does not belong to this kind of sitting.
    RoleNotHere => "此类庭审没有该身份。", "This kind of sitting has no such role.";
    /// A panel needs three.
    PanelSize => "合议庭须为三人以上单数。", "A panel is an odd number, three at least.";
    /// Panel members without a panel.
    NoPanel => "独任审判没有合议庭成员，请选择合议庭审理。", "A sole judge has no panel; choose a panel.";
    /// A panel in a procedure that has a sole judge.
    SoleJudgeOnly => "简易程序、小额诉讼程序由一名审判员独任审理。", "This procedure has a sole judge.";
    /// Variant without the procedure it belongs to.
    VariantUnfit => "该变通只适用于简易程序或者小额诉讼程序的开庭。", "That variant belongs to simplified hearings.";
    /// Whom the agent acts for.
    ActsForMissing => "请选择代理哪一方当事人。", "Say for which party.";
    /// Acts for somebody who is no party.
    NotAParty => "只能代理当事人。", "Only a party can be acted for.";
    /// What the agent may do.
    PowerMissing => "请选择一般授权或者特别授权。", "Say general or special power.";
    /// Somebody who is no agent has power.
    PowerUnfit => "只有委托诉讼代理人有代理权限。", "Only agents have power.";
    /// A party is always on its own side.
    SideUnfit => "与诉讼地位或被代理人不符。", "This does not fit the role or the party acted for.";
    /// A closed case has a gallery.
    GalleryInClosed => "不公开审理的案件不设旁听和媒体席。", "A closed case has no gallery and no press.";
    /// A mediation that is public without everybody's consent.
    MediationPublic => "调解不公开进行，当事人均同意的除外。", "A mediation is not public unless all parties agree.";
    /// In the courtroom although everything is online.
    NobodyInCourt => "在线庭审没有现场参加人，请选择线上线下混合。", "Nobody is in the courtroom of an online sitting; choose mixed.";
    /// The judge of a court sits here without an account.
    AccountUnfit => "该账号不能担任此身份。", "That account cannot have this role.";
    /// The account sits here already.
    AccountTwice => "同一账号只能有一个席位。", "One account has one seat.";
    /// The place is taken.
    SiteTaken => "该场所在此时段已有安排。", "That place is taken at that time.";
    /// The person sits elsewhere.
    PersonTaken => "该人员在此时段已有安排。", "That person sits elsewhere at that time.";
    /// The place is too small.
    SiteTooSmall => "该场所容纳不下这么多人。", "That place is too small.";
    /// The court sees and hears everybody, and who judges is seen by everybody.
    ShieldUnfit => "不能对法庭人员遮蔽，也不能遮蔽审判、主持人员或者本人。", "Nothing is kept from the court, and who judges or leads is kept from nobody.";
    /// The sitting before it is not over, or is of another case.
    CannotContinue => "只能接续已经结束的庭审。", "Only a sitting that is over can be continued.";
    /// It cannot be read at all.
    Unreadable => "格式有误，无法识别。", "This cannot be read.";
    /// It has begun or is over.
    Begun => "庭审已经开始或者结束，不能由导入修改。", "The sitting has begun or is over; an import cannot change it.";
    /// A deadline has passed, or the new one is not later.
    TimeOver => "期限已过，或者新的期限不晚于原期限。", "The deadline has passed, or the new one is not later.";
    /// A reason is needed.
    ReasonMissing => "请填写理由。", "Give a reason.";
    /// Not the letters and digits of such a document.
    IdUnreadable => "证件号码的格式不对，请对照证件重新填写。", "This is no number of such a document; compare it with the document.";
    /// Not as long as such a number is.
    IdLength => "证件号码的位数不对，请对照证件重新填写。身份证、统一社会信用代码为 18 位。", "The number is too long or too short; identity cards and credit codes have 18 places.";
    /// The identity card of before 1999.
    IdOldForm => "15 位的旧身份证号码已经停用，请填写现在证件上的 18 位号码。", "Numbers of 15 digits are no longer valid; give the 18 places of the present card.";
    /// The check digit says that a digit is wrong.
    IdCheckDigit => "号码中有数字填错（校验码不符），请对照证件逐位核对。", "A digit is wrong (the check digit does not fit); compare it with the document.";
    /// Nobody can be born then.
    IdBirthDay => "号码中的出生日期不存在，请对照证件逐位核对。", "There is no such day of birth; compare the number with the document.";
    /// Another person has that number.
    RealNameTaken => "该号码已经登记在另一个姓名下，同一号码不能登记给两个人。请按号码查找：是同一人的，改用已有账户上的姓名；不是同一人的，核对号码。", "That number belongs to an account with another name. Look it up: if it is the same person use the name of that account, or else check the number.";
    /// Another seat of this sitting has that number.
    RealNameTwice => "本次庭审中另一席位已经登记了该号码，一人只能有一个席位。", "Another seat of this sitting has that number; one person has one seat.";
    /// This person has another number.
    RealNameBound => "此人已经登记了另一个号码。要改正的，先由法院说明理由解除原登记。", "This person has another number. To correct it, the court releases the former one with a reason first.";
    /// A seat with a real name gets another name.
    RealNameHolds => "此人已经实名登记，更换姓名前先说明理由解除登记。", "This person has a real name on file; release it with a reason before changing the name.";
    /// Real names are for who comes to the court.
    RealNameUnfit => "法院人员使用自己的账号，不作实名登记。", "People of the court have accounts of their own and no real name on file.";
    /// A person entered something else than the court.
    RealNameDiffers => "姓名或者号码与法院登记的不一致。请对照证件再填一次；仍然不一致的，请联系书记员。", "Name or number is not what the court has. Compare them with your document; if they still differ, ask the clerk.";
    /// Somebody else has that number already, told to who enters it.
    RealNameElsewhere => "这个号码不能登记在这里。请联系书记员，由法院按号码查找后办理。", "This number cannot be entered here. Ask the clerk: the court looks it up and sees to it.";
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Which field, as a path: `people.2.power`.
    pub field: String,
    /// What is wrong.
    pub fault: FieldFault,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
}

impl Problem {
    /// Something wrong with a field.
    pub fn new(field: impl Into<String>, fault: FieldFault) -> Self {
        Self {
            field: field.into(),
            fault,
            zh: fault.chinese().to_owned(),
            en: fault.english().to_owned(),
        }
    }
}

/// Whether a text may stand in a file that people open: no control characters and nothing a
/// spreadsheet would run.
pub fn is_plain(text: &str) -> bool {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    !formula && !text.chars().any(|c| c.is_control() || is_invisible(c))
}

/// Characters that show nothing or turn the direction of writing, so that a name may look like
/// another one.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Looks at one text.
pub fn check_text(field: &str, text: &str, max: usize, needed: bool, problems: &mut Vec<Problem>) {
    if text.trim().is_empty() {
        if needed {
            problems.push(Problem::new(field, FieldFault::Empty));
        }
    } else if text.chars().count() > max {
        problems.push(Problem::new(field, FieldFault::TooLong));
    } else if !is_plain(text) {
        problems.push(Problem::new(field, FieldFault::BadText));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end() {
        for fault in FieldFault::ALL {
            assert!(fault.chinese().ends_with('。') && fault.english().ends_with('.'), "{fault:?}");
        }
    }

    #[test]
    fn plain_text_is_told_from_tricks() {
        for fine in ["张三", "（2026）鄂1202民初1号", "O'Neil & Co. <Ltd>", "a-b"] {
            assert!(is_plain(fine), "{fine}");
        }
        for bad in ["=1+1", "+86", "@SUM(A1)", "-1", "a\u{0}b", "a\nb", "张\u{202e}三", "\u{feff}x"]
        {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }
}
