//! Examples of what is said of a sealed record: the check, the check value, who confirmed it.

use model::Role;
use model::archive::Verdict;
use model::check_value::{CheckState, Confirmed};
use protocol::{CheckPerson, CheckValueView, ConfirmCheckValue};

use crate::{AT, WHO, body, private};

pub(crate) fn bodies(text: &mut String) {
    let remarks = vec!["seal.sig.json: signed (Ed25519); …".to_owned()];
    let verdict = Verdict {
        intact: true,
        sealed: true,
        entries: 412,
        segments: 6,
        findings: Vec::new(),
        remarks,
    };
    body(text, "`GET /api/archive/{hearing}/verify`", &verdict);
    let value = CheckState {
        sha256: "5f1c9a…".to_owned(),
        sm3: "e07b44…".to_owned(),
        fingerprint: Some("98e2a5…".to_owned()),
        confirmed: vec![Confirmed { who: WHO, at: AT }],
    };
    let person = CheckPerson {
        id: WHO,
        role: Role::Plaintiff,
        name: private("张三"),
        confirmed_at: Some(AT),
    };
    let view = CheckValueView { value: Some(value), people: vec![person] };
    body(text, "`GET` and `POST /api/hearings/{hearing}/check-value`, answered", &view);
    let said = ConfirmCheckValue { sha256: "5f1c9a…".to_owned() };
    body(text, "`POST /api/hearings/{hearing}/check-value`", &said);
}
