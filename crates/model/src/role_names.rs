//! What every role is called, on paper, on the page, in the transcript and on the film: one table.
//!
//! What is not here: what a role may do (`role`). Words are those of the codes: 民事诉讼法 art. 40
//! to 47, 51, 60, 61, 75, 79, 82, 83; 在线调解规则 art. 11; 庭审录音录像规定 art. 3.

use crate::role::Role;

macro_rules! names {
    ($($role:ident => $zh:literal, $short:literal, $en:literal;)*) => {
        impl Role {
            /// The name in Chinese. Who hears a case alone is no presiding judge (审判长), so that role
            /// has its name by whether there is a panel.
            pub const fn chinese(self, panel: bool) -> &'static str {
                match self {
                    Self::PresidingJudge if panel => "审判长",
                    $(Self::$role => $zh,)*
                }
            }

            /// The name where there is little room: on the film and on small pictures.
            pub const fn chinese_short(self, panel: bool) -> &'static str {
                match self {
                    Self::PresidingJudge if panel => "审判长",
                    $(Self::$role => $short,)*
                }
            }

            /// The name in English.
            pub const fn english(self, panel: bool) -> &'static str {
                match self {
                    Self::PresidingJudge if panel => "Presiding judge",
                    $(Self::$role => $en,)*
                }
            }
        }
    };
}

names! {
    PresidingJudge => "审判员", "审判员", "Judge";
    Judge => "审判员", "审判员", "Panel judge";
    Assessor => "人民陪审员", "陪审员", "Assessor";
    ChairMediator => "主持调解员", "主持调解员", "Chair mediator";
    Mediator => "调解员", "调解员", "Mediator";
    Lecturer => "主讲人", "主讲人", "Lecturer";
    JudgeAssistant => "法官助理", "法官助理", "Judge’s assistant";
    Clerk => "书记员", "书记员", "Clerk";
    RecordingOfficer => "录音录像负责人", "录音录像", "Recording officer";
    Bailiff => "司法警察", "法警", "Bailiff";
    Adviser => "指导法官", "指导法官", "Adviser";
    Plaintiff => "原告", "原告", "Plaintiff";
    Defendant => "被告", "被告", "Defendant";
    ThirdParty => "第三人", "第三人", "Third party";
    LegalRepresentative => "法定代表人、法定代理人", "法定代表（代理）人", "Legal representative";
    Agent => "委托诉讼代理人", "诉讼代理人", "Agent";
    Witness => "证人", "证人", "Witness";
    Appraiser => "鉴定人", "鉴定人", "Appraiser";
    Inspector => "勘验人", "勘验人", "Inspector";
    Expert => "有专门知识的人", "专家辅助人", "Expert";
    Interpreter => "翻译人员", "翻译", "Interpreter";
    SignInterpreter => "手语翻译人员", "手语翻译", "Sign interpreter";
    Attendant => "站点协助员", "协助员", "Attendant";
    Visitor => "来访人", "来访人", "Visitor";
    Learner => "学员", "学员", "Learner";
    Media => "媒体", "媒体", "Media";
    Gallery => "旁听人员", "旁听", "Gallery";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_roles_of_a_panel_have_one_name() {
        let mut seen = Vec::new();
        for role in Role::ALL {
            let names = [role.chinese(true), role.english(true)];
            assert!(!seen.contains(&names[0]) && !seen.contains(&names[1]), "{role:?}");
            seen.extend(names);
        }
    }

    #[test]
    fn short_names_are_no_longer() {
        for (role, panel) in Role::ALL.iter().flat_map(|role| [(role, true), (role, false)]) {
            let letters = |name: &str| name.chars().count();
            assert!(letters(role.chinese_short(panel)) <= letters(role.chinese(panel)), "{role:?}");
        }
        assert_eq!(Role::PresidingJudge.chinese(true), "审判长");
        assert_eq!(Role::PresidingJudge.chinese(false), "审判员");
    }
}
