//! What followed from an act, told to a program: one JSON object in one line.
//! What is not here: the lines a clerk reads, which are `tell.rs`.

use std::collections::BTreeSet;

use model::TrackId;

use super::act::Act;
use super::cast::Cast;
use super::tell;
use super::tree::Tree;

/// The people and what was settled beforehand.
pub(super) fn people(cast: &Cast) -> Result<String, String> {
    let docket = cast.hearing.docket();
    let fields = vec![
        ("people".to_owned(), Tree::of(&docket.attendees)?),
        ("brief".to_owned(), Tree::of(&docket.brief)?),
    ];
    Tree::Fields(fields).text()
}

/// One act (its line's number, from 1, its words and what it is) and what followed from it; minutes
/// from number `written` on are its own.
pub(super) fn step(
    cast: &Cast,
    act: (usize, &str, &Act),
    written: usize,
    effects: &[String],
) -> Result<String, String> {
    let minutes = cast.minutes.get(written..).unwrap_or_default();
    let told = minutes.iter().map(|minute| Tree::Text(tell::tell_minute(cast, minute)));
    let words: Vec<_> = act.1.split_whitespace().collect();
    let line = i64::try_from(act.0).unwrap_or(i64::MAX);
    let mut fields = vec![
        ("line".to_owned(), Tree::Number(line)),
        ("act".to_owned(), Tree::Text(words.join(" "))),
    ];
    if let Act::Ask(who, ask) = act.2 {
        fields.push(("who".to_owned(), Tree::Text(cast.name(*who).to_owned())));
        fields.push(("ask".to_owned(), Tree::of(ask)?));
    }
    fields.extend([
        ("minutes".to_owned(), Tree::of(&minutes)?),
        ("told".to_owned(), Tree::List(told.collect())),
        ("effects".to_owned(), Tree::of(&effects)?),
        ("stage".to_owned(), Tree::of(&cast.hearing.stage())?),
        ("rolling".to_owned(), Tree::Flag(cast.rolling)),
        ("grants".to_owned(), grants(cast)),
    ]);
    Tree::Fields(fields).text()
}

/// Who may send what, what reaches whom, what is on the record; people by their names.
fn grants(cast: &Cast) -> Tree {
    let grants = cast.hearing.grants();
    let name = |track: &TrackId| {
        Tree::Text(format!("{} {}", cast.name(track.participant), track.kind.name()))
    };
    let tracks = |tracks: &BTreeSet<TrackId>| Tree::List(tracks.iter().map(name).collect());
    let receive = grants.receive.iter();
    let receive = receive.map(|(who, heard)| (cast.name(*who).to_owned(), tracks(heard)));
    Tree::Fields(vec![
        ("publish".to_owned(), tracks(&grants.publish)),
        ("receive".to_owned(), Tree::Fields(receive.collect())),
        ("record".to_owned(), tracks(&grants.record)),
    ])
}
