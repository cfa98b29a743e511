//! The words of one line, and how they become any value of the wire: `anna consent step=hearing
//! given=yes`, `judge give_floor anna seconds=60`, `judge warn anna "shouts"`.
//! What is not here: which lines there are, and how values are told.
//!
//! A word `name=value` sets a field (`course.panel=yes` one inside). A bare word, or the text in
//! quotation marks, goes to the first field that is still missing; a flag nobody speaks of is yes.
//! Digits are numbers, a comma parts several; where a person is meant, the name is written.

use model::limits;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cast::Cast;
use super::tree::Tree;

/// Fields that hold people.
const PEOPLE: [&str; 11] = [
    "who",
    "whom",
    "from",
    "to",
    "with",
    "by",
    "asked",
    "acts_for",
    "notice_unconfirmed",
    "beside",
    "silent",
];
/// Fields that hold free text.
const TEXTS: [&str; 9] =
    ["reason", "note", "how", "text", "mark", "name", "others_present", "unwarned", "purpose"];
/// Fields that hold several values.
const LISTS: [&str; 9] = [
    "on",
    "faults",
    "grounds",
    "with",
    "asked",
    "points",
    "consents",
    "shields",
    "notice_unconfirmed",
];
/// Fields that a bare word may go to although they may be left out.
const LEAVABLE: [&str; 3] = ["who", "to", "side"];

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A bare word.
    Bare(String),
    /// A text in quotation marks.
    Text(String),
    /// `name=value`.
    Named(String, String),
    /// `name="text"`.
    NamedText(String, String),
}

/// Parts a line into its words; quotation marks keep a text together.
pub(super) fn words(line: &str) -> Result<Vec<Word>, String> {
    let mut found = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter == '"' || letter.is_whitespace());
        let end = end.unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if let Some(quoted) = after.strip_prefix('"') {
            let (text, after) = quoted.split_once('"').ok_or("a text has two quotation marks")?;
            found.push(match word.strip_suffix('=') {
                Some(name) => Word::NamedText(name.to_owned(), text.to_owned()),
                None if word.is_empty() => Word::Text(text.to_owned()),
                None => return Err(format!("what stands before the text: {word}?")),
            });
            rest = after.trim_start();
        } else {
            found.push(match word.split_once('=') {
                Some((name, value)) => Word::Named(name.to_owned(), value.to_owned()),
                None => Word::Bare(word.to_owned()),
            });
            rest = after.trim_start();
        }
    }
    Ok(found)
}

/// Reads a value whose tag (`do`, `name` …) is known and whose fields the words tell.
pub(super) fn read<T: DeserializeOwned>(
    cast: &Cast,
    tag: (&str, &str),
    words: &[Word],
) -> Result<T, String> {
    let mut tree = Tree::Fields(vec![(tag.0.to_owned(), Tree::Text(tag.1.to_owned()))]);
    let mut bare: Vec<&str> = Vec::new();
    let mut text: Option<String> = None;
    // Fields inside another one wait until the fields around it are told.
    let mut inner: Vec<(String, Tree)> = Vec::new();
    let put = |tree: &mut Tree, inner: &mut Vec<_>, name: &str, value| match path(tag.1, name) {
        path if path == name => tree.set(name, value),
        path => inner.push((path, value)),
    };
    for word in words {
        match word {
            Word::Named(name, value) => {
                put(&mut tree, &mut inner, name, value_of(cast, name, value)?);
            }
            Word::NamedText(name, value) => {
                put(&mut tree, &mut inner, name, Tree::Text(value.clone()));
            }
            Word::Text(value) => text = Some(value.clone()),
            Word::Bare(word) => match at_length(word)? {
                Some(long) => text = Some(long),
                None => bare.push(word),
            },
        }
    }
    let mut bare = bare.into_iter();
    loop {
        let Err(told) = tree.grow::<T>() else { break };
        let Some(name) = missing(&told) else { return Err(told) };
        let value = if NESTS.iter().any(|(parent, _)| *parent == name) {
            tree.set(name, Tree::Fields(Vec::new()));
            for (path, value) in inner.drain(..) {
                tree.set(&path, value);
            }
            continue;
        } else if TEXTS.contains(&name) {
            Tree::Text(text.take().unwrap_or_default())
        } else {
            bare.next().map_or(Ok(Tree::Flag(true)), |word| value_of(cast, name, word))?
        };
        tree.set(&path(tag.1, name), value);
    }
    for word in bare {
        let fits = |name: &&&str| {
            let mut tried = tree.clone();
            value_of(cast, name, word).is_ok_and(|value| {
                tried.set(name, value);
                tree.get(name).is_none() && tried.grow::<T>().is_ok()
            })
        };
        let name = LEAVABLE.iter().find(fits).ok_or_else(|| format!("what is {word}?"))?;
        tree.set(name, value_of(cast, name, word)?);
    }
    if text.is_some() {
        return Err("nobody asked for the text".to_owned());
    }
    tree.grow()
}

/// A value with some fields told otherwise.
pub(super) fn altered<T: Serialize + DeserializeOwned>(
    cast: &Cast,
    value: &T,
    words: &[Word],
) -> Result<T, String> {
    let mut tree = Tree::of(value)?;
    for word in words {
        match word {
            Word::Bare(name) => tree.set(name, Tree::Flag(true)),
            Word::Named(name, value) => tree.set(name, value_of(cast, name, value)?),
            Word::NamedText(name, value) => tree.set(name, Tree::Text(value.clone())),
            Word::Text(text) => return Err(format!("nobody asked for \"{text}\"")),
        }
    }
    tree.grow()
}

/// Fields that stand inside another one in some asks: the ask's words need not say so.
const NESTS: [(&str, &str); 4] = [
    ("shield", "shield"),
    ("opinion", "opine"),
    ("stroke", "draw"),
    ("act", "record_deliberation"),
];

/// Where a field of an ask stands.
fn path(ask: &str, name: &str) -> String {
    match NESTS.iter().find(|(_, nesting)| *nesting == ask) {
        Some((parent, _)) if name != *parent && name != "item" => format!("{parent}.{name}"),
        _ => name.to_owned(),
    }
}

fn missing(told: &str) -> Option<&str> {
    told.strip_prefix("missing field `")?.strip_suffix('`')
}

/// One value, or several parted by commas; what it is follows from the name of its field.
fn value_of(cast: &Cast, name: &str, word: &str) -> Result<Tree, String> {
    let name = name.rsplit('.').next().unwrap_or(name);
    if !LISTS.contains(&name) || matches!(word, "yes" | "no") {
        return one(cast, name, word);
    }
    let words = word.split(',').filter(|word| !word.is_empty() && *word != "none");
    words.map(|word| one(cast, name, word)).collect::<Result<_, _>>().map(Tree::List)
}

fn one(cast: &Cast, name: &str, word: &str) -> Result<Tree, String> {
    if name == "points" {
        let pair = word.split(':').map(|place| one(cast, "place", place));
        return pair.collect::<Result<_, _>>().map(Tree::List);
    }
    if name == "shields" {
        let mut shield = Tree::Fields(Vec::new());
        let parts: Vec<_> = word.split(':').collect();
        let [who, from, kept] = *parts.as_slice() else {
            return Err("a shield is who:from:picture+sound".to_owned());
        };
        shield.set("who", person(cast, who)?);
        shield.set("from", person(cast, from)?);
        shield.set("picture", Tree::Flag(kept.contains("picture")));
        shield.set("sound", Tree::Flag(kept.contains("sound")));
        return Ok(shield);
    }
    if PEOPLE.contains(&name) {
        return if word == "nobody" { Ok(Tree::Nothing) } else { person(cast, word) };
    }
    Ok(match word {
        "yes" | "up" => Tree::Flag(true),
        "no" | "down" => Tree::Flag(false),
        "none" | "nobody" => Tree::Nothing,
        _ => word.parse().map_or_else(|_| Tree::Text(word.to_owned()), Tree::Number),
    })
}

fn person(cast: &Cast, word: &str) -> Result<Tree, String> {
    cast.id(word).map(|who| Tree::Number(i64::from(who.0)))
}

/// `at_length` stands for a text that is one letter too long for a reason; `text×9001` for one of
/// so many letters.
fn at_length(word: &str) -> Result<Option<String>, String> {
    let letters = match word.split_once('×') {
        Some(("text", letters)) => letters.parse().map_err(|_| format!("how long is {word}?"))?,
        _ if word == "at_length" => limits::TEXT_CHARS_MAX + 1,
        _ => return Ok(None),
    };
    Ok(Some("x".repeat(letters)))
}

/// Whether a field holds people.
pub(super) fn is_people(name: &str) -> bool {
    PEOPLE.contains(&name)
}

/// Whether a field holds free text.
pub(super) fn is_text(name: &str) -> bool {
    TEXTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use model::brief::{Phase, Shield, Step};
    use model::chamber::Chamber;
    use model::{Ask, EvidenceId, Fact, Opinion, ParticipantId, Private, Side, Stroke, TrackKind};

    use super::super::tell;
    use super::*;

    const ANNA: ParticipantId = ParticipantId(2);
    const BO: ParticipantId = ParticipantId(3);

    fn cast() -> Cast {
        let seats = "seats judge=presiding_judge anna=plaintiff bo=defendant";
        Cast::default().seated(seats).expect("three people sit")
    }

    fn ask(line: &str) -> Result<Ask, String> {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        read(&cast(), ("do", name), &words(rest)?)
    }

    #[test]
    fn any_ask_can_be_said() {
        let reason = || Private::from("why");
        let said = [
            ("read_discipline", Ask::ReadDiscipline),
            ("consent step=hearing given=yes", Ask::Consent { step: Step::Hearing, given: true }),
            ("consent hearing no", Ask::Consent { step: Step::Hearing, given: false }),
            ("give_floor anna", Ask::GiveFloor { who: ANNA, seconds: None }),
            ("give_floor anna seconds=60", Ask::GiveFloor { who: ANNA, seconds: Some(60) }),
            ("spotlight anna", Ask::Spotlight { who: Some(ANNA) }),
            ("spotlight", Ask::Spotlight { who: None }),
            ("listen bo", Ask::Listen { to: Some(BO) }),
            ("caucus defendant", Ask::Caucus { side: Some(Side::Defendant) }),
            ("consult anna,bo", Ask::Consult { with: vec![ANNA, BO] }),
            (
                "enter_phase debate \"why\"",
                Ask::EnterPhase { phase: Phase::Debate, reason: reason() },
            ),
            ("confront no \"why\"", Ask::Confront { on: false, reason: reason() }),
            ("devices on=microphone", Ask::Devices { on: vec![TrackKind::Microphone] }),
            (
                "remove anna \"why\" unwarned=\"so\"",
                Ask::Remove { who: ANNA, reason: reason(), unwarned: Private::from("so") },
            ),
            (
                "shield anna bo sound=no",
                Ask::Shield { shield: Shield { who: ANNA, from: BO, picture: true, sound: false } },
            ),
            (
                "opine 7 relevant=no \"why\"",
                Ask::Opine {
                    item: EvidenceId(7),
                    opinion: Opinion {
                        authentic: true,
                        lawful: true,
                        relevant: false,
                        reason: reason(),
                    },
                },
            ),
            (
                "draw 2 points=0:10,1000:20",
                Ask::Draw { stroke: Stroke { page: 2, points: vec![[0, 10], [1_000, 20]] } },
            ),
        ];
        for (line, meant) in said {
            assert_eq!(ask(line), Ok(meant), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_not_guessed() {
        for line in [
            "fly",
            "admit",
            "admit nobody_known",
            "admit anna bo",
            "open \"why\"",
            "consent step=dancing given=yes",
            "give_floor anna minutes=1",
            "warn anna \"why",
        ] {
            assert!(ask(line).is_err(), "{line}");
        }
    }

    #[test]
    fn any_fact_is_told() {
        let told = |fact: Fact| tell::value(&cast(), &fact);
        let reason = || Private::from("why");
        let opened =
            Fact::ChamberOpened { chamber: Chamber::Consultation { by: ANNA }, asked: vec![BO] };
        assert_eq!(told(opened), "chamber_opened consultation anna asked=bo");
        let consented =
            |given| Fact::Consented { who: ANNA, step: Step::Hearing, given, how: reason() };
        assert_eq!(told(consented(true)), "consented anna hearing given \"why\"");
        assert_eq!(told(consented(false)), "consented anna hearing not given \"why\"");
        let entered = Fact::PhaseEntered { phase: Phase::Rights, reason: Private::default() };
        assert_eq!(told(entered), "phase_entered rights");
        assert_eq!(told(Fact::closed()), "closed");
        let floor = Fact::FloorGiven { who: BO, seconds: Some(60) };
        assert_eq!(told(floor), "floor_given bo seconds=60");
        let removed =
            Fact::Removed { who: BO, reason: reason(), unwarned: Private::from("danger") };
        assert_eq!(told(removed), "removed bo \"why\" unwarned=\"danger\"");
        let shield = Shield { who: ANNA, from: BO, picture: true, sound: false };
        assert_eq!(told(Fact::Shielded { shield }), "shielded anna bo picture not sound");
        let drawn = Fact::Drawn { stroke: Stroke { page: 1, points: vec![[0, 1], [2, 3]] } };
        assert_eq!(told(drawn), "drawn page=1 points=0:1,2:3");
    }
}
