//! The forwarding matrix: for every pair of people, in every situation a sitting can be in, media
//! packets flow exactly when the law says, counted at the receivers.
//!
//! `law.rs` is the law a second time, as a table one can read; `sitting.rs` leads a hearing through
//! its situations and says for each what the law knows of it; `lines.rs` sends packets through the
//! real router under the table the hearing made and counts what arrives.

mod law;
mod lines;
mod sitting;

use model::{Kind, RecordMode, Side};

use law::Situation;
use sitting::Sitting;

/// Every situation of a hearing, one after the other, in one sitting.
fn walk_a_hearing(mut sitting: Sitting) {
    sitting.compare("in session");
    sitting.interrupt();
    sitting.compare("interrupted");
    sitting.resume();
    sitting.recess(Situation::NonPublic);
    sitting.compare("non-public evidence");
    sitting.resume();
    sitting.recess(Situation::OffRecordMediation);
    sitting.compare("mediation off the record");
    sitting.caucus(Some(Side::Plaintiff));
    sitting.compare("caucus with the plaintiff");
    sitting.consult("bo", &["agent", "tao"]);
    sitting.compare("the other side consults meanwhile");
    sitting.caucus(Some(Side::Defendant));
    sitting.compare("caucus with the defendant");
    sitting.caucus(None);
    sitting.compare("joint again");
    sitting.resume();
    sitting.compare("in session again");
    sitting.recess(Situation::Recess);
    sitting.compare("recess");
    sitting.consult("anna", &["lawyer"]);
    sitting.consult("bo", &["agent"]);
    sitting.compare("both sides consult");
    sitting.resume();
    sitting.compare("consultations over");
    sitting.deliberate();
    sitting.compare("deliberation");
    sitting.consult("anna", &["lawyer"]);
    sitting.compare("a side consults while the panel deliberates");
    sitting.resume();
    sitting.crash();
    sitting.compare("after a crash");
    sitting.close();
    sitting.compare("closed");
}

#[test]
fn before_opening() {
    let mut sitting = Sitting::new(Kind::Hearing);
    sitting.compare("scheduled");
    sitting.check_in();
    sitting.compare("check-in");
    sitting.consult("bo", &["agent", "tao"]);
    sitting.compare("consultation before opening");
    sitting.read_discipline();
    sitting.compare("discipline");
    sitting.announce();
    sitting.compare("opening");
    sitting.confirm();
    sitting.compare("open");
}

#[test]
fn a_plain_hearing() {
    walk_a_hearing(Sitting::in_session(Kind::Hearing));
}

#[test]
fn with_called_people() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.call("wen");
    sitting.testify("wen");
    sitting.compare("a witness testifies");
    sitting.confront();
    sitting.call("xu");
    sitting.call("appraiser");
    walk_a_hearing(sitting);
}

#[test]
fn somebody_looked_at_before_the_door() {
    let mut sitting = Sitting::new(Kind::Hearing);
    sitting.check_in();
    sitting.dismiss("bo");
    sitting.look_at(Some("bo"));
    sitting.compare("a party looked at before opening");
    sitting.look_at(Some("wen"));
    sitting.compare("a witness looked at instead");
    sitting.call("bo");
    sitting.compare("the party admitted meanwhile");
    sitting.read_discipline();
    sitting.compare("the stage ends it");
    sitting.announce();
    sitting.confirm();
    sitting.call("wen");
    sitting.look_at(Some("xu"));
    sitting.compare("the next witness, while one is heard");
    sitting.lock("anna");
    sitting.dismiss("anna");
    sitting.look_at(Some("anna"));
    sitting.compare("a locked microphone stays locked");
    sitting.call("anna");
    sitting.strict();
    sitting.look_at(Some("xu"));
    sitting.compare("under a strict floor");
    sitting.recess(Situation::Recess);
    sitting.look_at(Some("xu"));
    sitting.compare("in a recess");
    sitting.look_at(None);
    sitting.compare("no more");
    sitting.resume();
    sitting.look_at(Some("xu"));
    sitting.interrupt();
    sitting.compare("an interruption ends it");
    sitting.look_at(Some("xu"));
    sitting.compare("in an interruption");
}

#[test]
fn somebody_looked_at_in_a_mediation() {
    let mut sitting = Sitting::mediation(RecordMode::Recording);
    sitting.dismiss("agent");
    sitting.look_at(Some("agent"));
    sitting.compare("looked at, on the record");
    sitting.caucus(Some(Side::Plaintiff));
    sitting.compare("a caucus ends it");
}

#[test]
fn under_a_strict_floor() {
    for holder in [None, Some("anna"), Some("bo"), Some("kim"), Some("tao"), Some("helper")] {
        let mut sitting = Sitting::in_session(Kind::Hearing);
        sitting.strict();
        if let Some(holder) = holder {
            sitting.floor(holder);
        }
        walk_a_hearing(sitting);
    }
}

#[test]
fn a_helper_with_the_floor() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.floor("helper");
    sitting.compare("the helper has the floor");
    sitting.call("wen");
    sitting.testify("wen");
    walk_a_hearing(sitting);
}

#[test]
fn with_locked_microphones() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.lock("bo");
    sitting.lock("tao");
    walk_a_hearing(sitting);
}

#[test]
fn with_special_measures() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.call("wen");
    sitting.shield("wen", "bo", true, false);
    sitting.shield("wen", "anna", true, true);
    sitting.shield("anna", "bo", false, true);
    sitting.shield("tao", "judge2", false, true);
    walk_a_hearing(sitting);
}

#[test]
fn with_interpreters_beside_the_court() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.interpret("tao", true);
    sitting.compare("nobody listens yet");
    sitting.listen("bo", "tao");
    sitting.listen("agent", "tao");
    sitting.listen("pub", "tao");
    sitting.compare("three listen");
    sitting.interpret("ling", true);
    sitting.listen("tao", "ling");
    sitting.compare("one interprets from the other");
    sitting.shield("tao", "agent", false, true);
    sitting.compare("a voice kept from a listener gives them the court back");
    sitting.lock("tao");
    sitting.compare("a silent interpreter gives everybody the court back");
    sitting.unlock("tao");
    walk_a_hearing(sitting);
}

#[test]
fn with_a_strict_floor_and_a_mix() {
    let mut sitting = Sitting::in_session(Kind::Hearing);
    sitting.interpret("tao", true);
    sitting.listen("bo", "tao");
    sitting.strict();
    sitting.floor("anna");
    sitting.lock("anna");
    walk_a_hearing(sitting);
}

#[test]
fn a_mediation_in_writing_and_one_recorded() {
    for mode in [RecordMode::Text, RecordMode::Recording] {
        let mut sitting = Sitting::mediation(mode);
        sitting.compare("joint");
        sitting.caucus(Some(Side::Plaintiff));
        sitting.compare("caucus with the applicant");
        sitting.interrupt();
        sitting.compare("an interruption brings nobody together");
        sitting.resume();
        sitting.caucus(Some(Side::Defendant));
        sitting.compare("caucus with the other side");
        sitting.crash();
        sitting.compare("a crash brings nobody together");
        sitting.caucus(None);
        sitting.compare("joint again");
        sitting.recess(Situation::Recess);
        sitting.compare("recess");
        sitting.resume();
        sitting.compare("resumed");
    }
}

#[test]
fn kinds_that_are_not_recorded() {
    for kind in [Kind::Consultation, Kind::Call, Kind::Lecture] {
        let mut sitting = Sitting::in_session(kind);
        sitting.compare("open");
        if kind == Kind::Lecture {
            sitting.floor("site");
            sitting.compare("a site asks");
        }
    }
}

#[test]
fn kinds_that_are_recorded() {
    for kind in [Kind::EvidenceExchange, Kind::Inquiry] {
        let mut sitting = Sitting::in_session(kind);
        sitting.compare("open");
    }
}

/// What the comparison says when it fails.
fn complaint(compare: impl FnOnce()) -> String {
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare));
    let told = told.expect_err("the difference is seen");
    told.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_packet_that_ought_not_to_arrive_is_seen() {
    let told = complaint(|| {
        let mut sitting = Sitting::in_session(Kind::Hearing);
        sitting.believe_locked("bo");
        sitting.compare("a lock that is not in force");
    });
    let expected = "microphone of bo to judge: 3 packets of 0, granted: true";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a_packet_that_does_not_arrive_is_seen() {
    let told = complaint(|| {
        let mut sitting = Sitting::in_session(Kind::Hearing);
        sitting.call("wen");
        sitting.shield("wen", "bo", true, false);
        sitting.believe_unshielded();
        sitting.compare("a measure that is in force");
    });
    let expected = "camera of wen to bo: 0 packets of 3, granted: false";
    assert!(told.contains(expected), "{told}");
}
