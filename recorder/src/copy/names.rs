//! What objects of the second copy are called, and what they hold of each file.
//!
//! What is not here: the store (`store`), and what is put there when (`shipment`).
//!
//! A file that is complete is one object, `h17/p3-camera-0002.webm`. What there is of a growing
//! file stands in parts, `h17/p3-camera-0002.webm.part/000000000000-000000409600`: from the first
//! byte to the one behind the last. Parts may overlap; they hold the same bytes where they do.
//! Enciphered objects end in `.aes`.

use std::collections::BTreeMap;

use model::HearingId;

use super::cipher;

/// What marks a part.
const PART: &str = ".part/";
/// What marks an enciphered object.
pub(crate) const ENCIPHERED: &str = ".aes";
/// The object that says a store is one of ours.
pub(crate) const MARK: &str = "assize-copy.json";

/// The object of a complete file.
pub(crate) fn whole(hearing: HearingId, file: &str) -> String {
    format!("{hearing}/{file}")
}

/// The object of a part of a file.
pub(crate) fn part(hearing: HearingId, file: &str, from: u64, to: u64) -> String {
    format!("{hearing}/{file}{PART}{from:012}-{to:012}")
}

/// One object that holds bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its name, as the store has it.
    pub(crate) name: String,
    /// First byte of the file in it.
    pub(crate) from: u64,
    /// The byte of the file behind its last.
    pub(crate) to: u64,
}

/// What the copy holds of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// The complete file.
    pub(crate) whole: Option<Object>,
    /// Parts by their first byte, the longest of several.
    pub(crate) parts: BTreeMap<u64, Object>,
    /// Parts that others make superfluous.
    pub(crate) spare: Vec<String>,
}

impl Held {
    /// Up to which byte the file is there without a hole.
    pub(crate) fn reach(&self) -> u64 {
        if let Some(whole) = &self.whole {
            return whole.to;
        }
        let mut reach = 0;
        for object in self.parts.values() {
            if object.from > reach {
                break;
            }
            reach = reach.max(object.to);
        }
        reach
    }

    /// The object that holds a byte and goes on longest behind it.
    pub(crate) fn at(&self, byte: u64) -> Option<&Object> {
        let holds = |object: &&Object| (object.from..object.to).contains(&byte);
        self.whole
            .iter()
            .chain(self.parts.range(..=byte).map(|(_, object)| object))
            .filter(holds)
            .max_by_key(|object| object.to)
    }

    /// Puts a part among the others.
    pub(crate) fn add(&mut self, object: Object) {
        match self.parts.get(&object.from) {
            Some(known) if known.to >= object.to => self.spare.push(object.name),
            Some(_) | None => {
                let old = self.parts.insert(object.from, object);
                self.spare.extend(old.map(|old| old.name));
            }
        }
    }

    /// Names of all parts that there are.
    pub(crate) fn part_names(&self) -> Vec<String> {
        self.parts.values().map(|part| part.name.clone()).chain(self.spare.clone()).collect()
    }
}

/// What the objects of a hearing hold of each file; what is not one of ours comes back as such.
pub(crate) fn held(
    hearing: HearingId,
    objects: &[(String, u64)],
) -> (BTreeMap<String, Held>, Vec<String>) {
    let (mut files, mut strange) = (BTreeMap::<String, Held>::new(), Vec::new());
    for (name, length) in objects {
        match read_name(hearing, name, *length) {
            Some((file, None, to)) => {
                let object = Object { name: name.clone(), from: 0, to };
                files.entry(file).or_default().whole = Some(object);
            }
            Some((file, Some(from), to)) => {
                files.entry(file).or_default().add(Object { name: name.clone(), from, to });
            }
            None => strange.push(name.clone()),
        }
    }
    (files, strange)
}

/// File, first byte of a part, and the byte behind the last.
fn read_name(hearing: HearingId, name: &str, length: u64) -> Option<(String, Option<u64>, u64)> {
    let rest = name.strip_prefix(&format!("{hearing}/"))?;
    let (rest, length) = match rest.strip_suffix(ENCIPHERED) {
        Some(rest) => (rest, cipher::plain_length(length)?),
        None => (rest, length),
    };
    let Some((file, range)) = rest.split_once(PART) else {
        return (!rest.contains('/')).then(|| (rest.to_owned(), None, length));
    };
    let (from, to) = range.split_once('-')?;
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    let fits = to > from && to - from == length && !file.contains('/');
    fits.then(|| (file.to_owned(), Some(from), to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const H: HearingId = HearingId(17);

    fn objects(parts: &[(u64, u64)]) -> Vec<(String, u64)> {
        parts.iter().map(|&(from, to)| (part(H, "a.webm", from, to), to - from)).collect()
    }

    #[test]
    fn parts_reach_as_far_as_there_is_no_hole() {
        let (files, strange) = held(H, &objects(&[(0, 10), (10, 30), (40, 50)]));
        assert!(strange.is_empty());
        assert_eq!(files["a.webm"].reach(), 30);
        assert_eq!(files["a.webm"].at(35), None);
        assert_eq!(files["a.webm"].at(12).map(|object| object.from), Some(10));
    }

    #[test]
    fn a_longer_part_makes_the_shorter_spare() {
        let (files, _) = held(H, &objects(&[(0, 10), (10, 20), (0, 20)]));
        let held = &files["a.webm"];
        assert_eq!(held.reach(), 20);
        assert_eq!(held.spare, [part(H, "a.webm", 0, 10)]);
        assert_eq!(held.part_names().len(), 3);
    }

    #[test]
    fn the_whole_file_counts_for_its_length_and_names_are_believed_only_if_they_fit() {
        let stored = cipher::stored_length(100);
        let mut all = vec![(format!("{}{ENCIPHERED}", whole(H, "seal.json")), stored)];
        all.push((part(H, "b", 5, 9), 3));
        all.push(("h18/seal.json".to_owned(), 1));
        all.push(("h17/x/y".to_owned(), 1));
        all.push(("h17/seal.jsom.aes".to_owned(), 3));
        let (files, strange) = held(H, &all);
        assert_eq!(files["seal.json"].reach(), 100);
        assert_eq!(strange.len(), 4, "{strange:?}");
    }

    proptest! {
        #[test]
        fn names_of_any_sort_are_read_or_refused(name in "h17/[a-c./0-9-]{0,30}", length in 0_u64..99) {
            let (files, strange) = held(H, &[(name, length)]);
            prop_assert_eq!(files.len() + strange.len(), 1);
        }

        #[test]
        fn reach_is_what_a_byte_by_byte_look_says(parts in prop::collection::vec((0_u64..40, 1_u64..20), 0..8)) {
            let parts: Vec<_> = parts.into_iter().map(|(from, length)| (from, from + length)).collect();
            let (files, _) = held(H, &objects(&parts));
            let bytes = |at: u64| parts.iter().any(|(from, to)| (*from..*to).contains(&at));
            let reach = (0..).find(|&at| !bytes(at)).expect("parts end");
            let held = files.get("a.webm").cloned().unwrap_or_default();
            prop_assert_eq!(held.reach(), reach);
            for at in 0..reach {
                prop_assert!(held.at(at).is_some_and(|o| (o.from..o.to).contains(&at)));
            }
        }
    }
}
