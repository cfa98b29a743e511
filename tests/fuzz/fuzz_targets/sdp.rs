//! Any text as an offer: read or refused, and an answer holds whole lines only.
//!
//! What is not here: real offers; see the tests of `sfu`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::letters::OfferForm;
use model::{Codec, Line, LinePurpose, Medium, ParticipantId, TrackKind};
use sfu::sdp::answer::Answer;
use sfu::sdp::offer::{Media, Offer};
use sfu::sdp::terms::{Sources, Terms, Wishes};

fuzz_target!(|text: &str| {
    let Ok(offer) = Offer::read(text) else { return };
    let mut lines = Vec::new();
    for (slot, line) in (0..).zip(&offer.lines) {
        let purpose = match (slot, line.media) {
            (_, Media::Other) => continue,
            (0, Media::Audio) => LinePurpose::Publish { kind: TrackKind::Microphone },
            (0, Media::Video) => LinePurpose::Publish { kind: TrackKind::Camera },
            (_, Media::Audio) => LinePurpose::Seat { slot, medium: Medium::Sound },
            (_, Media::Video) => LinePurpose::Seat { slot, medium: Medium::Picture },
        };
        lines.push(Line { mid: line.mid.clone(), purpose });
    }
    let wishes = Wishes { picture: Codec::Vp8, voice_dtx: true, form: OfferForm::Page };
    let sources = Sources { media: 7, repair: 8 };
    let Ok(terms) = Terms::agree(&offer, &lines, wishes, |_| sources) else { return };
    let plan = terms.plan(ParticipantId(1), 1);
    assert!(plan.receive.len() + plan.send.len() <= offer.lines.len());
    let answer = Answer {
        session: 1,
        version: 1,
        ufrag: "serverufrag",
        password: "serverpasswordserverpassword",
        fingerprint: &[7; 32],
        candidates: &[],
        streams: &[],
        terms: &terms,
    };
    for line in answer.to_string().split_terminator("\r\n") {
        assert!(line.as_bytes().get(1) == Some(&b'='), "{line:?}");
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    }
});
