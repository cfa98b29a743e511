//! Evidence as the document shows it.
//! What is not here: the rest of the document.

use super::*;

pub(super) fn evidence() -> EvidenceItem {
    EvidenceItem {
        id: EvidenceId(7),
        side: Some(Side::Plaintiff),
        by: WHO,
        number: 1,
        name: private("借条"),
        kind: EvidenceKind::Document,
        purpose: private("证明借款事实"),
        form: EvidenceForm::Copy,
        media_type: "application/pdf".to_owned(),
        pages: 3,
        bytes: 120_400,
        sha256: "9f86d0…".to_owned(),
        sm3: "55e12e…".to_owned(),
        exchanged: true,
    }
}

pub(super) fn bodies(text: &mut String) {
    let item = evidence();
    let about = EvidenceAbout {
        side: None,
        name: item.name.clone(),
        kind: item.kind,
        purpose: item.purpose.clone(),
        form: item.form,
    };
    body(text, "`POST /api/hearings/{hearing}/evidence`, the part `about`", &about);
    body(text, "its answer", &item);
    let list =
        EvidenceList { items: vec![item], side: Some(Side::Plaintiff), may_add: true, bytes: None };
    body(text, "`GET /api/hearings/{hearing}/evidence`", &list);
    let change = EvidenceChange { number: Some(2), ..EvidenceChange::default() };
    body(text, "`PATCH /api/hearings/{hearing}/evidence/{item}`", &change);
}
