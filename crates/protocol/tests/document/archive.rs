//! The archive's bodies as the document shows them.
//! What is not here: a record itself.

use protocol::{
    ArchiveFound, AuditAct, AuditChecked, AuditLine, AuditPage, Bookmark, CopyDecision, CopyKind,
    CopyRequest, CopyState, Custody, Explanation, Hold, LinkMade, NewBookmark, NewCopyRequest,
    NewExplanation, NewLink, OpenView, PaperLine, PaperList, PartyView, Passage, PassageKind,
    PhaseMark, Reader, RecordStage, RetentionLine, RetentionList, WithReason,
};

use model::paper::{Form, Format};

use super::*;

pub(super) fn list() -> ArchiveList {
    let words = private("经警告仍喧哗");
    let passage = Passage { what: PassageKind::Minute, at_ms: Some(62_000), words };
    let found = ArchiveFound {
        stage: RecordStage::Archived,
        phase_ms: Some(5_400_000),
        passages: vec![passage],
    };
    ArchiveList { hearings: vec![archive_line()], found: vec![found], total: 1, page_size: 30 }
}

fn request() -> CopyRequest {
    CopyRequest {
        id: 4,
        who: WHO,
        what: CopyKind::View,
        reason: private("核对陈述"),
        at: AT,
        state: CopyState::Granted,
        decided_at: Some(AT),
        decided_by: private("李书记员（书记员 #2）"),
        decision: private(""),
        until: Some(AT),
    }
}

fn audit() -> AuditLine {
    AuditLine {
        n: 17,
        at: AT,
        hearing: Some(HearingId(17)),
        by: private("张三（本案当事人一方 p3）"),
        act: AuditAct::Viewed,
        detail: private(""),
        result: "done".to_owned(),
        sha256: "9f86d0…".to_owned(),
    }
}

fn hold() -> Hold {
    Hold { at: AT, by: private("李法官（法官 #1）"), reason: private("再审审查") }
}

pub(super) fn bodies(text: &mut String) {
    let explanation = Explanation {
        text: private("……"),
        signature: private("李法官"),
        at: AT,
        sha256: "9f86d0…".to_owned(),
    };
    let custody = Custody {
        stage: RecordStage::Archived,
        faults: 1,
        draft: None,
        explanation: Some(explanation),
        may_sign: false,
        kept_until: Some(AT),
        hold: Some(hold()),
        may_lift: true,
        bookmarks: vec![Bookmark { id: 1, at_ms: 62_000, label: private("质证") }],
        requests: vec![request()],
        readers: vec![Reader { who: WHO, role: Role::Plaintiff, name: private("张三") }],
        audit: vec![audit()],
    };
    let of = |rest: &str| format!("`POST /api/archive/{{hearing}}/{rest}`");
    body(text, "`GET /api/archive/{hearing}/custody`, and what is done there answers", &custody);
    let signed = NewExplanation { text: private("……"), signature: private("李法官") };
    body(text, &of("explanation"), &signed);
    body(text, &of("bookmarks"), &NewBookmark { at_ms: 62_000, label: private("质证") });
    let reason = WithReason { reason: private("再审审查") };
    body(text, "`POST /api/archive/{hearing}/hold`, `/hold/lift`, `/erase`", &reason);
    let decision = CopyDecision { grant: true, reason: private(""), days: 7 };
    body(text, &of("requests/{request}"), &decision);
    body(text, &of("links"), &NewLink { who: WHO, days: 7 });
    body(text, "its answer", &LinkMade { key: private("…"), expires_at: AT });
    let line = RetentionLine {
        hearing: HearingId(1),
        heading: heading(),
        ended_at: AT,
        kept_until: Some(AT),
        hold: Some(hold()),
    };
    let list = RetentionList { over: Vec::new(), held: vec![line], erased: Vec::new() };
    body(text, "`GET /api/audit`", &AuditPage { lines: vec![audit()], more: true });
    let checked = AuditChecked { lines: 17, head: "9f86d0…".to_owned(), broken: None };
    body(text, "`POST /api/audit/check`", &checked);
    body(text, "`GET /api/retention`, and the answer of `/erase`", &list);
    let paper = PaperLine {
        form: Form::Agreement,
        formats: vec![Format::Pdf, Format::Docx, Format::Txt, Format::Json],
        name: "agreement".to_owned(),
        code: "9F86 D081 884C 7D65".to_owned(),
    };
    let what = "`GET /api/archive/{hearing}/papers`, and `GET /api/my/papers`";
    body(text, what, &PaperList { papers: vec![paper] });
    body(text, "`POST /api/view/open`", &OpenView { key: private("…") });
    let asked = NewCopyRequest { what: CopyKind::Audio, reason: private("复制") };
    body(text, "`POST /api/view/requests`", &asked);
    let view = PartyView {
        hearing: HearingId(1),
        heading: heading(),
        who: WHO,
        name: private("张三"),
        now: AT,
        stage: RecordStage::Archived,
        record: None,
        phases: vec![PhaseMark { phase: Phase::LastWords, at_ms: 5_400_000 }],
        view_until: Some(AT),
        sound_until: None,
        sound_ready: false,
        requests: vec![request()],
        audit: vec![audit()],
    };
    body(text, "`GET /api/view`, and the answer of everything done there", &view);
}

pub(crate) fn archive_line() -> ArchiveLine {
    ArchiveLine {
        hearing: HearingId(1),
        heading: heading(),
        brief: Brief::default(),
        attendees: vec![Attendee::new(WHO, Role::Plaintiff, private("张三"))],
        opened_at: Some(AT),
        closed_at: Some(AT),
        sealed: true,
        bytes: 73_400_320,
    }
}

pub(crate) fn archive_record() -> ArchiveRecord {
    let minute = |fact| Minute { at: AT, by: Actor::Participant { id: ParticipantId(1) }, fact };
    ArchiveRecord {
        line: archive_line(),
        media_zero: Some(AT),
        media_ms: 60_000,
        stretches: vec![Stretch { who: WHO, kind: TrackKind::Camera, from_ms: 0, to_ms: 60_000 }],
        voices: vec![Stretch { who: WHO, kind: TrackKind::Microphone, from_ms: 900, to_ms: 4_400 }],
        gaps: vec![Gap { track: Some(TrackId::new(WHO, TrackKind::Camera)), from: AT, to: AT }],
        minutes: vec![minute(Fact::CheckInOpened), minute(Fact::Admitted { who: WHO })],
        head_sha256: "9f86d0…".to_owned(),
        head_sm3: "55e12e…".to_owned(),
    }
}
