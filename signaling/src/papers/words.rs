//! Words of documents, in Chinese: roles, ways, grounds.

use ::docket::{Channel, NoticeState};
use model::{FailureGround, IdentityMethod, Role, SigningMethod};

/// What stands before somebody's name; who hears a case alone is no presiding judge.
pub(super) const fn role(role: Role, panel: bool) -> &'static str {
    match role {
        Role::PresidingJudge if panel => "审判长",
        Role::PresidingJudge => "审判员",
        Role::Judge => "审判员",
        Role::Assessor => "人民陪审员",
        Role::ChairMediator => "主持调解员",
        Role::Mediator => "调解员",
        Role::Lecturer => "主讲人",
        Role::JudgeAssistant => "法官助理",
        Role::Clerk => "书记员",
        Role::RecordingOfficer => "录音录像负责人",
        Role::Bailiff => "司法警察",
        Role::Adviser => "指导法官",
        Role::Plaintiff => "原告",
        Role::Defendant => "被告",
        Role::ThirdParty => "第三人",
        Role::LegalRepresentative => "法定代理人",
        Role::Agent => "委托诉讼代理人",
        Role::Witness => "证人",
        Role::Appraiser => "鉴定人",
        Role::Inspector => "勘验人",
        Role::Expert => "有专门知识的人",
        Role::Interpreter => "翻译人员",
        Role::SignInterpreter => "手语翻译",
        Role::Attendant => "站点协助员",
        Role::Visitor => "来访人",
        Role::Learner => "学员",
        Role::Media => "媒体",
        Role::Gallery => "旁听人员",
    }
}

/// How somebody signed.
pub(super) const fn signing(method: SigningMethod) -> &'static str {
    match method {
        SigningMethod::Typed => "在线输入姓名确认",
        SigningMethod::Handwritten => "在线手写签名",
        SigningMethod::OnPaper => "现场书面签名",
        SigningMethod::Certificate => "数字证书签名",
    }
}

/// How an identity was checked.
pub(super) const fn identity(method: IdentityMethod) -> &'static str {
    match method {
        IdentityMethod::IdCard => "居民身份证",
        IdentityMethod::FaceMatch => "人脸比对",
        IdentityMethod::OtherDocument => "其他有效证件",
        IdentityMethod::LawyerLicence => "律师证及授权委托书",
        IdentityMethod::KnownToCourt => "各方无异议",
    }
}

/// Why a mediation failed (在线调解规则 art. 25).
pub(super) const fn failure(ground: FailureGround) -> &'static str {
    match ground {
        FailureGround::Withdrawn => "当事人撤回调解申请或者要求终止调解",
        FailureGround::NoAgreement => "各方未达成一致",
        FailureGround::Absent => "当事人无正当理由不参加调解",
        FailureGround::TimeOver => "调解期限届满，当事人不同意延长",
        FailureGround::Sham => "发现虚假调解",
        FailureGround::NotMediable => "存在法律规定不得调解的情形",
        FailureGround::NoMediator => "调解员不宜继续调解且未能更换",
        FailureGround::Other => "其他导致调解难以进行的情形",
    }
}

/// How a notice went.
pub(super) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "短信",
        Channel::Email => "电子邮件",
        Channel::Webhook => "送达系统",
        Channel::Paper => "书面送达",
    }
}

/// What became of it.
pub(super) const fn notice(state: NoticeState) -> &'static str {
    match state {
        NoticeState::Waiting => "待发出",
        NoticeState::Sent => "已发出",
        NoticeState::Delivered => "已到达",
        NoticeState::Confirmed => "已确认收到",
        NoticeState::Failed => "未能送达",
    }
}
