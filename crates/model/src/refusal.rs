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
    WrongStage => "当前庭审阶段不能进行此操作，请按页面提示的下一步操作。", "This is not possible at this stage of the hearing; follow the next step shown on the page.";
    /// Nobody by that number sits in this hearing.
    NobodyThere => "没有找到该参加人，请刷新名单后再试。", "No such person in this hearing; refresh the list and try again.";
    /// The person must check in first.
    NotCheckedIn => "该参加人尚未签到，请提醒其签到。", "That person has not checked in yet; ask them to.";
    /// The person waits and was not admitted yet.
    NotAdmitted => "您尚未获准入庭，请等候法官准许。", "You have not been admitted yet; wait for the judge.";
    /// The discipline must be accepted before checking in.
    DisciplineNotAccepted => "请先阅读并同意法庭纪律。", "Read and accept the court discipline first.";
    /// The discipline's text was changed since the page showed it.
    DisciplineChanged => "法庭纪律的内容已更新，请重新阅读后再同意。", "The court discipline was changed; read it again and accept it.";
    /// The person is not connected.
    NotConnected => "该参加人目前不在线，请等其重新连接。", "That person is not connected at the moment; wait until they are back.";
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
    /// The server's clock is further off than is allowed.
    ClockOff => "服务器时钟偏差超过允许范围，暂不能开庭。请联系运维校准时钟。", "The server's clock is further off than is allowed, so nothing recorded can be opened; call operations to set it.";
    /// Removal needs a warning first.
    WarnFirst => "责令退出前须先警告；情况紧急未警告的，请说明理由。", "Warn the person before ordering them to leave, or say why there was no warning.";
    /// A reason is needed.
    ReasonMissing => "请填写理由。", "Give a reason.";
    /// The text is too long.
    TextTooLong => "文字过长，请缩短后再试。", "The text is too long; shorten it.";
    /// The court's own seats cannot be locked or removed.
    NotTheCourt => "不能对审判人员进行此操作。", "This cannot be done to the court's own people.";
    /// Microphone locked by the judge.
    Locked => "法官已将您静音，请举手申请发言。", "The judge muted you; raise your hand to speak.";
    /// The person was removed from this sitting.
    Removed => "已被责令退出本次庭审，须经法官准许方可返回。", "Ordered to leave this hearing; only the judge may let the person back.";
    /// The hearing is over.
    HearingClosed => "庭审已经结束。", "The hearing is closed.";
    /// The hearing does not let people in yet.
    NotYetOpen => "庭审尚未开始签到，请稍候。", "Check-in has not started yet; please wait.";
    /// The record is not sealed yet.
    NotSealed => "卷宗尚未封存，闭庭并封存后再制作。", "The record is not sealed yet; wait until the hearing is closed and its record sealed.";
    /// The record's check value is another than the page showed.
    CheckValueOther => "校验值与卷宗不一致，请刷新页面后重新核对。", "The check value is not that of the record; reload the page and compare again.";
    /// A fault of the equipment was not explained and signed (庭审录音录像规定 art. 4).
    ExplanationMissing => "录音录像有故障，须先由审判长或者独任审判员签署情况说明。", "The recording had a fault; who presided has to sign an explanation first.";
    /// The explanation still has places that were left open.
    ExplanationOpen => "情况说明尚有未补充之处，请补充完整后再签署。", "The explanation still has places to fill in; complete it before signing.";
    /// The record must still be kept.
    StillKept => "保管期限未满，不得删除。", "The record must still be kept; it cannot be deleted.";
    /// Somebody ordered the record to be kept.
    OnHold => "该卷宗已被责令保全，不得删除。", "A hold is on this record; it cannot be deleted.";
    /// A copy of the pictures is not given to people of the case (庭审录音录像规定 art. 11).
    NoVideoCopies => "依照规定，当事人可以查阅录像、复制录音，不得复制录像。", "The rule gives people of a case a view and a copy of the sound, not a copy of the pictures.";
    /// The view or copy was not granted, or its time is over.
    NotGranted => "查阅、复制尚未获准或者期限已过，请先提出申请。", "Not granted, or its time is over; ask for it first.";
    /// Too much was asked for at once.
    PartTooLarge => "所选片段过大，请缩短时间段或者减少人员后再试。", "That part is too large; choose a shorter time or fewer people.";
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
    /// The server has no Chinese font to print with.
    FontMissing => "服务器没有安装中文字体，暂时不能生成 PDF。请联系管理员安装 fonts-noto-cjk；Word 和文本仍可下载。", "The server has no Chinese font and cannot make a PDF: an administrator installs fonts-noto-cjk. Word and text can be downloaded.";
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
    /// Somebody has not agreed to hold this step online.
    ConsentMissing => "有当事人尚未同意本环节在线进行，请先征得其同意或者转为线下。", "Somebody has not agreed to hold this step online; ask them, or go on offline.";
    /// The barred grounds were not gone through.
    BarredNotAnswered => "请先核对不适用在线庭审的七种情形。", "Go through the seven grounds that bar an online hearing first.";
    /// A barred ground is present.
    Barred => "存在不适用在线庭审的情形，请转为线下。", "A ground bars an online hearing; go on offline.";
    /// A party is neither here nor noted as absent.
    PartyUnaccounted => "有当事人既未入庭也未记明缺席，请先准许其入庭或者记明缺席。", "A party is neither admitted nor noted as absent; do one of the two.";
    /// An identity was not checked.
    IdentityUnchecked => "有当事人身份尚未核对，请先核对或者由法官说明理由后继续。", "An identity has not been checked; check it, or go on with a reason.";
    /// An agent's power was not checked.
    PowerUnchecked => "有代理人的授权委托尚未核对，请先核对授权委托书。", "An agent's power of attorney has not been checked; check it first.";
    /// Settling needs special power.
    SpecialPowerNeeded => "一般授权的代理人不能签署协议，须有特别授权或者由当事人本人签署。", "An agent with general power cannot sign this; special power or the party is needed.";
    /// The phase does not follow, and no reason was given.
    PhaseOutOfTurn => "该环节不是下一环节，请先完成前面的环节；如需跳转请说明理由。", "That phase does not follow; go through those before it, or give a reason to go there.";
    /// The phase is not part of this course.
    PhaseNotInCourse => "本案程序不含该环节，请选择列出的环节。", "That phase is not part of this course; choose one that is listed.";
    /// The discipline was not read.
    DisciplineUnread => "请先宣布法庭纪律，书记员未宣布的可由法官宣布。", "The court discipline has not been read; the clerk or the judge reads it first.";
    /// Somebody in the hearing cannot be noted as absent.
    StillInside => "该参加人在庭，不能记明缺席；如已离开，请先请其退到候庭。", "That person is in the hearing and cannot be noted as absent; send them to the waiting room first.";
    /// The challenged person withdraws: the sitting cannot go on.
    ChallengeUpheld => "回避申请成立，本次庭审不能继续，请延期审理、转为线下或者闭庭。", "The challenge was upheld and this sitting cannot go on; adjourn, go on offline or close.";
    /// A challenge waits for its decision.
    ChallengePending => "回避申请尚未处理，请先作出决定。", "A challenge waits for its decision; decide it first.";
    /// Only somebody of the court can be challenged.
    NotChallengeable => "只能对审判人员、书记员、翻译人员、鉴定人、勘验人申请回避。", "Only the court, interpreters, appraisers and inspectors can be challenged.";
    /// Nothing waits for this.
    NothingPending => "当前没有需要处理的事项。", "There is nothing to decide at the moment.";
    /// Nobody has the floor.
    NoFloor => "当前无人持有发言权，请先指定发言人。", "Nobody has the floor; give it to somebody first.";
    /// Gallery seats are taken.
    GalleryFull => "旁听席已满。", "The gallery is full.";
    /// A closed case has no gallery.
    NotPublic => "本案不公开审理，不设旁听。", "This case is not public; there is no gallery.";
    /// The witness must sign the guarantee first.
    GuaranteeNeeded => "证人须先签署并宣读保证书。", "The guarantee must be signed and read first.";
    /// The guarantee was refused: no testimony.
    GuaranteeRefused => "该证人拒绝签署保证书，不得作证。", "The guarantee was refused; there can be no testimony.";
    /// A person with special knowledge comes only where expert questions are heard.
    OnlyOnExpertTopic => "有专门知识的人仅就专业问题出庭，请在举证质证或法庭询问环节传唤。", "A person with special knowledge comes only while evidence or questions are heard.";
    /// Somebody is in another room beside the hearing.
    InAnotherChamber => "该参加人正在其他会商中。", "That person is in another private room.";
    /// The room beside the hearing takes nobody else.
    ChamberLocked => "该会商已锁定。", "That private room is locked.";
    /// No such room beside the hearing.
    NoChamber => "没有该会商，可能已经结束。", "There is no such private room; it may have ended.";
    /// People may be asked only who belong together.
    NotYourPeople => "只能与本方当事人、代理人会商。", "You may consult only with your own side.";
    /// The piece of evidence was not exchanged.
    NotExchanged => "该证据尚未交换，不能出示。", "That evidence has not been exchanged and cannot be shown.";
    /// The evidence list has nothing the person may show.
    NothingToShow => "证据列表中没有您可以出示的证据，请先提交并交换证据。", "There is no evidence you may show; hand it in and exchange it first.";
    /// Nothing is shown.
    NothingShown => "当前没有正在出示的证据。", "Nothing is being shown.";
    /// The page does not exist.
    NoSuchPage => "没有该页。", "There is no such page.";
    /// The mediation's checklist is not done.
    ChecklistOpen => "调解前须逐项完成核对和告知。", "Go through the mediation's checklist first.";
    /// Every party must agree to a recording.
    RecordingNotAgreed => "录音录像须经各方当事人明确同意。", "Every party must agree to a recording.";
    /// The sheet was changed meanwhile.
    SheetChanged => "文本已被修改，请查看最新版本后再操作。", "The text was changed meanwhile; read the newest version.";
    /// The sheet must be read out first.
    ReadBackNeeded => "请先宣读并说明该文本。", "Read the text out first.";
    /// Undisputed facts must be in writing when a recording replaces the record.
    FactsSheetNeeded => "以录音录像代替笔录的，无争议事实仍须书面记载并由各方确认。", "Where a recording replaces the record, the undisputed facts must be written and signed.";
    /// Who has a page signs on it.
    SignsThemselves => "该参加人有自己的页面，须由其本人在页面上签名或者拒绝。", "That person has a page of their own and signs, or refuses, on it.";
    /// A signature on paper is only noted for who is in the courtroom.
    NotInCourt => "纸质签名只能为在法庭现场的参加人记明。", "A signature on paper is noted only for somebody in the courtroom.";
    /// Signed and in force.
    AlreadyEffective => "协议已经生效，不能修改。", "The agreement is in force and cannot be changed.";
    /// What the file claims to be it is not.
    FileNotReadable => "文件无法识别或与类型不符，请上传 PDF、图片、音频或视频文件。", "The file is not what it claims to be; upload a PDF, picture, sound or video.";
    /// The file is encrypted.
    FileEncrypted => "文件已加密，请取消密码后再上传。", "The file is encrypted; remove its password first.";
    /// The file is too large.
    FileTooLarge => "文件过大，请压缩或分拆后再上传。", "The file is too large; make it smaller or split it.";
    /// The hearing's evidence is as much as one hearing may have.
    EvidenceFull => "本案证据的数量或者总大小已达上限，请先删除未交换的证据。", "This hearing has as much evidence as it may have; remove some that was not exchanged.";
    /// The piece of evidence was exchanged and is not the side's own business any more.
    AlreadyExchanged => "该证据已经交换，不能自行修改或者删除，请联系法庭。", "That evidence has been exchanged; only the court may change it now.";
    /// The file on disk is not the one that was handed in.
    EvidenceAltered => "该证据文件与提交时的校验值不一致，不能出示。请联系运维核查。", "That file is no longer the one that was handed in and cannot be shown; call operations.";
    /// The record of a deliberation is not what was written.
    RecordAltered => "合议笔录与保存时的校验值不一致，不能显示。请联系运维核查。", "The record of the deliberation is not what was written and is not shown; call operations.";
    /// The line was changed meanwhile.
    TextMoved => "该行已被他人修改，正在合并。", "That line was changed meanwhile; the change is being merged.";
    /// The transcript is frozen for reading and signing.
    TranscriptFrozen => "笔录已经固定，正在核对签名；如需修改，请先恢复编辑。", "The transcript is frozen for reading and signing; take it up again before changing it.";
    /// Machine drafts nobody has looked at.
    DraftsUnchecked => "尚有未经核对的识别草稿，请逐条修改、采用或者删除后再固定。", "There are machine drafts nobody has checked; correct, accept or remove each before freezing.";
    /// The transcript is not frozen.
    TranscriptOpen => "笔录尚未固定，请在固定后核对、签名。", "The transcript is not frozen yet; read and sign it afterwards.";
    /// A typed name needs a code or a password besides.
    CodeNeeded => "输入姓名签名还须填写法院告知的验证码（法院人员为登录密码）。", "A typed name needs the court's one-time code besides; people of the court give their password.";
    /// The code is wrong, used up or too old.
    CodeWrong => "验证码不正确或者已经失效，请核对或者重新获取。", "The code is wrong or no longer good; check it or ask for another.";
    /// There is no telephone number a code could be sent to.
    NoPhone => "没有登记手机号码，请由书记员当面或者在庭上告知验证码。", "No telephone number is known; let the clerk tell the code.";
    /// What was uploaded is no signature by certificate.
    CertificateForm => "所上传的文件不是可识别的数字签名文件（CMS/PKCS#7，.p7s）。", "That file is no signature that can be read (CMS/PKCS#7, .p7s).";
    /// The signature is over other bytes.
    CertificateText => "该数字签名所签的不是本版笔录原文，请下载原文后重新签名。", "That signature is over another text; download the exact text and sign it again.";
    /// No authority the court trusts stands behind the certificate.
    CertificateUntrusted => "签名证书不是由本院信任的机构颁发的，不能使用。", "The certificate was not issued by an authority this court trusts.";
    /// The certificate is not valid now.
    CertificateExpired => "签名证书不在有效期内，请更换有效证书。", "The certificate is not valid at this time.";
    /// The certificate is somebody else's.
    CertificateOther => "证书上的姓名与签名人不一致，只能使用本人的证书。", "The certificate names somebody else; only one's own can be used.";
    /// The court has no authorities configured.
    CertificateUnused => "本院尚未设置受信任的证书颁发机构，请以手写或者输入姓名方式签名。", "This court has no trusted authorities set; sign by hand or by name.";
    /// The days for reading are over.
    ReadingOver => "庭审笔录的阅读和补正期限（庭审后五日）已过。", "The five days for reading and correcting the transcript are over.";
    /// The place is taken at that time.
    PlaceTaken => "该场所在此时段已被占用，请更换时间或场所。", "That place is taken at that time; choose another time or place.";
    /// A person sits elsewhere at that time.
    PersonTaken => "有人员在此时段已有安排。", "Somebody sits elsewhere at that time.";
    /// A case or pre-filing number is needed.
    CaseNumberMissing => "请填写案号或者诉前编号。", "Give the case number or the pre-filing number.";
    /// A value does not make sense.
    NotPlausible => "填写内容不合要求，请核对后再试。", "Something filled in does not fit; check it and try again.";
    /// An outside service does not answer, or not so that it can be understood.
    OutsideSilent => "外部比对服务没有响应，请改用其他方式核对身份。", "The outside service does not answer; check the identity in another way.";
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
