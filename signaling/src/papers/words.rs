//! Words of documents, in Chinese: ways, grounds. What roles are called stands in `model`.

use ::docket::{Channel, NoticeState};
use model::{FailureGround, IdentityMethod, SigningMethod};

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
