//! The rules say no: stable codes with a plain sentence in two languages each.

use serde::{Deserialize, Serialize};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident => $zh:literal, $en:literal;)*) => {
        /// Why something asked was refused. The code is stable; the sentence says what to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        pub enum Refusal { $($(#[$doc])* $name,)* }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The sentence for the person, in Chinese.
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The sentence for the person, in English.
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
        }
    };
}

refusals! {
    /// The role has no right to this.
    NotYourRight => "您的身份不能进行此操作。", "Your role does not allow this.";
    /// The hearing is not at a stage where this is possible.
    WrongStage => "当前庭审阶段不能进行此操作。", "This is not possible at this stage of the hearing.";
    /// Nobody by that number sits in this hearing.
    NobodyThere => "没有找到该参加人，请刷新名单后再试。", "No such person in this hearing; refresh the list and try again.";
    /// The person must check in first.
    NotCheckedIn => "该参加人尚未签到。", "That person has not checked in yet.";
    /// The person waits and was not admitted yet.
    NotAdmitted => "您尚未获准入庭，请等候法官准许。", "You have not been admitted yet; wait for the judge.";
    /// The discipline must be accepted before checking in.
    DisciplineNotAccepted => "请先阅读并同意法庭纪律。", "Read and accept the court discipline first.";
    /// The person is not connected.
    NotConnected => "该参加人目前不在线。", "That person is not connected at the moment.";
    /// The person is already where they are asked to be.
    AlreadyThere => "该操作已经完成，无需重复。", "This is done already.";
    /// A witness may be called only while in session.
    WitnessNotBeforeCall => "证人须在开庭后由法官传唤到庭。", "A witness enters only when called in session.";
    /// Another witness is in the hearing.
    OneWitnessAtATime => "已有证人在庭，请先请其退庭。", "Another witness is in the hearing; dismiss them first.";
    /// Opening needs the recorder to see the judge.
    JudgeNotSeen => "未收到法官的声音，请打开麦克风后再宣布开庭。", "The judge's microphone does not reach the server; switch it on and try again.";
    /// Opening needs both sides, or nobody could be heard.
    NobodyAdmitted => "尚无当事人入庭，请先准许入庭。", "No party has been admitted; admit a party first.";
    /// The recorder did not confirm frames on disk in time.
    RecordNotConfirmed => "录音录像未能确认写入，未开庭。请联系运维后重试。", "The recorder did not confirm frames on disk; the hearing is not open. Call operations and try again.";
    /// The record cannot be kept now.
    RecordAtRisk => "录音录像故障，暂不能进行此操作。请联系运维。", "The record cannot be kept at the moment; call operations.";
    /// Removal needs a warning first.
    WarnFirst => "责令退出前须先警告。", "Warn the person before ordering them to leave.";
    /// A reason is needed.
    ReasonMissing => "请填写理由。", "Give a reason.";
    /// The text is too long.
    TextTooLong => "文字过长，请缩短后再试。", "The text is too long; shorten it.";
    /// The court's own seats cannot be locked or removed.
    NotTheCourt => "不能对审判人员进行此操作。", "This cannot be done to the court's own people.";
    /// Microphone locked by the judge.
    Locked => "法官已将您静音，请举手申请发言。", "The judge muted you; raise your hand to speak.";
    /// The person was removed from this sitting.
    Removed => "您已被责令退出本次庭审。", "You were ordered to leave this hearing.";
    /// The hearing is over.
    HearingClosed => "庭审已经结束。", "The hearing is closed.";
    /// The hearing does not let people in yet.
    NotYetOpen => "庭审尚未开始签到，请稍候。", "Check-in has not started yet; please wait.";
    /// The node cannot take more.
    Full => "席位或服务器已满，请联系法庭工作人员。", "There is no more room; contact the court.";
    /// Too many requests.
    TooFast => "操作过于频繁，请稍后再试。", "Too many requests; wait a moment.";
    /// The code is not known.
    CodeUnknown => "验证码不正确，请核对后重新输入。", "That code is not correct; check it and type it again.";
    /// The code was used on another device.
    CodeUsed => "验证码已在其他设备使用，请联系书记员重新发放。", "That code was already used on another device; ask the clerk for a new one.";
    /// The code has expired.
    CodeExpired => "验证码已过期，请联系书记员重新发放。", "That code has expired; ask the clerk for a new one.";
    /// Name or password wrong.
    SignInWrong => "用户名或密码不正确。", "Name or password is not correct.";
    /// Too many wrong attempts.
    SignInLocked => "错误次数过多，请稍后再试。", "Too many wrong attempts; try again later.";
    /// A session is needed.
    SignInNeeded => "请先登录。", "Sign in first.";
    /// No such thing, or not for this person.
    NotFound => "没有找到，或您无权查看。", "Not found, or not for you to see.";
    /// The session description could not be used.
    OfferUnusable => "音视频连接协商失败，请刷新页面后重试。", "The media offer could not be used; reload the page.";
    /// The body of the request is not what the path expects.
    Malformed => "请求内容有误，请刷新页面后重试。", "The request could not be read; reload the page.";
    /// Something on the server failed; it was logged.
    ServerFault => "服务器出现故障，已通知运维，请稍后重试。", "The server had a fault; operations have been told. Try again.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_speaks_both_languages() {
        for refusal in Refusal::ALL {
            assert!(refusal.chinese().ends_with('。'), "{refusal:?}");
            assert!(refusal.english().ends_with('.'), "{refusal:?}");
        }
    }
}
