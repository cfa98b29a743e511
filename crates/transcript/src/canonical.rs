//! The canonical text of a frozen version (RFC 8785): the same document is the same bytes on any
//! machine, so a digest names exactly one text.
//!
//! What is not here: digests, and where the bytes are kept. Whoever changes this changes the form,
//! which is why it is numbered.

use model::archive::Attendee;
use model::view::Heading;
use model::{
    HearingId, Kind, LineKind, ParticipantId, Phase, Private, Role, Timestamp, TranscriptLine,
    TranscriptRoom,
};
use serde::{Deserialize, Serialize};

/// A frozen version, as it stands in `transcript-<version>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canonical {
    /// The form, 1.
    pub format: u32,
    /// What it is called: 庭审笔录, 调解笔录.
    pub title: String,
    /// Which hearing.
    pub hearing: HearingId,
    /// Which version.
    pub version: u32,
    /// Whose part of it this is: what was written while they were in the courtroom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ParticipantId>,
    /// Court, case, cause and time.
    pub heading: Heading,
    /// Who belongs to it.
    pub people: Vec<CanonicalPerson>,
    /// The lines.
    pub lines: Vec<CanonicalLine>,
}

/// A person of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanonicalPerson {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    pub name: Private<String>,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanonicalLine {
    /// Its name.
    pub id: model::LineId,
    /// What it is.
    pub kind: LineKind,
    /// Who speaks.
    pub speaker: Option<ParticipantId>,
    /// How they are written.
    pub label: Private<String>,
    /// Whether the public was not there.
    pub closed: bool,
    /// In which phase.
    pub phase: Option<Phase>,
    /// When it was begun, UTC ms.
    pub at: Timestamp,
    /// Where its words are on the hearing's time line, ms.
    pub heard: Option<(u64, u64)>,
    /// The words.
    pub text: Private<String>,
}

/// Makes the canonical text of what all sides may read; what was said with one side alone, and empty
/// lines, are no part of it.
pub fn canonical(
    (hearing, kind, version): (HearingId, Kind, u32),
    heading: &Heading,
    people: &[Attendee],
    lines: &[TranscriptLine],
) -> (Canonical, Vec<u8>) {
    let open = |line: &&TranscriptLine| {
        !matches!(line.room, TranscriptRoom::Caucus { .. }) && !line.text.reveal().trim().is_empty()
    };
    let frozen = |line: &TranscriptLine| CanonicalLine {
        id: line.id.clone(),
        kind: line.kind,
        speaker: line.speaker,
        label: line.label.clone(),
        closed: line.room == TranscriptRoom::Closed {},
        phase: line.phase,
        at: line.at,
        heard: line.heard,
        text: line.text.clone(),
    };
    let title = if kind == Kind::Mediation { "调解笔录" } else { "庭审笔录" };
    let made = Canonical {
        format: 1,
        title: title.to_owned(),
        hearing,
        version,
        part: None,
        heading: heading.clone(),
        people: people
            .iter()
            .map(|person| CanonicalPerson {
                id: person.id,
                role: person.role,
                name: person.name.clone(),
            })
            .collect(),
        lines: lines.iter().filter(open).map(frozen).collect(),
    };
    let bytes = serde_json_canonicalizer::to_vec(&made).expect("a transcript is plain values");
    (made, bytes)
}

/// The part of a version that somebody who was called signs: the lines written while they were in
/// the courtroom, and of the people those who speak in them; none where there is no such line.
pub fn part(
    whole: &Canonical,
    who: ParticipantId,
    lines: &[TranscriptLine],
) -> Option<(Canonical, Vec<u8>)> {
    let theirs = |frozen: &&CanonicalLine| {
        lines.iter().any(|line| line.id == frozen.id && line.called.contains(&who))
    };
    let lines: Vec<_> = whole.lines.iter().filter(theirs).cloned().collect();
    if lines.is_empty() {
        return None;
    }
    let speaks = |person: &&CanonicalPerson| {
        person.id == who || lines.iter().any(|line| line.speaker == Some(person.id))
    };
    let people = whole.people.iter().filter(speaks).cloned().collect();
    let made = Canonical { part: Some(who), people, lines, ..whole.clone() };
    let bytes = serde_json_canonicalizer::to_vec(&made).expect("a transcript is plain values");
    Some((made, bytes))
}

#[cfg(test)]
mod tests {
    use model::Side;

    use super::*;
    use crate::document::Document;
    use crate::document::tests::{add, hand, people, write};

    fn heading() -> Heading {
        Heading {
            court: "咸安区人民法院".to_owned(),
            case_number: "（2026）鄂1202民初1号".into(),
            cause: "民间借贷纠纷".into(),
            scheduled_at: Timestamp(0),
        }
    }

    #[test]
    fn one_side_alone_is_no_part_of_it_and_the_bytes_are_the_same_again() {
        let mut document = Document::default();
        write(&mut document, &hand("a", 1), &[add("a-1", None, "我要还款"), add("a-2", None, " ")]);
        let room = TranscriptRoom::Caucus { side: Side::Plaintiff };
        let apart = crate::Hand { room, ..hand("a", 2) };
        write(&mut document, &apart, &[add("a-3", Some("a-1"), "一半也行")]);
        let make = || {
            let of = (HearingId(1), Kind::Mediation, 1);
            canonical(of, &heading(), &people(), document.lines())
        };
        let (made, bytes) = make();
        assert_eq!(make().1, bytes);
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert!(text.contains("我要还款") && !text.contains("一半也行"));
        assert!(text.starts_with("{\"format\":1,\"heading\":{\"case_number\":"));
        let again: Canonical = serde_json::from_slice(&bytes).expect("what was written");
        assert_eq!((again.lines.len(), again.title.as_str()), (1, "调解笔录"));
        assert_eq!(again, made);
    }
    #[test]
    fn who_was_called_signs_what_was_said_before_them_and_nothing_else() {
        const WEN: ParticipantId = ParticipantId(9);
        let mut document = Document::default();
        write(&mut document, &hand("a", 1), &[add("a-1", None, "证人到庭之前")]);
        let heard = crate::Hand { called: vec![WEN], ..hand("a", 2) };
        write(&mut document, &heard, &[add("a-2", Some("a-1"), "我看见他写了收条")]);
        let of = (HearingId(1), Kind::Hearing, 1);
        let (whole, bytes) = canonical(of, &heading(), &people(), document.lines());
        assert!(!String::from_utf8(bytes).expect("text").contains("\"part\""));
        let (made, bytes) = part(&whole, WEN, document.lines()).expect("a part");
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("我看见他写了收条") && text.contains("\"part\":9"));
        assert!(!text.contains("证人到庭之前"));
        assert_eq!(made.lines.len(), 1);
        assert!(part(&whole, ParticipantId(8), document.lines()).is_none());
    }
}
