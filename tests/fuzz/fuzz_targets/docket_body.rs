//! Bodies of the docket's API with something cut out and put in: each is a body or malformed, what
//! is a body reads back the same, and whatever stands in it is answered and never fatal.
//!
//! What is not here: the way to the handlers.

#![no_main]

use docket::api::{
    Import, MyConsent, NewAct, NewApplication, NewConsent, NewNotice, NewReceipt, NewToken,
    NewWebhook, OpenMine, Reschedule, SessionForm, WorkingDays,
};
use docket::application::Application;
use docket::deadline::Standing;
use docket::session::{Session, Sitter, check};
use docket::{Calendar, Day};
use libfuzzer_sys::fuzz_target;
use model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const BODIES: &[&str] = &[
    r#"{"heading":{"court":"咸安区人民法院","case_number":"（2026）鄂1202民初1号","cause":"民间借贷纠纷","scheduled_at":1800003600000},"brief":{"kind":"hearing","course":{"procedure":"simplified","panel":false},"publicity":"public","gallery_seats":3,"further_cases":[{"case_number":"2号","cause":"继承"}]},"minutes":60,"mode":"mixed","tribunal":1,"site":2,"external_id":"a","people":[{"role":"presiding_judge","name":"李法官","account":1},{"role":"plaintiff","name":"张三","phone":"13800000000","shields":[{"from":2,"picture":true,"sound":false}]},{"role":"defendant","name":"李四","email":"a@b.cn"},{"role":"agent","name":"赵律师","acts_for":1,"power":"special","side":"plaintiff","attendance":"in_court"}],"reason":""}"#,
    r#"{"step":"hearing","given":true,"form":"phone","told":"电话告知"}"#,
    r#"{"channel":"sms","people":[1,2]}"#,
    r#"{"state":"confirmed","how":"电话"}"#,
    r#"{"scheduled_at":1800003600000,"reason":"出差"}"#,
    r#"{"matter":{"case_number":"","cause":"相邻","applicant":"张三","applicant_phone":"","respondent":"李四","respondent_phone":"","facts":"排水"},"standing":"before_filing","tribunal":null}"#,
    r#"{"act":{"act":"name_mediator","name":"周调解员","by_both":true,"judge":false}}"#,
    r#"{"act":{"act":"extend","until":1800003600000,"how":"双方同意"}}"#,
    r#"{"url":"https://court.example/hook","events":["session"]}"#,
    r#"{"name":"审判系统","scopes":["import"],"days":30}"#,
    r#"{"days":[{"day":"2026-10-01","working":false}]}"#,
    r#"{"key":"17-AAAA"}"#,
];

/// A body as it would be sent, after something was done to it.
fn spoilt(bytes: &[u8]) -> Option<Vec<u8>> {
    let [which, place, more, cut, put @ ..] = bytes else { return None };
    let body = BODIES.get(usize::from(*which) % BODIES.len())?.as_bytes();
    let place = usize::from(u16::from_be_bytes([*place, *more])) % body.len();
    let after = (place + usize::from(*cut)).min(body.len());
    Some([body.get(..place)?, put, body.get(after..)?].concat())
}

fn read<T: DeserializeOwned + Serialize + PartialEq + core::fmt::Debug>(body: &[u8]) -> Option<T> {
    let found: T = serde_json::from_slice(body).ok()?;
    let again = serde_json::to_vec(&found).expect("a body can be written");
    assert_eq!(serde_json::from_slice::<T>(&again).ok().as_ref(), Some(&found));
    Some(found)
}

fn session(form: &SessionForm) {
    let people = form.people.iter().map(|person| Sitter {
        role: person.role,
        name: person.name.reveal(),
        side: person.side,
        acts_for: person.acts_for.map(usize::from),
        power: person.power,
        attendance: person.attendance,
        account: person.account,
        phone: person.phone.reveal(),
        email: person.email.reveal(),
        shields: &person.shields,
    });
    let session = Session {
        heading: &form.heading,
        brief: &form.brief,
        minutes: form.minutes,
        mode: form.mode,
        people: people.collect(),
    };
    for problem in check(&session, NOW) {
        assert!(!problem.field.is_empty() && !problem.zh.is_empty() && !problem.en.is_empty());
    }
}

fn all(body: &[u8]) {
    if let Some(form) = read::<SessionForm>(body) {
        session(&form);
    }
    if let Some(Import { rows }) = read::<Import>(body) {
        rows.iter().for_each(session);
    }
    if let Some(NewAct { act }) = read::<NewAct>(body) {
        let calendar = Calendar::new([]);
        let mut application = Application::new(Standing::Ordinary);
        let before = application.clone();
        if application.act(&calendar, NOW, act).is_err() {
            assert_eq!(application, before, "what is refused changes nothing");
        }
        application.pass(&calendar, NOW);
    }
    if let Some(WorkingDays { days }) = read::<WorkingDays>(body) {
        for line in days {
            if let Ok(day) = line.day.parse::<Day>() {
                assert_eq!(day.to_string().parse(), Ok(day));
            }
        }
    }
    read::<NewConsent>(body);
    read::<MyConsent>(body);
    read::<OpenMine>(body);
    read::<NewNotice>(body);
    read::<NewReceipt>(body);
    read::<Reschedule>(body);
    read::<NewApplication>(body);
    read::<NewWebhook>(body);
    read::<NewToken>(body);
}

fuzz_target!(|bytes: &[u8]| {
    all(bytes);
    if let Some(body) = spoilt(bytes) {
        all(&body);
    }
});
