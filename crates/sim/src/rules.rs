//! Compares `docs/rules.md` with the scripts: every rule is shown, every named rule exists.
//! What is not here: reading files; texts come in.

use std::collections::{BTreeMap, BTreeSet};

/// What is wrong between the rules and the scripts (name and text each); empty when all is well.
///
/// A rule is a table line of the document that begins with `| R-<number> |` and names its scripts
/// in its last column. A script names rules as words `R-<number>` in its comments.
pub fn findings(document: &str, scripts: &BTreeMap<String, String>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut rules: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for line in document.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let Some(number) = cells.get(1).and_then(|cell| rule_number(cell)) else { continue };
        let named = cells.iter().rev().find(|cell| !cell.is_empty()).copied().unwrap_or_default();
        let named = named.split([',', ' ']).filter(|name| !name.is_empty());
        let named = named.map(|name| name.trim_matches('`').to_owned()).collect();
        if rules.insert(number, named).is_some() {
            findings.push(format!("R-{number} stands twice in the rules"));
        }
    }
    let mut shown: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in scripts {
        for number in named_rules(text) {
            shown.entry(number).or_default().insert(name.clone());
        }
    }
    for (number, scripts) in &shown {
        if !rules.contains_key(number) {
            findings.push(format!("R-{number} is shown by {scripts:?} and is no rule"));
        }
    }
    for (number, named) in &rules {
        let showing = shown.get(number).cloned().unwrap_or_default();
        if showing.is_empty() {
            findings.push(format!("R-{number} is shown by no script"));
        } else if showing != *named {
            findings.push(format!("R-{number} names {named:?}, it is shown by {showing:?}"));
        }
    }
    findings
}

/// The rules a script names in its comments.
fn named_rules(script: &str) -> BTreeSet<u32> {
    script
        .lines()
        .filter(|line| line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter_map(|word| rule_number(word.trim_end_matches([',', '.', ':', ';'])))
        .collect()
}

fn rule_number(word: &str) -> Option<u32> {
    word.strip_prefix("R-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("one".to_owned(), text.to_owned())])
    }

    #[test]
    fn agreement_finds_nothing() {
        let document = "| R-1 | A rule | art. 1 | `one` |\n";
        assert_eq!(findings(document, &scripts("# R-1: shown\n")), Vec::<String>::new());
    }

    #[test]
    fn every_disagreement_is_found() {
        let document =
            "| R-1 | A | 1 | `one` |\n| R-2 | B | 2 | `two` |\n| R-3 | C | 3 | `one` |\n";
        let found = findings(document, &scripts("# R-2 R-3 R-9\n"));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
