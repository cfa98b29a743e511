//! Plays every script of `tests/scripts` and compares it with what really follows.
//! What is not here: the player, which is `sim::script`. `UPDATE_EXPECT=1` rewrites the scripts.

use std::collections::BTreeMap;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every script whose file has this ending: its name and its text.
fn scripts(ending: &str) -> BTreeMap<String, String> {
    let folder = root().join("tests/scripts");
    let entries = std::fs::read_dir(&folder).expect("the folder of scripts can be read");
    entries
        .map(|entry| entry.expect("an entry of the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a script is UTF-8 text");
            let name = path.file_stem().expect("a script has a name").to_string_lossy();
            (name.into_owned(), text)
        })
        .collect()
}

#[test]
fn scripts_come_true() {
    let scripts = scripts("hearing");
    assert!(scripts.len() >= 15, "the scripts were found");
    come_true(scripts, "hearing", sim::script::play);
}

#[test]
fn scripts_of_calls_come_true() {
    come_true(scripts("calls"), "calls", sim::calls::play);
}

fn come_true(
    scripts: BTreeMap<String, String>,
    ending: &str,
    play: fn(&str) -> Result<String, sim::script::ScriptFault>,
) {
    let rewrite = std::env::var_os("UPDATE_EXPECT").is_some();
    assert!(!scripts.is_empty(), "the scripts were found");
    let mut wrong = Vec::new();
    for (name, text) in scripts {
        let played = play(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        if played != text && rewrite {
            let path = root().join(format!("tests/scripts/{name}.{ending}"));
            std::fs::write(path, played).expect("a script can be rewritten");
        } else if played != text {
            wrong.push(format!("{name}.{ending}\n{}", difference(&text, &played)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_shown_by_a_script() {
    let rules = root().join("docs/rules.md");
    let document = std::fs::read_to_string(rules).expect("the rules are UTF-8 text");
    let mut all = scripts("hearing");
    all.extend(scripts("calls"));
    assert_eq!(sim::rules::findings(&document, &all), Vec::<String>::new());
}

/// The first line that differs, with what stands there and what happened.
fn difference(expected: &str, played: &str) -> String {
    let pair = expected.lines().zip(played.lines()).zip(1..).find(|((a, b), _)| a != b);
    match pair {
        Some(((stands, happened), line)) => {
            format!("line {line}\n  stands:   {stands}\n  happened: {happened}")
        }
        None => "one is longer than the other".to_owned(),
    }
}
